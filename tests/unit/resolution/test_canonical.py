import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestration.expressions import SecretReference
from orchestration.resolution.canonical import canonical_json

# Characters of every kind, lone surrogates left out: those have a test of their own.
TEXTS = st.text(st.characters(exclude_categories=["Cs"]))
NUMBERS = st.integers() | st.floats(allow_nan=False, allow_infinity=False)
VALUES = st.recursive(
    st.none() | st.booleans() | NUMBERS | TEXTS,
    lambda inner: st.lists(inner) | st.dictionaries(TEXTS, inner),
)


def as_json_writes(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


@given(VALUES)
def test_the_form_is_that_of_json(value: object) -> None:
    assert canonical_json(value) == as_json_writes(value)


@pytest.mark.parametrize(
    "number", [0.0, -0.0, 1e-4, 9.9e-5, 1e16, 9999999999999998.0, 5e-324, 1.5e300, 2**63, -(2**70)]
)
def test_numbers_at_the_edges_are_written_as_json_writes_them(number: float) -> None:
    assert canonical_json({"n": [number]}) == as_json_writes({"n": [number]})


def test_a_secret_is_written_as_reference() -> None:
    content = canonical_json({"password": SecretReference("sql", "password")})
    assert content == b'{"password":{"$secret":{"key":"password","name":"sql"}}}'


@pytest.mark.parametrize("value", [float("nan"), float("-inf"), "\ud800", {"\udfff": 1}])
def test_what_no_json_can_say_is_refused(value: object) -> None:
    with pytest.raises(ValueError, match=r"JSON compliant|surrogates"):
        canonical_json([value])


def test_other_objects_are_refused() -> None:
    with pytest.raises(TypeError, match="object"):
        canonical_json({"a": object()})
