"""Canonical JSON: one sequence of bytes for one content, and its digest.

The form is what Python's json writes: sorted keys, no blanks, shortest floats. orjson writes the
same ten times as fast, except for the few values that `_is_plain` leaves to json.
"""

import hashlib
import json
from collections.abc import Iterable

import orjson

from orchestration.expressions import SecretReference, Value

_ALIKE = frozenset({str, int, bool, type(None)})
# Floats between these are written without an exponent, digit for digit the same by both.
_LEAST, _MOST = 1e-4, 1e16


def _reference(value: Value) -> Value:
    if isinstance(value, SecretReference):
        return value.plain()
    raise TypeError(type(value).__name__)


_ENCODER = json.JSONEncoder(
    ensure_ascii=False, allow_nan=False, sort_keys=True, separators=(",", ":"), default=_reference
)


def canonical_json(value: Value) -> bytes:
    """Write plain data, secrets as references, as UTF-8 with sorted keys and without blanks.

    Raises:
        ValueError: NaN, a number too long, or half a character. TypeError: not plain data.
        RecursionError: nested too deeply.
    """
    if _is_plain((value,)):
        try:
            return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)
        except TypeError:
            pass  # long integers and half characters: json writes the ones and names the others
    return _ENCODER.encode(value).encode()


def digest(content: bytes) -> str:
    """Give the content hash: `sha256:` and 64 hexadecimal digits."""
    return f"sha256:{hashlib.sha256(content).hexdigest()}"


def _is_plain(values: Iterable[Value]) -> bool:
    """Say whether both writers give the same bytes for all of these."""
    if _ALIKE.issuperset(map(type, values)):
        return True
    for value in values:
        kind = type(value)
        if kind is dict:
            alike = _is_plain(value.values())
        elif kind is list or kind is tuple:
            alike = _is_plain(value)
        elif kind is float:
            alike = _LEAST <= abs(value) < _MOST or value == 0
        else:
            alike = kind in _ALIKE
        if not alike:
            return False
    return True
