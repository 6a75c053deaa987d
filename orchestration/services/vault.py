"""Encrypting what must not lie in the database in plain, under keys from the environment.

The first key encrypts, each of them decrypts. A row says which key it is under by `key_id`.
"""

import hashlib
import json
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from cryptography.fernet import Fernet, InvalidToken
from django.conf import settings

from orchestration.models.secret import Encrypted
from orchestration.services.errors import Refused

_ID_LENGTH = 12


@dataclass(frozen=True)
class Sealed:
    """An encrypted value and the key it is under."""

    key_id: str
    ciphertext: str


def encrypt(value: Any) -> Sealed:  # noqa: ANN401  any JSON value
    """Encrypt a JSON value under the first key.

    Raises:
        Refused: ``secrets-unreadable`` where there is no usable key.
    """
    keys = _keys()
    if not keys:
        raise Refused("secrets-unreadable", keys=[])
    first = next(iter(keys))
    data = json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
    return Sealed(first, keys[first].encrypt(data).decode())


def decrypt(row: Encrypted | Sealed) -> Any:  # noqa: ANN401  any JSON value
    """Give the value of a row.

    Raises:
        Refused: ``secrets-unreadable`` when its key is not there, or is not the one it says.
    """
    key = _keys().get(row.key_id)
    if key is None:
        raise Refused("secrets-unreadable", keys=[row.key_id])
    try:
        return json.loads(key.decrypt(row.ciphertext))
    except InvalidToken as error:
        raise Refused("secrets-unreadable", keys=[row.key_id]) from error


def key_ids() -> list[str]:
    """The ids of the keys there are, the one that encrypts first."""
    return list(_keys())


def _keys() -> dict[str, Fernet]:
    return _read(tuple(settings.SITEWRIGHT_SECRET_KEYS))


@lru_cache(maxsize=8)
def _read(keys: tuple[str, ...]) -> dict[str, Fernet]:
    """The keys by id; one that is none is left out, and portal.checks says so."""
    found = {}
    for key in keys:
        try:
            found[_id(key)] = Fernet(key)
        except ValueError:
            continue
    return found


def _id(key: str) -> str:
    """Name a key: a hash tells nothing of what is random."""
    return hashlib.sha256(b"sitewright-key:" + key.strip().encode()).hexdigest()[:_ID_LENGTH]
