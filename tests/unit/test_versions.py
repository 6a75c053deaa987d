"""The order of versions is that of SemVer, whatever they look like."""

import pytest
import semver
from hypothesis import given
from hypothesis import strategies as st

from orchestration.services.errors import Invalid
from orchestration.services.versions import sort_key

NUMBERS = st.integers(0, 12) | st.integers(0, 10**12)
WORDS = st.from_regex(r"[0-9A-Za-z-]{0,3}[A-Za-z-][0-9A-Za-z-]{0,2}", fullmatch=True)
PARTS = st.lists(NUMBERS.map(str) | WORDS | st.sampled_from(["alpha", "alpha-x", "rc"]), max_size=3)


@st.composite
def versions(draw: st.DrawFn) -> str:
    numbers = ".".join(str(draw(NUMBERS)) for _ in range(3))
    parts = draw(PARTS)
    return f"{numbers}-{'.'.join(parts)}" if parts else numbers


def sign(first: str, second: str) -> int:
    return (first > second) - (first < second)


@given(first=versions(), second=versions())
def test_keys_sort_as_versions_do(first: str, second: str) -> None:
    expected = semver.Version.parse(first).compare(second)
    assert sign(sort_key(first), sort_key(second)) == expected


@pytest.mark.parametrize(
    ("lower", "higher"),
    [
        ("1.0.0-alpha.1", "1.0.0-alpha-x"),
        ("1.0.0-9", "1.0.0-10"),
        ("1.0.0-99999999999999999999", "1.0.0-a"),
        ("1.0.0-rc.1", "1.0.0"),
        ("9.0.0", "10.0.0"),
        ("99999999999.0.0", "100000000000.0.0"),
    ],
)
def test_versions_that_are_easily_mistaken(lower: str, higher: str) -> None:
    assert semver.Version.parse(lower) < semver.Version.parse(higher)
    assert sort_key(lower) < sort_key(higher)


def test_what_was_built_does_not_count() -> None:
    assert sort_key("1.0.0+monday") == sort_key("1.0.0")


@pytest.mark.parametrize(
    "text", ["", "1", "1.0", "v1.0.0", "1.0.0.1", "01.0.0", "1.0.0-" + "a" * 60]
)
def test_what_is_no_version_is_refused(text: str) -> None:
    with pytest.raises(Invalid) as invalid:
        sort_key(text)
    assert invalid.value.params == {"version": text}


def test_the_longest_version_has_a_key_that_can_be_kept() -> None:
    version = "1.0.0-" + ".".join(["0"] * 29)
    assert len(version) == 63
    assert len(sort_key(version)) <= 200
