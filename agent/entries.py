"""One row of the journal: what an instance should be, is becoming, and last was."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from agent.life import SETTLED, Life
from agent.wire import Action, Failure, StepReport, Workload


@dataclass(frozen=True)
class Entry:
    """An instance as the journal knows it.

    ``desired`` is the newest order, ``active`` the order being worked at or last worked
    at, ``good`` the last one committed. ``listed`` is false once the control plane no
    longer names the instance: then what runs is left running.
    """

    instance: int
    desired: Workload
    listed: bool
    active: Workload | None = None
    state: Life | None = None
    attempts: int = 0
    good: Workload | None = None
    steps: tuple[StepReport, ...] = ()
    failure: Failure | None = None
    sequence: int = 0
    since: datetime | None = None

    @property
    def settled(self) -> bool:
        """Nothing is in hand: the last order has come to its end."""
        return self.state is None or self.state in SETTLED

    @property
    def newer_wanted(self) -> bool:
        """There is an order newer than the one in hand."""
        return self.active is None or self.desired.generation > self.active.generation

    @property
    def working(self) -> Workload:
        """The order in hand; only asked for once there is one."""
        if self.active is None:
            raise LookupError(f"instance {self.instance} has nothing in hand")
        return self.active

    @property
    def removal(self) -> bool:
        """The order in hand is to remove the instance."""
        return self.active is not None and self.active.action is Action.REMOVE

    @property
    def observed_revision_id(self) -> int | None:
        """The revision that runs, as far as the journal knows."""
        if self.state is Life.REVERT_FAILED or self.good is None:
            return None
        return self.good.revision_id


@dataclass(frozen=True)
class Accepted:
    """Which desired document was last accepted; ``at`` is by this machine."""

    epoch: int
    seq: int
    issued_at: datetime
    not_after: datetime
    at: datetime
