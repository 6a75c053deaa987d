"""Keeping plain values of keys marked secret opaque while expressions run."""

from collections.abc import Sequence

from orchestration.expressions import (
    FAILED,
    Parts,
    SealedValue,
    SecretReference,
    Value,
    lookup,
)


def sealed(values: dict[str, Value], secret_parts: Sequence[Parts]) -> dict[str, Value]:
    """Seal the plain values at secret paths; the given maps are not changed."""
    for parts in secret_parts:
        value = lookup(values, parts)
        if value is not None and not isinstance(value, SecretReference):
            values = put(values, parts, SealedValue(value))
    return values


def put(tree: dict[str, Value], parts: Parts, value: Value) -> dict[str, Value]:
    """Give a copy of nested maps with one value set; only the maps on the way are copied."""
    copy = dict(tree)
    if len(parts) == 1:
        copy[parts[0]] = value
    else:
        inner = copy.get(parts[0])
        copy[parts[0]] = put(inner if isinstance(inner, dict) else {}, parts[1:], value)
    return copy


def opened(value: Value) -> Value:
    """Give plain data again: sealed values open, references in their plain form."""
    if isinstance(value, SealedValue):
        return opened(value.value)
    if isinstance(value, SecretReference):
        return value.plain()
    if isinstance(value, dict):
        return {key: opened(item) for key, item in value.items()}
    if isinstance(value, list):
        return [opened(item) for item in value]
    return None if value is FAILED else value
