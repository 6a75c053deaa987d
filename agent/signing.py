"""Keys, signatures and digests: what makes the protocol trustworthy.

Ed25519 signs, X25519 is kept for values sealed to an agent. Public keys are raw
32-byte values, signatures raw 64-byte values. Private keys live in PEM files only
their owner may read.
"""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from agent.wire import DesiredDocument, SignedDocument

DIGEST_PREFIX = "sha256:"
FINGERPRINT_WORDS = 5
_OWNER_ONLY = 0o600
_CONSONANTS = "bdfghjklmnprstvz"
_VOWELS = "aiou"


class KeyFileError(Exception):
    """A key file that is missing, unreadable, of another kind, or open to others."""


def canonical(value: object) -> bytes:
    """Return the one byte form of a JSON value: UTF-8, sorted keys, no spaces, no NaN."""
    text = json.dumps(
        value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
    )
    return text.encode()


def digest(data: bytes) -> str:
    """Return ``sha256:<64 hex digits>`` of the bytes."""
    return DIGEST_PREFIX + hashlib.sha256(data).hexdigest()


def new_signing_key() -> Ed25519PrivateKey:
    """Make a key that signs."""
    return Ed25519PrivateKey.generate()


def new_sealing_key() -> X25519PrivateKey:
    """Make a key that values can be encrypted to."""
    return X25519PrivateKey.generate()


def public_bytes(key: Ed25519PrivateKey | X25519PrivateKey) -> bytes:
    """Return the raw 32-byte public half."""
    return key.public_key().public_bytes_raw()


def private_pem(key: Ed25519PrivateKey | X25519PrivateKey) -> bytes:
    """Return the private key as unencrypted PKCS#8 PEM."""
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )


def save_key(path: Path, key: Ed25519PrivateKey | X25519PrivateKey) -> None:
    """Write a new key file, readable by its owner only; raises FileExistsError."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _OWNER_ONLY)
    with os.fdopen(descriptor, "wb") as file:
        file.write(private_pem(key))
        file.flush()
        os.fsync(file.fileno())


def load_signing_key(path: Path) -> Ed25519PrivateKey:
    """Read a key file; raises ``KeyFileError``."""
    key = _load(path)
    if not isinstance(key, Ed25519PrivateKey):
        message = f"{path.name} is not an Ed25519 key"
        raise KeyFileError(message)
    return key


def load_sealing_key(path: Path) -> X25519PrivateKey:
    """Read a key file; raises ``KeyFileError``."""
    key = _load(path)
    if not isinstance(key, X25519PrivateKey):
        message = f"{path.name} is not an X25519 key"
        raise KeyFileError(message)
    return key


def _load(path: Path) -> object:
    try:
        if os.name == "posix" and path.stat().st_mode & 0o077:
            message = f"{path.name} can be read by others; set its mode to 0600"
            raise KeyFileError(message)
        return serialization.load_pem_private_key(path.read_bytes(), password=None)
    except (OSError, ValueError) as error:
        message = f"{path.name} cannot be read as a private key"
        raise KeyFileError(message) from error


def sign(key: Ed25519PrivateKey, data: bytes) -> bytes:
    """Return the 64-byte signature over the data."""
    return key.sign(data)


def verify(public_key: bytes, signature: bytes, data: bytes) -> bool:
    """Tell whether the signature over the data is by this key; bad keys are just False."""
    try:
        Ed25519PublicKey.from_public_bytes(public_key).verify(signature, data)
    except (InvalidSignature, ValueError):
        return False
    return True


def session_text(challenge: str) -> bytes:
    """Return what an agent signs to get a session."""
    return b"sitewright-session:" + challenge.encode()


def request_text(method: str, path: str, body: bytes) -> bytes:
    """Return what an agent signs for one call; ``path`` is without host and query."""
    return f"{method.upper()}\n{path}\n{hashlib.sha256(body).hexdigest()}".encode()


def sign_document(key: Ed25519PrivateKey, document: DesiredDocument) -> SignedDocument:
    """Seal a desired document for its agent."""
    data = canonical(document.to_json())
    return SignedDocument(document=data, key=public_bytes(key), signature=sign(key, data))


def fingerprint(public_key: bytes) -> str:
    """Return five pronounceable words (80 bits) to compare by eye or by telephone."""
    hashed = hashlib.sha256(public_key).digest()
    pairs = (hashed[at : at + 2] for at in range(0, 2 * FINGERPRINT_WORDS, 2))
    return "-".join(_word(int.from_bytes(pair)) for pair in pairs)


def _word(number: int) -> str:
    """Spell 16 bits as consonant, vowel, consonant, vowel, consonant."""
    return (
        _CONSONANTS[number >> 12]
        + _VOWELS[number >> 10 & 3]
        + _CONSONANTS[number >> 6 & 15]
        + _VOWELS[number >> 4 & 3]
        + _CONSONANTS[number & 15]
    )
