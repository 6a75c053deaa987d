"""How the journal's rows and its values become each other."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

from agent.entries import Accepted, Entry
from agent.life import REPORTED, Life
from agent.wire import DesiredDocument, Failure, Message, Report, StepReport, Workload

M = TypeVar("M", bound=Message)


def write(message: Message) -> str:
    """Return a message as text."""
    return json.dumps(message.to_json(), separators=(",", ":"))


def read(kind: type[M], text: str) -> M:
    """Return the message a text holds; raises ``WireError`` when the file was damaged."""
    return kind.from_json(json.loads(text))


def _write_optional(message: Message | None) -> str | None:
    return None if message is None else write(message)


def _read_optional(kind: type[M], text: str | None) -> M | None:
    return None if text is None else read(kind, text)


def write_entry(entry: Entry) -> tuple[Any, ...]:
    """Return the columns of an instance."""
    return (
        entry.instance,
        write(entry.desired),
        int(entry.listed),
        _write_optional(entry.active),
        None if entry.state is None else entry.state.value,
        entry.attempts,
        _write_optional(entry.good),
        json.dumps([step.to_json() for step in entry.steps]),
        _write_optional(entry.failure),
        entry.sequence,
        None if entry.since is None else entry.since.isoformat(),
    )


def read_entry(row: Sequence[Any]) -> Entry:
    """Return the instance of a row."""
    instance, desired, listed, active, state, attempts, good, steps, failure, sequence, since = row
    return Entry(
        instance=instance,
        desired=read(Workload, desired),
        listed=bool(listed),
        active=_read_optional(Workload, active),
        state=None if state is None else Life(state),
        attempts=attempts,
        good=_read_optional(Workload, good),
        steps=tuple(StepReport.from_json(step) for step in json.loads(steps)),
        failure=_read_optional(Failure, failure),
        sequence=sequence,
        since=None if since is None else datetime.fromisoformat(since),
    )


def write_accepted(document: DesiredDocument, at: datetime) -> tuple[Any, ...]:
    """Return the columns that tell which document was accepted."""
    return (
        document.epoch,
        document.seq,
        document.issued_at.isoformat(),
        document.not_after.isoformat(),
        at.isoformat(),
    )


def read_accepted(row: Sequence[Any]) -> Accepted:
    """Return which document was accepted."""
    epoch, seq, *times = row
    return Accepted(epoch, seq, *(datetime.fromisoformat(time) for time in times))


def report_of(entry: Entry, report_id: UUID, at: datetime) -> Report:
    """Return the report that tells of the state an instance has just reached."""
    order = entry.working
    state = Life(entry.state) if entry.state else Life.RECEIVED
    return Report(
        id=report_id,
        instance=entry.instance,
        generation=order.generation,
        revision_id=order.revision_id,
        sequence=entry.sequence,
        state=REPORTED[state],
        at=at,
        observed_revision_id=entry.observed_revision_id,
        failure=entry.failure,
        steps=entry.steps,
    )
