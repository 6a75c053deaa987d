"""The names rules are written with: today's, older ones, and what each must hold."""

import difflib
from collections.abc import Callable, Mapping

from orchestration.expressions import Value

CURRENT: Mapping[str, str] = {
    "type": "type",
    "required": "required",
    "pattern": "pattern",
    "allowedValues": "allowed_values",
    "disallowedValues": "disallowed_values",
    "minValue": "min_value",
    "maxValue": "max_value",
    "defaultValue": "default",
    "expression": "expression",
    "editableBy": "editable_by",
    "label": "label",
    "description": "description",
    "placeHolder": "placeholder",
    "disabled": "disabled",
    "secret": "secret",
    "unit": "unit",
    "examples": "examples",
    "group": "group",
    "items": "items",
    "minLength": "min_length",
    "maxLength": "max_length",
    "format": "format",
    "message": "message",
}
# Accepted with a warning and without effect: it said where a value may be edited.
IGNORED = frozenset({"editableAt", "editable_at"})


def _snake(name: str) -> str:
    return "".join(f"_{char.lower()}" if char.isupper() else char for char in name)


OLDER: Mapping[str, str] = {_snake(name): name for name in CURRENT if _snake(name) != name} | {
    "placeholder": "placeHolder"
}


def nearest_name(name: str) -> str:
    """Suggest the name that was probably meant; empty when none is near."""
    near = difflib.get_close_matches(name, CURRENT, n=1)
    return near[0] if near else ""


def _is_flag(value: Value) -> bool:
    return value is True or value is False


def _is_text(value: Value) -> bool:
    return isinstance(value, str)


def _is_number(value: Value) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_count(value: Value) -> bool:
    whole = isinstance(value, int) or (isinstance(value, float) and value.is_integer())
    return whole and not isinstance(value, bool) and value >= 0


def _is_list(value: Value) -> bool:
    return isinstance(value, list)


def _is_filled_list(value: Value) -> bool:
    return isinstance(value, list) and bool(value)


def _is_owners(value: Value) -> bool:
    return isinstance(value, list) and bool(value) and all(one in ("IT", "OT") for one in value)


# What the value of each name must be, in words and as a test.
HOLDS: Mapping[str, tuple[Callable[[Value], bool], str]] = {
    "required": (_is_flag, "true or false"),
    "pattern": (_is_text, "a pattern in quotes"),
    "allowedValues": (_is_filled_list, "a list of values"),
    "disallowedValues": (_is_list, "a list of values"),
    "minValue": (_is_number, "a number"),
    "maxValue": (_is_number, "a number"),
    "editableBy": (_is_owners, "a list of IT and OT"),
    "label": (_is_text, "text"),
    "description": (_is_text, "text"),
    "disabled": (_is_flag, "true or false"),
    "secret": (_is_flag, "true or false"),
    "unit": (_is_text, "text"),
    "examples": (_is_list, "a list"),
    "group": (_is_text, "text"),
    "minLength": (_is_count, "a whole number"),
    "maxLength": (_is_count, "a whole number"),
    "format": (_is_text, "the name of a format"),
    "message": (_is_text, "text"),
}
