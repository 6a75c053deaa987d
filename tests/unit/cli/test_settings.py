"""``KEY=VALUE``, and YAML as the server reads it."""

from typing import Any

import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st

from cli import yaml12
from cli.failures import Failure
from cli.settings import assigned


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("no", "no"),
        ("on", "on"),
        ("true", True),
        ("017", 17),
        ("1_000", "1_000"),
        ("12:30", "12:30"),
        ("0.5", 0.5),
        ("1e3", 1000.0),
        ("", None),
        ("null", None),
        ("2026-01-01", "2026-01-01"),
        ("[1, a]", [1, "a"]),
        ("{a: 1}", {"a": 1}),
        ("'true'", "true"),
    ],
)
def test_values_are_read_by_the_newer_yaml(text: str, value: Any) -> None:
    found = assigned({}, [f"Key={text}"])["Key"]
    assert found == value
    assert type(found) is type(value)


def test_dotted_keys_reach_inside_and_leave_the_rest() -> None:
    before = {"A": {"b": 1, "c": 2}, "D": 3}
    after = assigned(before, ["A.b=5", "E.f.g=x=y"], ["D"])
    assert after == {"A": {"b": 5, "c": 2}, "E": {"f": {"g": "x=y"}}}
    assert before == {"A": {"b": 1, "c": 2}, "D": 3}


def test_a_map_that_loses_its_last_key_goes() -> None:
    assert assigned({"A": {"b": {"c": 1}}}, [], ["A.b.c"]) == {}
    assert assigned({"A": 1}, [], ["B.c", "A"]) == {}


@pytest.mark.parametrize("setting", ["Key", "=1", "Key=[", "Key={a: 1"])
def test_what_is_no_setting_is_refused(setting: str) -> None:
    with pytest.raises(Failure):
        assigned({}, [setting])


def test_a_key_that_stands_twice_is_refused() -> None:
    with pytest.raises(yaml.YAMLError, match="stands here twice"):
        yaml12.load("a: 1\na: 2\n")


_LEAVES = st.none() | st.booleans() | st.integers() | st.text(st.characters(categories=["L", "N"]))


@example({"a": ["08", "017", "1e5", "no", "1:30", "~", ".5", "0o17"]})
@given(st.dictionaries(st.text("abc", min_size=1), _LEAVES | st.lists(_LEAVES)))
def test_what_is_written_is_read_back(values: dict[str, Any]) -> None:
    assert yaml12.load(yaml12.dump(values)) == values
