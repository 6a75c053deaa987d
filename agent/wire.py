"""The messages between the control plane and a site agent, version 1.

Every message is a frozen dataclass with ``to_json()`` (plain values, ready for
``json.dumps`` or ``signing.canonical``) and ``from_json()``, which is strict: a
missing field, a wrong type, an unknown version or a value no database could hold
raises ``WireError``. Fields nobody asked for are ignored, and fields that came later have
a default, so that a newer peer may say more without breaking an older one and the other
way round; whatever changes a meaning changes the version.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar, TypeAlias
from uuid import UUID

from agent.codec import MAX_BODY, WIRE_VERSION, Message, WireError, parse

__all__ = ["MAX_BODY", "WIRE_VERSION", "Message", "WireError", "parse"]

PATH_PREFIX = "/api/agent/v1/"
SIGNATURE_HEADER = "Sitewright-Signature"
AUTHORIZATION_SCHEME = "Agent"
MAX_LOG_TAIL = 8_192
"""Longest log tail an agent sends, in characters."""
SECRETS_VERSION = 2
"""The version of a desired document with secrets: who does not know them must not take it, or
the references would be written where the values belong."""

Reference: TypeAlias = tuple[str, str | None, str | None]
"""What stands for a secret in a content: name, key and version."""


class AgentState(StrEnum):
    """What the control plane thinks of an agent."""

    PENDING = "pending"
    APPROVED = "approved"
    REVOKED = "revoked"


class Action(StrEnum):
    """What an agent is to do with an instance."""

    RUN = "run"
    REMOVE = "remove"


class ReportState(StrEnum):
    """Where an agent is with one generation of an instance."""

    RECEIVED = "Received"
    STAGING = "Staging"
    STAGED = "Staged"
    APPLYING = "Applying"
    VERIFYING = "Verifying"
    COMMITTED = "Committed"
    REVERTING = "Reverting"
    REVERTED = "Reverted"
    REVERT_FAILED = "RevertFailed"
    FAILED = "Failed"
    REJECTED = "Rejected"
    REMOVING = "Removing"
    REMOVED = "Removed"


class Phase(StrEnum):
    """In which part of the work something failed."""

    VALIDATE = "validate"
    STAGE = "stage"
    APPLY = "apply"
    VERIFY = "verify"
    REVERT = "revert"
    REMOVE = "remove"


class StepKey(StrEnum):
    """The kinds of step a report lists."""

    STAGE = "stage"
    APPLY = "apply"
    VERIFY = "verify"
    REVERT = "revert"
    REMOVE = "remove"


class StepStatus(StrEnum):
    """How far a step is."""

    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"


class HealthState(StrEnum):
    """What an agent sees of an instance at this moment."""

    RUNNING = "running"
    STOPPED = "stopped"
    FAILED = "failed"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Facts(Message):
    """What a machine says about itself when it enrols; ``drivers`` are component types."""

    hostname: str
    os: str
    arch: str
    python: str
    agent_version: str
    drivers: tuple[str, ...]


@dataclass(frozen=True)
class EnrolRequest(Message):
    """``POST enroll``; ``sign_key`` and ``seal_key`` are raw 32-byte public keys."""

    version: int
    token: str
    name: str
    sign_key: bytes
    seal_key: bytes
    facts: Facts
    nonce: str


@dataclass(frozen=True)
class EnrolAnswer(Message):
    """The answer to ``enroll``; ``server_keys`` are the public keys to trust from now on."""

    agent: int
    state: AgentState
    server_keys: tuple[bytes, ...]
    fingerprint: str


@dataclass(frozen=True)
class ChallengeRequest(Message):
    """``POST challenge``."""

    agent: int


@dataclass(frozen=True)
class ChallengeAnswer(Message):
    """Something to sign, and the control plane's clock."""

    challenge: str
    server_time: datetime


@dataclass(frozen=True)
class SessionRequest(Message):
    """``POST session``; ``signature`` is over ``signing.session_text(challenge)``."""

    agent: int
    challenge: str
    signature: bytes


@dataclass(frozen=True)
class SessionAnswer(Message):
    """A short-lived access token; ``expires_in`` in seconds."""

    access_token: str
    expires_in: int
    server_time: datetime


@dataclass(frozen=True)
class SealedSecret(Message):
    """A value that only the agent can read: see ``agent.sealing``."""

    name: str
    key: str | None
    version: str | None
    sealed: bytes

    @property
    def reference(self) -> Reference:
        """What stands for the value in the content."""
        return self.name, self.key, self.version


@dataclass(frozen=True)
class Workload(Message):
    """What one instance should be; ``revision`` and its kin are null for a removal.

    ``secrets`` are the values of the references in the content.
    """

    instance: int
    instance_name: str
    target: str
    target_id: int
    scope: str
    solution: str
    revision: str | None
    revision_id: int | None
    generation: int
    action: Action
    digest: str | None
    deadline: datetime | None
    previous_revision_id: int | None
    secrets: tuple[SealedSecret, ...] = ()


@dataclass(frozen=True)
class DesiredDocument(Message):
    """Everything one agent should run; ordered by (``epoch``, ``seq``)."""

    versions: ClassVar[frozenset[int]] = frozenset({WIRE_VERSION, SECRETS_VERSION})

    version: int
    agent: int
    epoch: int
    seq: int
    issued_at: datetime
    not_after: datetime
    workloads: tuple[Workload, ...]


@dataclass(frozen=True)
class SignedDocument(Message):
    """``GET desired``: the document's exact bytes, the key and the signature over them."""

    document: bytes
    key: bytes
    signature: bytes


@dataclass(frozen=True)
class Component(Message):
    """One part of a workload; ``type`` chooses the driver."""

    name: str
    type: str
    properties: Mapping[str, Any]


@dataclass(frozen=True)
class Content(Message):
    """``GET content/<digest>``: what a revision consists of."""

    components: tuple[Component, ...]
    configuration: Mapping[str, Any]


@dataclass(frozen=True)
class Failure(Message):
    """Why something failed, for a person and for a rule that decides about a retry."""

    phase: Phase
    component: str | None
    element: str | None
    category: str
    code: str
    message: str
    log_tail: str
    retryable: bool


@dataclass(frozen=True)
class StepReport(Message):
    """One step of the work, as far as it is known when the report is made."""

    key: StepKey
    component: str | None
    status: StepStatus
    started_at: datetime
    ended_at: datetime | None
    detail: str | None


@dataclass(frozen=True)
class Report(Message):
    """One transition of one instance; ``sequence`` grows per instance."""

    id: UUID
    instance: int
    generation: int
    revision_id: int | None
    sequence: int
    state: ReportState
    at: datetime
    observed_revision_id: int | None
    failure: Failure | None
    steps: tuple[StepReport, ...]


@dataclass(frozen=True)
class ReportBatch(Message):
    """``POST reports``; sending the same batch again is harmless."""

    version: int
    batch: UUID
    reports: tuple[Report, ...]


@dataclass(frozen=True)
class RejectedReport(Message):
    """A report the control plane will never take: unknown-instance, stale or malformed."""

    id: UUID
    code: str


@dataclass(frozen=True)
class ReportAnswer(Message):
    """Both kinds are final: the agent drops them from its outbox."""

    accepted: tuple[UUID, ...]
    rejected: tuple[RejectedReport, ...]


@dataclass(frozen=True)
class InstanceHealth(Message):
    """What the agent sees of one instance."""

    instance: int
    revision_id: int | None
    generation: int
    state: HealthState
    since: datetime | None
    detail: str | None


@dataclass(frozen=True)
class Heartbeat(Message):
    """``POST heartbeat``; ``epoch`` and ``seq`` of the newest document accepted."""

    version: int
    epoch: int
    seq: int
    applied_at: datetime | None
    health: tuple[InstanceHealth, ...]


@dataclass(frozen=True)
class HeartbeatAnswer(Message):
    """The control plane's clock, and seconds until the next heartbeat."""

    server_time: datetime
    interval: int


@dataclass(frozen=True)
class Hint(Message):
    """A wake-up on the hints socket: a new ``desired`` seq, or a new ``interval`` in seconds.

    What it does not say is None, and an unknown hint says nothing.
    """

    desired: int | None = None
    interval: int | None = None

    def to_json(self) -> dict[str, Any]:
        """Return only what the hint says."""
        return {name: value for name, value in super().to_json().items() if value is not None}
