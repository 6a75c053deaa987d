"""The control plane's signing keys: the first signs, all are pinned by agents.

Two keys, so that one can be replaced while agents are away: they trust the
second already when it starts to sign.
"""

from functools import cache
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from agent import signing

NEXT = ".next"


@cache
def signing_key(file: Path) -> Ed25519PrivateKey:
    """The key that signs, made on first use.

    Raises:
        agent.signing.KeyFileError: unreadable, or readable by others.
    """
    _ensure(file)
    return signing.load_signing_key(file)


@cache
def public_keys(file: Path) -> tuple[bytes, ...]:
    """What an agent pins when it enrols: the current key and the next one."""
    following = file.with_name(file.name + NEXT)
    _ensure(following)
    current = signing.public_bytes(signing_key(file))
    return current, signing.public_bytes(signing.load_signing_key(following))


def _ensure(file: Path) -> None:
    if file.exists():
        return
    try:
        signing.save_key(file, signing.new_signing_key())
    except FileExistsError:
        # Another process was faster; its key is the one.
        return
