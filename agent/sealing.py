"""Values encrypted to one agent: X25519 with a key used once, HKDF-SHA256, ChaCha20-Poly1305.

Sealed bytes are the 32-byte public half of the key used once, then the encrypted value. What they
are for (agent, instance, reference) is bound to them: nobody can put one in another's place.
"""

from __future__ import annotations

import json
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from agent import signing
from agent.wire import Reference, SealedSecret

_KEY_BYTES = 32
_PURPOSE = b"sitewright-secret-1"
_NONCE = bytes(12)
"""Always the same: each key encrypts one value only."""


class SealError(Exception):
    """Sealed bytes that this key does not open, or that are for something else."""


def seal(
    public_key: bytes,
    value: Any,  # noqa: ANN401 - any JSON value
    *,
    agent: int,
    instance: int,
    reference: Reference,
) -> SealedSecret:
    """Encrypt a JSON value to an agent; raises ``SealError`` when its key is none."""
    once = X25519PrivateKey.generate()
    try:
        shared = once.exchange(X25519PublicKey.from_public_bytes(public_key))
    except ValueError as error:
        raise SealError("the agent's key is not an X25519 key") from error
    public = signing.public_bytes(once)
    cipher = ChaCha20Poly1305(_derived(shared, public + public_key))
    sealed = cipher.encrypt(_NONCE, signing.canonical(value), _purpose(agent, instance, reference))
    return SealedSecret(*reference, sealed=public + sealed)


def unseal(key: X25519PrivateKey, secret: SealedSecret, *, agent: int, instance: int) -> Any:  # noqa: ANN401 - any JSON value
    """Return the value; raises ``SealError``."""
    public, sealed = secret.sealed[:_KEY_BYTES], secret.sealed[_KEY_BYTES:]
    try:
        shared = key.exchange(X25519PublicKey.from_public_bytes(public))
        cipher = ChaCha20Poly1305(_derived(shared, public + signing.public_bytes(key)))
        data = cipher.decrypt(_NONCE, sealed, _purpose(agent, instance, secret.reference))
        return json.loads(data)
    except (InvalidTag, ValueError) as error:
        raise SealError(f"the secret {secret.name} is not sealed to this agent's key") from error


def _derived(shared: bytes, salt: bytes) -> bytes:
    return HKDF(SHA256(), _KEY_BYTES, salt, _PURPOSE).derive(shared)


def _purpose(agent: int, instance: int, reference: Reference) -> bytes:
    return signing.canonical([agent, instance, *reference])
