"""Values of the language: text, numbers, true and false, null, lists, maps and secrets."""

import json
import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, TypeAlias

from orchestration.expressions.errors import over_limit, wrong_type
from orchestration.expressions.limits import DEFAULT_LIMITS

# What YAML and JSON can say (None, bool, int, float, str, list, dict), or a secret.
Value: TypeAlias = Any

_NUMBERS = (int, float)
_NUMERIC = re.compile(r"[+-]?(?:0|[1-9][0-9]*)(\.[0-9]+)?")
_HALF = re.compile("[\ud800-\udfff]")
# What to do about a secret that is used as if it could be seen.
ALONE = "a secret stands alone, or as the value of $if or $default"
_EXPONENT_FROM = 1e16
_SHOWN = 60  # characters of a value in a message


@dataclass(frozen=True, slots=True)
class SecretReference:
    """A secret by name: never resolved on the control plane, opaque to every operation.

    As plain data it is `{"$secret": {"name": …, "key": …, "version": …}}`.
    """

    name: str
    key: str | None = None
    version: str | None = None

    def plain(self) -> dict[str, dict[str, str]]:
        """Give the reference as plain data; what is unset is left out."""
        fields = {"name": self.name, "key": self.key, "version": self.version}
        return {"$secret": {name: value for name, value in fields.items() if value is not None}}

    @classmethod
    def read(cls, value: Mapping[str, Value]) -> "SecretReference | None":
        """Read the plain form; None when the value is not a secret reference."""
        fields = value.get("$secret") if len(value) == 1 else None
        if not isinstance(fields, dict) or not fields.keys() <= {"name", "key", "version"}:
            return None
        if "name" not in fields or not all(isinstance(text, str) for text in fields.values()):
            return None
        return cls(**fields)


@dataclass(frozen=True, slots=True, repr=False)
class SealedValue:
    """A plain value of a key marked secret, carried unread through the evaluation.

    With a `reference`, that is what stands for it in the result; else the value itself.
    """

    value: Value
    reference: SecretReference | None = None

    def __repr__(self) -> str:
        """Hide the value: it must not reach a message or a log."""
        return "SealedValue(…)"


def describe(value: Value) -> str:
    """Name a value in an error message, shortened; secrets are not shown."""
    if isinstance(value, SecretReference | SealedValue):
        return "a secret"
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict | list):
        return "a map" if isinstance(value, dict) else "a list"
    if isinstance(value, str):
        return f"'{value}'" if len(value) <= _SHOWN else f"'{value[:_SHOWN]}…'"
    return number_text(value)[:_SHOWN]


def is_number(value: Value) -> bool:
    """Say whether the value is an integer or a float; true and false are neither."""
    return isinstance(value, _NUMBERS) and not isinstance(value, bool)


def numeric(text: str) -> int | float | None:
    """Read numeric text: what a number literal looks like, with an optional sign."""
    match = _NUMERIC.fullmatch(text) if len(text) <= DEFAULT_LIMITS.digits else None
    if match is None:
        return None
    return finite(float(text)) if match[1] else int(text)


def finite(number: float) -> float:
    """Give the number back; one too large for a float raises Fault."""
    if math.isfinite(number):
        return number
    raise over_limit("a number is too large")


def number(value: Value) -> int | float:
    """Give a number or numeric text as a number; anything else raises Fault."""
    if type(value) is int or type(value) is float or is_number(value):
        return value  # type: ignore[no-any-return]
    found = numeric(value) if isinstance(value, str) else None
    if found is None:
        raise wrong_type(f"{describe(value)} is not a number", "numbers look like 5 or -2.5")
    return found


def truth(value: Value) -> bool:
    """Give true or false, also from their text and null; anything else raises Fault."""
    if value is True or value is False:
        return value
    if value is None:
        return False
    if isinstance(value, str) and value in {"true", "false"}:
        return value == "true"
    hint = "compare it with $eq(…), or ask whether it is set with $empty(…)"
    raise wrong_type(f"{describe(value)} is neither true nor false", hint)


def need_text(value: Value) -> str:
    """Give a text back; anything else raises Fault."""
    if isinstance(value, str):
        return value
    raise wrong_type(f"{describe(value)} is not text", "quote it, or convert it with $str(…)")


def need_list(value: Value) -> list[Value]:
    """Give a list back; anything else raises Fault."""
    if isinstance(value, list):
        return value
    raise wrong_type(f"{describe(value)} is not a list", "make one of text with $split(…)")


def number_text(value: float) -> str:
    """Write a number: integers in full digits, floats shortest, without exponent below 1e16."""
    if isinstance(value, int):
        try:
            return str(value)
        except ValueError:
            raise over_limit("a number is too long to be written") from None
    if abs(value) >= _EXPONENT_FROM:
        return repr(value)
    if value.is_integer():
        return str(int(value))
    shortest = repr(value)
    return format(Decimal(shortest), "f") if "e" in shortest else shortest


def to_text(value: Value) -> str:
    """Write a value as it appears when joined into text; a secret raises Fault."""
    if isinstance(value, str):
        return value
    if type(value) is int:
        return number_text(value)
    if value is None:
        return ""
    if value is True or value is False:
        return "true" if value else "false"
    if isinstance(value, _NUMBERS):
        return number_text(value)
    return json_text(value)


def json_text(value: Value) -> str:
    """Write a value as compact JSON, in its own order; a secret inside raises Fault."""
    return joined(list(_json_pieces(value)))


def bounded(text: str) -> str:
    """Give the text back; one larger than a whole result may be raises Fault."""
    need_room(len(text))
    return text


def need_room(length: int) -> None:
    """Raise Fault when a text of this length is larger than a whole result may be."""
    if length > DEFAULT_LIMITS.result_bytes:
        raise over_limit(
            f"a text is larger than {DEFAULT_LIMITS.result_bytes} bytes",
            "use large values less often",
        )


def joined(texts: list[str], separator: str = "") -> str:
    """Join texts; the length is looked at first, so that too much is never copied together."""
    need_room(sum(map(len, texts)) + len(separator) * len(texts))
    return separator.join(texts)


def _json_pieces(value: Value) -> Iterator[str]:
    if isinstance(value, dict):
        yield "{"
        for position, (key, item) in enumerate(value.items()):
            yield ("," if position else "") + json.dumps(key, ensure_ascii=False) + ":"
            yield from _json_pieces(item)
        yield "}"
    elif isinstance(value, list):
        yield "["
        for position, item in enumerate(value):
            if position:
                yield ","
            yield from _json_pieces(item)
        yield "]"
    elif isinstance(value, str):
        yield json.dumps(value, ensure_ascii=False)
    elif value is None:
        yield "null"
    elif isinstance(value, bool | int | float):
        yield to_text(value)
    else:
        raise wrong_type(f"{describe(value)} cannot be joined into text", ALONE)


def equal(one: Value, other: Value) -> bool:
    """Compare as `$eq` does: numbers also with numeric text, true and false with their text."""
    if isinstance(one, str) and isinstance(other, str):
        return one == other
    _refuse_secrets(one, other)
    if one is None or other is None:
        return one is other
    if isinstance(one, bool) or isinstance(other, bool):
        return same(_truth_text(one), _truth_text(other))
    if is_number(one) and isinstance(other, str):
        return bool(one == numeric(other))
    if is_number(other) and isinstance(one, str):
        return bool(other == numeric(one))
    return same(one, other)


def same(one: Value, other: Value) -> bool:
    """Compare by JSON value: 1 is 1.0 but not true; maps in any order."""
    _refuse_secrets(one, other)
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(same(one[key], other[key]) for key in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    return bool(one == other)


def _refuse_secrets(*values: Value) -> None:
    if any(isinstance(value, SecretReference | SealedValue) for value in values):
        raise wrong_type("a secret cannot be compared", ALONE)


def _truth_text(value: Value) -> Value:
    return ("true" if value else "false") if isinstance(value, bool) else value


def is_deep(value: Value, most: int) -> bool:
    """Say whether maps and lists nest deeper than `most` levels. Needs no recursion itself."""
    level = [value]
    for _ in range(most + 1):
        inner: list[Value] = []
        for item in level:
            if isinstance(item, dict):
                inner.extend(one for one in item.values() if isinstance(one, dict | list))
            elif isinstance(item, list):
                inner.extend(one for one in item if isinstance(one, dict | list))
        if not inner:
            return False
        level = inner
    return True


def weigh(value: Value, room: int) -> int:
    """Estimate the size of a value in bytes of JSON, counting no further than `room`."""
    weight, waiting = 0, [value]
    while waiting and weight <= room:
        item = waiting.pop()
        weight += 2
        if isinstance(item, str):
            weight += len(item)
        elif isinstance(item, list):
            waiting.extend(item)
        elif isinstance(item, dict):
            weight += sum(map(len, item))
            waiting.extend(item.values())
    return weight


def unstorable(value: Value) -> str:
    """Say why a value cannot be stored as JSON in every database; empty where it can."""
    waiting = [value]
    while waiting:
        item = waiting.pop()
        if isinstance(item, str) and (why := _unstorable_text(item)):
            return why
        if isinstance(item, float) and not math.isfinite(item):
            return "a number is too large, or is none"
        if isinstance(item, dict):
            waiting.extend(item)
            waiting.extend(item.values())
        elif isinstance(item, list):
            waiting.extend(item)
    return ""


def _unstorable_text(text: str) -> str:
    if "\0" in text:
        return "a text holds the character NUL"
    if not text.isascii() and _HALF.search(text):
        return "a text holds half a character (a lone surrogate)"
    return ""
