"""``KEY=VALUE`` as a person types it, put into a map of values."""

from collections.abc import Iterable, Mapping
from typing import Any

import yaml

from cli import yaml12
from cli.failures import Exit, Failure


def assigned(
    values: Mapping[str, Any], settings: Iterable[str], unset: Iterable[str] = ()
) -> dict[str, Any]:
    """Return the values with some dotted keys set and others removed."""
    found = dict(values)
    for setting in settings:
        key, equals, text = setting.partition("=")
        if not equals or not key:
            raise Failure(f"{setting} is no setting: write KEY=VALUE.", Exit.USAGE)
        found = _with(found, key.split("."), _read(key, text))
    for key in unset:
        found = _without(found, key.split("."))
    return found


def _read(key: str, text: str) -> Any:  # noqa: ANN401  any JSON value
    try:
        return yaml12.load(text)
    except yaml.YAMLError as error:
        message = f"The value of {key} cannot be read; put text with such signs into quotes."
        raise Failure(message, Exit.USAGE) from error


def _with(values: Mapping[str, Any], parts: list[str], value: object) -> dict[str, Any]:
    first, *rest = parts
    if not rest:
        return {**values, first: value}
    inner = values.get(first)
    return {**values, first: _with(inner if isinstance(inner, Mapping) else {}, rest, value)}


def _without(values: Mapping[str, Any], parts: list[str]) -> dict[str, Any]:
    first, *rest = parts
    inner = values.get(first)
    if not rest or not isinstance(inner, Mapping):
        return {key: value for key, value in values.items() if key != first}
    left = _without(inner, rest)
    others = {key: value for key, value in values.items() if key != first}
    return {**others, first: left} if left else others
