"""Who this agent is: its keys, its number, and whom it trusts. One directory, owner only."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from agent import files, signing
from agent.codec import Message
from agent.wire import EnrolAnswer

_SIGN, _SEAL, _ENROLMENT = "sign.key", "seal.key", "agent.json"


@dataclass(frozen=True)
class Enrolment(Message):
    """What enrolling gave: the control plane's address and keys, and the agent's number."""

    server: str
    name: str
    agent: int
    server_keys: tuple[bytes, ...]


@dataclass(frozen=True)
class Keys:
    """The agent's private keys; neither ever leaves the machine."""

    sign: Ed25519PrivateKey
    seal: X25519PrivateKey

    @property
    def fingerprint(self) -> str:
        """The words the approver and this machine both show."""
        return signing.fingerprint(signing.public_bytes(self.sign))


class IdentityStore:
    """The files of the identity, below the data directory."""

    def __init__(self, data: Path) -> None:
        """Nothing is read or made yet."""
        self._directory = data / "identity"

    def keys(self) -> Keys:
        """Return the keys, making them at first; raises ``KeyFileError``."""
        sign, seal = self._directory / _SIGN, self._directory / _SEAL
        if not sign.exists():
            signing.save_key(sign, signing.new_signing_key())
        if not seal.exists():
            signing.save_key(seal, signing.new_sealing_key())
        return Keys(signing.load_signing_key(sign), signing.load_sealing_key(seal))

    def enrolment(self) -> Enrolment | None:
        """Return what enrolling gave, or None before."""
        path = self._directory / _ENROLMENT
        if not path.exists():
            return None
        return Enrolment.from_json(json.loads(path.read_bytes()))

    def save(self, server: str, name: str, answer: EnrolAnswer) -> Enrolment:
        """Keep what enrolling gave; from now on only these keys are trusted."""
        return self.write(Enrolment(server, name, answer.agent, answer.server_keys))

    def write(self, enrolment: Enrolment) -> Enrolment:
        """Replace what is kept."""
        data = json.dumps(enrolment.to_json(), indent=2).encode()
        files.write_atomic(self._directory / _ENROLMENT, data)
        return enrolment
