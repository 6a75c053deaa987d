"""What one YAML scalar means, by the core schema of YAML 1.2."""

import re
from collections.abc import Iterable

from yaml.events import ScalarEvent

from orchestration.expressions.errors import wrong_type
from orchestration.expressions.limits import DEFAULT_LIMITS
from orchestration.expressions.values import Value, finite

_NULLS = frozenset({"", "~", "null", "Null", "NULL"})
_TRUES = frozenset({"true", "True", "TRUE"})
_FALSES = frozenset({"false", "False", "FALSE"})
_INTEGER = re.compile(r"[-+]?[0-9]+")
_BASED = re.compile(r"0o[0-7]+|0x[0-9a-fA-F]+")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_NOT_FINITE = re.compile(r"[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)")
_TAG = "tag:yaml.org,2002:"
_TYPES: dict[str, tuple[type, ...]] = {
    "null": (type(None),),
    "bool": (bool,),
    "int": (int,),
    "float": (int, float),
}


class PlacedText(str):
    """Text of a template that knows where in the file each of its `${{` stands."""

    __slots__ = ("places",)
    places: tuple[tuple[int, int], ...]

    @classmethod
    def found(cls, text: str, places: Iterable[tuple[int, int]]) -> "PlacedText":
        """Mark a text with lines and columns, counted from 1, one for each `${{`."""
        placed = cls(text)
        placed.places = tuple(places)
        return placed


def scalar_value(event: ScalarEvent) -> Value:
    """Give the value of a scalar; an impossible one raises Fault."""
    tag = (event.tag or "").removeprefix(_TAG)
    if tag in {"", "!"}:
        return event.value if tag == "!" or not event.implicit[0] else _plain(event.value)
    if tag == "str":
        return event.value
    value: Value = _plain(event.value) if tag in _TYPES else None
    if tag not in _TYPES or type(value) not in _TYPES[tag]:
        raise wrong_type(f"the tag {event.tag} does not fit here")
    return float(value) if tag == "float" else value


def key_text(event: ScalarEvent) -> str:
    """Give a key as it is written; what cannot be one raises Fault."""
    plain = event.implicit[0]
    if event.tag not in {None, "!", f"{_TAG}str"}:
        raise wrong_type(f"a key cannot have the tag {event.tag}")
    if plain and event.value == "<<":
        raise wrong_type("merge keys (<<) are not part of YAML 1.2; use $include")
    if plain and event.value in {"", "~"}:
        raise wrong_type("a key is missing")
    return str(event.value)


def _plain(text: str) -> Value:
    if text in _NULLS:
        return None
    if text in _TRUES:
        return True
    if text in _FALSES:
        return False
    if not text[0].isdigit() and text[0] not in "+-.":
        return text
    return _number(text)


def _number(text: str) -> Value:
    if _NOT_FINITE.fullmatch(text):
        raise wrong_type(f"{text} is not a number that can be stored")
    if len(text) > DEFAULT_LIMITS.digits:
        long = _INTEGER.fullmatch(text) or _FLOAT.fullmatch(text)
        if long:
            raise wrong_type(f"a number has more than {DEFAULT_LIMITS.digits} digits")
        return text
    if _INTEGER.fullmatch(text):
        return int(text)
    if _BASED.fullmatch(text):
        return int(text, 0)
    return finite(float(text)) if _FLOAT.fullmatch(text) else text
