"""Checks a component's properties against what its driver declares.

The declaration is a subset of JSON Schema, so that authoring tools can read it:
``type``, ``properties``, ``required``, ``additionalProperties``, ``items``,
``minItems``, ``minimum``, ``maximum``, ``enum``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

Schema = Mapping[str, Any]

_TYPES: Mapping[str, tuple[type, ...]] = {
    "object": (Mapping,),
    "array": (list, tuple),
    "string": (str,),
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
}


@dataclass(frozen=True)
class Problem:
    """One thing wrong with one property; ``element`` is its dotted name."""

    element: str
    code: str
    message: str


def check(schema: Schema, value: object, element: str = "") -> Iterator[Problem]:
    """Yield every problem of the value, outermost first."""
    kind = schema.get("type")
    if kind is not None and not _is(kind, value):
        yield Problem(element, "wrong-type", f"must be {kind}")
        return
    if "enum" in schema and value not in schema["enum"]:
        yield Problem(element, "not-allowed", f"must be one of {', '.join(schema['enum'])}")
    if isinstance(value, Mapping):
        yield from _check_object(schema, value, element)
    elif isinstance(value, list | tuple):
        yield from _check_array(schema, value, element)
    elif isinstance(value, int | float) and not isinstance(value, bool):
        yield from _check_number(schema, value, element)


def _is(kind: str, value: object) -> bool:
    if isinstance(value, bool):
        return kind == "boolean"
    return isinstance(value, _TYPES[kind])


def _check_object(schema: Schema, value: Mapping[str, Any], element: str) -> Iterator[Problem]:
    known: Mapping[str, Schema] = schema.get("properties", {})
    others = schema.get("additionalProperties", True)
    for name in schema.get("required", ()):
        if name not in value:
            yield Problem(_below(element, name), "missing", "is required")
    for name, item in value.items():
        below = _below(element, name)
        if name in known:
            yield from check(known[name], item, below)
        elif others is False:
            yield Problem(below, "unknown", f"is not one of {', '.join(sorted(known))}")
        elif isinstance(others, Mapping):
            yield from check(others, item, below)


def _check_array(schema: Schema, value: list[Any] | tuple[Any, ...], at: str) -> Iterator[Problem]:
    if len(value) < schema.get("minItems", 0):
        yield Problem(at, "too-short", f"needs at least {schema['minItems']}")
    for index, item in enumerate(value):
        yield from check(schema.get("items", {}), item, f"{at}[{index}]")


def _check_number(schema: Schema, value: float, element: str) -> Iterator[Problem]:
    if value < schema.get("minimum", value):
        yield Problem(element, "too-small", f"must be at least {schema['minimum']}")
    if value > schema.get("maximum", value):
        yield Problem(element, "too-large", f"must be at most {schema['maximum']}")


def _below(element: str, name: str) -> str:
    return f"{element}.{name}" if element else name
