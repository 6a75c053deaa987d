"""How a frozen dataclass becomes JSON and back, strictly.

The annotations of a message are its schema: ``int``, ``bool``, ``str``, ``bytes``
(base64 in JSON), aware ``datetime`` (ISO 8601 in JSON), ``UUID``, string enums,
other messages, ``Mapping`` (free JSON), ``tuple[X, ...]`` and ``X | None``.
"""

from __future__ import annotations

import base64
import binascii
import json
import types
import typing
from collections.abc import Mapping
from dataclasses import MISSING, fields
from datetime import UTC, datetime
from enum import StrEnum
from functools import cache
from typing import Any, ClassVar, Self, cast, get_args, get_origin
from uuid import UUID

WIRE_VERSION = 1
MAX_BODY = 4 * 1024 * 1024
"""Largest JSON body, in bytes."""
MAX_ITEMS = 100_000
"""Longest list in a message."""
_INT64 = 2**63


class WireError(ValueError):
    """A message that is not what the protocol says; ``at`` names the place in it."""

    def __init__(self, code: str, at: str, message: str) -> None:
        """Keep the machine-readable ``code`` and the dotted place beside the text."""
        super().__init__(f"{at or 'message'}: {message}")
        self.code = code
        self.at = at


class Message:
    """Base of every message: a frozen dataclass that knows its JSON form.

    ``versions`` are those it is understood in, if it has a number ``version``. A field with a
    default may be missing: it came later.
    """

    versions: ClassVar[frozenset[int]] = frozenset({WIRE_VERSION})

    def to_json(self) -> dict[str, Any]:
        """Return the message as plain JSON values."""
        named = cast("Any", self)
        return {field.name: _encode(getattr(self, field.name)) for field in fields(named)}

    @classmethod
    def from_json(cls, data: object) -> Self:
        """Read plain JSON values; raises ``WireError``."""
        return cls._read(data, "")

    @classmethod
    def _read(cls, data: object, at: str) -> Self:
        if not isinstance(data, Mapping):
            raise WireError("malformed", at, "must be an object")
        values: dict[str, Any] = {}
        kinds = _field_types(cast("Any", cls))
        for field in fields(cast("Any", cls)):
            place = f"{at}.{field.name}" if at else field.name
            if field.name in data:
                values[field.name] = _decode(kinds[field.name], data[field.name], place)
            elif field.default is MISSING:
                raise WireError("malformed", place, "is missing")
        if kinds.get("version") is int and values["version"] not in cls.versions:
            known = ", ".join(map(str, sorted(cls.versions)))
            raise WireError("unknown-version", "version", f"is none of those understood: {known}")
        return cls(**values)


def parse(body: bytes | str, *, limit: int = MAX_BODY) -> object:
    """Read JSON from the network, at most ``limit`` bytes; raises ``WireError``."""
    if len(body) > limit:
        raise WireError("too-large", "", f"is over {limit} bytes")
    try:
        return json.loads(body, parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        raise WireError("malformed", "", "is not JSON") from error


def _refuse_constant(name: str) -> object:
    raise WireError("malformed", "", f"{name} is not a JSON number")


@cache
def _field_types(message: type[Message]) -> dict[str, Any]:
    return typing.get_type_hints(message)


def _encode(value: Any) -> Any:  # noqa: ANN401 - a message field is any JSON-able value
    match value:
        case Message():
            encoded: Any = value.to_json()
        case bytes():
            encoded = base64.b64encode(value).decode()
        case datetime():
            encoded = value.astimezone(UTC).isoformat().replace("+00:00", "Z")
        case UUID() | StrEnum():
            encoded = str(value)
        case tuple() | list():
            encoded = [_encode(item) for item in value]
        case Mapping():
            encoded = {key: _encode(item) for key, item in value.items()}
        case _:
            encoded = value
    return encoded


def _decode(kind: Any, value: Any, at: str) -> Any:  # noqa: ANN401 - driven by annotations
    if isinstance(kind, types.UnionType):
        inner = next(option for option in get_args(kind) if option is not types.NoneType)
        return None if value is None else _decode(inner, value, at)
    if get_origin(kind) is tuple:
        return _decode_list(get_args(kind)[0], value, at)
    if get_origin(kind) is Mapping:
        if not isinstance(value, dict):
            raise WireError("malformed", at, "must be an object")
        return value
    if issubclass(kind, Message):
        return kind._read(value, at)  # noqa: SLF001 - our own base class
    return _decode_scalar(kind, value, at)


def _decode_list(kind: Any, value: Any, at: str) -> tuple[Any, ...]:  # noqa: ANN401
    if not isinstance(value, list) or len(value) > MAX_ITEMS:
        raise WireError("malformed", at, f"must be a list of at most {MAX_ITEMS}")
    return tuple(_decode(kind, item, f"{at}[{index}]") for index, item in enumerate(value))


def _decode_scalar(kind: type, value: Any, at: str) -> Any:  # noqa: ANN401
    if kind in (int, bool):
        # bool is an int in Python, but never on the wire; beyond 64 bits no database follows.
        if type(value) is not kind or not -_INT64 <= value < _INT64:
            raise WireError("malformed", at, f"must be {kind.__name__}")
        return value
    text = _decode_text(value, at)
    try:
        if kind is bytes:
            return base64.b64decode(text, validate=True)
        if kind is datetime:
            return _decode_time(text)
        return kind(text)
    except (ValueError, OverflowError, binascii.Error) as error:
        raise WireError("malformed", at, f"is not a valid {kind.__name__}") from error


def _decode_text(value: object, at: str) -> str:
    if not isinstance(value, str):
        raise WireError("malformed", at, "must be text")
    if "\x00" in value or any("\ud800" <= character <= "\udfff" for character in value):
        raise WireError("malformed", at, "holds characters that cannot be stored")
    return value


def _decode_time(text: str) -> datetime:
    value = datetime.fromisoformat(text)
    if value.tzinfo is None:
        message = "a time needs its zone"
        raise ValueError(message)
    return value.astimezone(UTC)
