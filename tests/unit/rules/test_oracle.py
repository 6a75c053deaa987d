"""Our own checks agree with jsonschema wherever JSON Schema can say the rule."""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from orchestration.rules import parse_schema

numbers = st.integers(-20, 20) | st.sampled_from([-1.5, 0.5, 2.0, 19.25])
texts = st.text("abcÄ1 ", max_size=5)
values = st.recursive(
    st.none() | st.booleans() | numbers | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=5,
)


@st.composite
def rules(draw: st.DrawFn) -> dict[str, Any]:
    kind = draw(st.sampled_from(["string", "boolean", "int", "float", "object", "array[int]"]))
    rule: dict[str, Any] = {"type": kind, "required": draw(st.booleans())}
    if kind in {"int", "float"}:
        low, high = sorted([draw(st.integers(-20, 20)), draw(st.integers(-20, 20))])
        rule |= draw(st.sampled_from([{}, {"minValue": low}, {"minValue": low, "maxValue": high}]))
    if kind == "string":
        rule |= draw(
            st.sampled_from([{}, {"minLength": 2}, {"maxLength": 3}, {"pattern": "[a-c]*"}])
        )
    if kind == "array[int]":
        rule |= draw(st.sampled_from([{}, {"maxLength": 1}, {"items": {"minValue": 3}}]))
    return rule


@settings(max_examples=300, deadline=None)
@given(rules(), values, st.booleans())
def test_agrees_with_jsonschema(rule: dict[str, Any], value: Any, absent: bool) -> None:  # noqa: FBT001
    schema = parse_schema({"rules": {"configs": {"k": rule}}})
    config = {} if absent else {"k": value}
    expected = Draft202012Validator(schema.json_schema()).is_valid(config)
    assert (schema.validate(config) == []) is expected


KEYS = ("a", "a.b", "a.b.c", "a.d", "e.f")
nested = st.recursive(
    st.none() | st.just(1),
    lambda inner: st.dictionaries(st.sampled_from(["a", "b", "c", "d", "e", "f"]), inner),
    max_leaves=6,
)


@st.composite
def nested_rules(draw: st.DrawFn) -> dict[str, Any]:
    chosen = draw(st.sets(st.sampled_from(KEYS), min_size=1))
    return {
        key: {
            "type": "object" if any(other.startswith(f"{key}.") for other in KEYS) else "int",
            "required": draw(st.booleans()),
        }
        for key in chosen
    }


@settings(max_examples=400, deadline=None)
@given(nested_rules(), st.dictionaries(st.sampled_from(["a", "e"]), nested))
def test_agrees_with_jsonschema_on_what_must_be_there(
    rules: dict[str, Any], config: dict[str, Any]
) -> None:
    schema = parse_schema({"rules": {"configs": rules}})
    expected = Draft202012Validator(schema.json_schema()).is_valid(config)
    assert (schema.validate(config) == []) is expected
