"""What the unit tests order, and a clock they turn by hand."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from agent import signing, wire
from agent.clock import Clock

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


class HandClock:
    """A local clock that stands still until it is turned."""

    def __init__(self) -> None:
        self.now = NOON

    def turn(self, **step: float) -> None:
        self.now += timedelta(**step)

    def clock(self) -> Clock:
        return Clock(lambda: self.now)


def content(*components: Mapping[str, Any], **configuration: Any) -> bytes:
    return signing.canonical({"components": list(components), "configuration": configuration})


def mock(name: str = "service", **properties: Any) -> dict[str, Any]:
    return {"name": name, "type": "mock", "properties": properties}


def order(instance: int, generation: int, body: bytes | None, **details: Any) -> wire.Workload:
    """An order to run the content, or, without one, to remove the instance."""
    values: dict[str, Any] = {
        "instance": instance,
        "instance_name": f"instance-{instance}",
        "target": "Line 1",
        "target_id": 1,
        "scope": "lines",
        "solution": "Packer",
        "revision": None if body is None else f"1.0.0.{generation}",
        "revision_id": None if body is None else generation,
        "generation": generation,
        "action": wire.Action.REMOVE if body is None else wire.Action.RUN,
        "digest": None if body is None else signing.digest(body),
        "deadline": None,
        "previous_revision_id": None,
    }
    return wire.Workload(**(values | details))


def document(seq: int, *workloads: wire.Workload, epoch: int = 1) -> wire.DesiredDocument:
    return wire.DesiredDocument(
        version=1,
        agent=1,
        epoch=epoch,
        seq=seq,
        issued_at=NOON,
        not_after=NOON + timedelta(days=60),
        workloads=workloads,
    )
