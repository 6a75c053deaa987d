"""What is published as JSON Schema is one, and says of values what our own rules say."""

from typing import Any

import pytest
from jsonschema import Draft202012Validator

from orchestration.rules import parse_schema

# Everything that rules can say and JSON Schema too; formats and expressions are said beside it.
FULL = {
    "name": {"type": "string", "required": True, "minLength": 2, "maxLength": 4},
    "code": {"type": "string", "pattern": "[A-Z]{2}-[0-9]+|none", "disallowedValues": ["XX-1"]},
    "mode": {"type": "string", "allowedValues": ["auto", "manual"]},
    "speed": {"type": "int", "minValue": 1, "maxValue": 9, "defaultValue": 3},
    "rate": {"type": "float", "minValue": 0.5, "required": True},
    "on": {"type": "boolean"},
    "port": {"type": "int", "format": "port"},
    "tags": {"type": "array[string]", "minLength": 1, "maxLength": 2, "items": {"maxLength": 3}},
    "levels": {"type": "array[int]", "allowedValues": [1, 2]},
    "net": {"type": "object"},
    "net.host": {"type": "string", "required": True},
    "net.mtu": {"type": "int"},
    "log": {"type": "object", "required": True},
    "log.level": {"type": "string", "required": True},
    "deep.er.key": {"type": "int", "required": True},
    "deep.er.other": {"type": "int"},
}
VALID: dict[str, Any] = {
    "name": "abc", "rate": 0.5, "log": {"level": "x"}, "deep": {"er": {"key": 1}},
}  # fmt: skip
CHANGES: list[tuple[str, Any, bool]] = [
    ("name", "a", False), ("name", "abcde", False), ("name", None, False), ("name", 12, False),
    ("code", "AB-1", True), ("code", "AB-1x", False), ("code", "xAB-1", False),
    ("code", "none", True), ("code", "XX-1", False), ("code", None, True),
    ("mode", "auto", True), ("mode", "off", False), ("mode", None, True),
    ("speed", 9, True), ("speed", 10, False), ("speed", 3.0, True), ("speed", 3.5, False),
    ("speed", True, False), ("rate", 1, True), ("rate", 0, False), ("rate", "1", False),
    ("on", False, True), ("on", 0, False), ("port", 0, False), ("port", 65535, True),
    ("port", 65536, False), ("tags", [], False), ("tags", ["abc"], True), ("tags", ["abcd"], False),
    ("tags", ["a", "b", "c"], False), ("tags", [1], False), ("tags", [None], False),
    ("levels", [2, 1], True), ("levels", [3], False), ("net", None, True), ("net", {}, False),
    ("net", {"host": "h"}, True), ("net", {"host": "h", "mtu": 1.5}, False), ("net", 3, False),
    ("log", None, False), ("log", {}, False), ("log", {"level": None}, False), ("deep", {}, False),
    ("deep", None, False), ("deep", {"er": {"key": 1, "other": "x"}}, False), ("extra", 1, True),
]  # fmt: skip


def document(rules: dict[str, Any]) -> dict[str, Any]:
    made = parse_schema({"rules": {"configs": rules}}, name="rules").json_schema()
    Draft202012Validator.check_schema(made)
    return made


def published(rules: dict[str, Any]) -> Draft202012Validator:
    return Draft202012Validator(document(rules))


def holds(rules: dict[str, Any], config: dict[str, Any]) -> bool:
    return not parse_schema({"rules": {"configs": rules}}, name="rules").validate(config)


def test_it_says_which_dialect_it_is_written_in() -> None:
    made = document(FULL)
    assert made["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert made["title"] == "rules"


def test_what_is_valid_is_valid_for_both() -> None:
    assert holds(FULL, VALID)
    assert list(published(FULL).iter_errors(VALID)) == []


@pytest.mark.parametrize(("key", "value", "valid"), CHANGES)
def test_both_say_the_same_of_a_value(key: str, value: Any, valid: bool) -> None:  # noqa: FBT001
    config = {**VALID, key: value}
    assert holds(FULL, config) is valid
    assert published(FULL).is_valid(config) is valid


@pytest.mark.parametrize("key", ["name", "rate", "log", "deep"])
def test_both_miss_what_is_missing(key: str) -> None:
    config = {name: value for name, value in VALID.items() if name != key}
    assert not holds(FULL, config)
    assert not published(FULL).is_valid(config)


def test_a_secret_default_is_not_published() -> None:
    rules = {"token": {"type": "string", "secret": True, "defaultValue": "canary"}}
    made = document(rules)
    assert "canary" not in str(made)
    assert made["properties"]["token"]["writeOnly"] is True
