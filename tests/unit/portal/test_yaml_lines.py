"""A configuration as lines of YAML that read back as the same configuration."""

from typing import Any

import yaml
from hypothesis import given
from hypothesis import strategies as st

from portal.web.yaml_lines import yaml_lines

LEAVES = (
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
)
VALUES = st.recursive(
    LEAVES | st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs"))),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text("ab.: #", min_size=1), inner)
    ),
)


def test_each_line_says_which_value_begins_there() -> None:
    found = [(line.text, line.key) for line in yaml_lines({"a": {"b.c": 1}, "d": [1, 2], "e": {}})]
    assert found == [
        ("a:", ""), ("  b.c: 1", 'a."b.c"'), ("d:", "d"), ("- 1", ""), ("- 2", ""), ("e: {}", "e"),
    ]  # fmt: skip


def test_a_reference_to_a_secret_is_shown_as_the_call() -> None:
    secret = {"$secret": {"name": "db", "key": "password", "version": "3"}}
    assert [line.text for line in yaml_lines({"p": secret})] == ["p: $secret(db, password)"]


@given(st.dictionaries(st.text("ab.: #", min_size=1), VALUES))
def test_the_lines_are_the_configuration(configuration: dict[str, Any]) -> None:
    text = "\n".join(line.text for line in yaml_lines(configuration))
    assert (yaml.safe_load(text) or {}) == configuration
