"""A machine that wants in: its keys, and what it says."""

from dataclasses import dataclass, field

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from agent import signing, wire
from orchestration.services import agent_sessions, agents

FACTS = wire.Facts(
    hostname="gw-1",
    os="Debian 12",
    arch="x86_64",
    python="3.11",
    agent_version="0.1.0",
    drivers=("process",),
)


@dataclass
class Machine:
    """Holds keys of its own and knocks with whatever token it is given."""

    name: str = "gw-1"
    key: Ed25519PrivateKey = field(default_factory=signing.new_signing_key)
    seal_key: bytes = field(default_factory=lambda: signing.public_bytes(signing.new_sealing_key()))

    def request(self, token: str, *, sign_key: bytes | None = None) -> wire.EnrolRequest:
        return wire.EnrolRequest(
            version=wire.WIRE_VERSION,
            token=token,
            name=self.name,
            sign_key=signing.public_bytes(self.key) if sign_key is None else sign_key,
            seal_key=self.seal_key,
            facts=FACTS,
            nonce="n",
        )

    def knock(self, token: str) -> wire.EnrolAnswer:
        return agents.enrol(self.request(token))

    def session_request(self, agent: int, challenge: str | None = None) -> wire.SessionRequest:
        said = challenge or agent_sessions.challenge(agent).challenge
        return wire.SessionRequest(
            agent=agent,
            challenge=said,
            signature=signing.sign(self.key, signing.session_text(said)),
        )
