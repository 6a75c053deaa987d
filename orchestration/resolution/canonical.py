"""Canonical JSON: one sequence of bytes for one content, and its digest."""

import hashlib
import json

from orchestration.expressions import SecretReference, Value


def _plain(value: Value) -> Value:
    if isinstance(value, SecretReference):
        return value.plain()
    raise TypeError(type(value).__name__)


_ENCODER = json.JSONEncoder(
    ensure_ascii=False, allow_nan=False, sort_keys=True, separators=(",", ":"), default=_plain
)


def canonical_json(value: Value) -> bytes:
    """Write plain data, secrets as references, as UTF-8 with sorted keys and without blanks.

    Raises:
        ValueError: NaN, a number too long, or half a character. TypeError: not plain data.
        RecursionError: nested too deeply.
    """
    return _ENCODER.encode(value).encode()


def digest(content: bytes) -> str:
    """Give the content hash: `sha256:` and 64 hexadecimal digits."""
    return f"sha256:{hashlib.sha256(content).hexdigest()}"
