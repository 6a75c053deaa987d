"""Keeps what should run running, without the control plane, and knows how it is."""

from __future__ import annotations

import asyncio
import logging
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from agent import health
from agent.backoff import Backoff
from agent.clock import Clock
from agent.components import Components
from agent.drivers.base import Work
from agent.entries import Entry
from agent.failures import WorkError
from agent.journal import Journal
from agent.lanes import Lanes
from agent.life import INTERRUPTIBLE, Life
from agent.machine import Machine
from agent.unreachable import Unreachable
from agent.wire import HealthState, InstanceHealth, Workload

log = logging.getLogger(__name__)

LOOK_SECONDS = 2.0
PROBE_SECONDS = 10.0
RESTART_LONGEST = 60.0
STEADY_SECONDS = 60.0
"""A program that ran this long is not in a crash loop any more."""


@dataclass
class _Seen:
    """What was last seen of one instance."""

    state: HealthState
    detail: str | None
    since: datetime


@dataclass
class _Patience:
    """How long to wait before an instance is started again."""

    backoff: Backoff = field(default_factory=lambda: Backoff(longest=RESTART_LONGEST))
    not_before: float = 0.0
    started: float = 0.0


class Watch:
    """Looks at every committed instance, restarts what died, remembers what it saw."""

    def __init__(
        self, journal: Journal, machine: Machine, components: Components, lanes: Lanes, clock: Clock
    ) -> None:
        """Nothing is seen yet."""
        self._journal = journal
        self._machine = machine
        self._components = components
        self._lanes = lanes
        self._clock = clock
        self._seen: dict[int, _Seen] = {}
        self._patience: dict[int, _Patience] = defaultdict(_Patience)
        self._probed: dict[int, tuple[float, str | None]] = {}
        self._works: dict[int, tuple[Workload, list[Work]]] = {}
        self.on_change: Callable[[], None] = lambda: None
        self.mask: Callable[[str], str] = lambda text: text

    async def run(self) -> None:
        """Look for ever."""
        while True:
            await self.look()
            await asyncio.sleep(LOOK_SECONDS)

    async def look(self) -> None:
        """Look at every instance once, and start again what died."""
        await asyncio.gather(*(self._look_at(entry) for entry in self._journal.entries()))

    async def _look_at(self, entry: Entry) -> None:
        if entry.good is None or entry.state not in INTERRUPTIBLE:
            self._note(entry.instance, *_without_good(entry))
            return
        lock = self._lanes.lock(entry.instance)
        if lock.locked():
            return  # Something is being done to it at this moment; the next look will tell.
        async with lock:
            await self._see_to(entry, entry.good)

    def health(self) -> tuple[InstanceHealth, ...]:
        """Return what was last seen, for the heartbeat."""
        return tuple(
            self._health(entry) for entry in self._journal.entries() if entry.state != Life.REMOVED
        )

    def _health(self, entry: Entry) -> InstanceHealth:
        seen = self._seen.get(entry.instance)
        state = HealthState.UNKNOWN if seen is None or not entry.listed else seen.state
        detail = seen.detail if seen else None
        order = entry.good or entry.active or entry.desired
        return InstanceHealth(
            instance=entry.instance,
            revision_id=None if entry.good is None else entry.good.revision_id,
            generation=order.generation,
            state=state,
            since=seen.since if seen else None,
            detail=detail if entry.listed else "not-listed",
        )

    async def _see_to(self, entry: Entry, good: Workload) -> None:
        try:
            works = await self._good_works(entry.instance, good)
            wrong = await self._wrong(works)
            if wrong is not None:
                await self._start_again(entry, works, wrong)
            elif (ill := await self._unwell(entry.instance, works)) is not None:
                self._note(entry.instance, HealthState.FAILED, ill)
            else:
                self._steady(entry.instance)
                self._note(entry.instance, HealthState.RUNNING, None)
        except (WorkError, Unreachable) as error:
            self._note(entry.instance, HealthState.FAILED, str(error))

    async def _good_works(self, instance: int, good: Workload) -> list[Work]:
        known = self._works.get(instance)
        if known is None or known[0] != good:
            known = self._works[instance] = good, await self._machine.works(good)
        return known[1]

    async def _wrong(self, works: list[Work]) -> str | None:
        for work in works:
            seen = await self._components.observe(work)
            if seen.state is not HealthState.RUNNING or not seen.current:
                return f"{work.component.name}: {seen.detail or seen.state.value}"
        return None

    async def _start_again(self, entry: Entry, works: list[Work], wrong: str) -> None:
        now = asyncio.get_running_loop().time()
        patience = self._patience[entry.instance]
        self._note(entry.instance, HealthState.FAILED, wrong)
        if now < patience.not_before:
            return
        patience.not_before = now + patience.backoff.failed(1.0)
        patience.started = now
        log.warning("instance %s: starting again: %s", entry.instance, wrong)
        for work in works:
            await self._components.apply(work)

    async def _unwell(self, instance: int, works: list[Work]) -> str | None:
        """Ask the health addresses, more rarely than whether the programs run."""
        now = asyncio.get_running_loop().time()
        asked, answer = self._probed.get(instance, (-PROBE_SECONDS, None))
        if now - asked >= PROBE_SECONDS:
            answer = None
            for work in works:
                url = (work.property("health") or {}).get("http")
                answer = answer or (await health.probe(url) if url else None)
            self._probed[instance] = now, answer
        return answer

    def _steady(self, instance: int) -> None:
        patience = self._patience.get(instance)
        loop = asyncio.get_running_loop()
        if patience and loop.time() - patience.started > STEADY_SECONDS:
            del self._patience[instance]

    def _note(self, instance: int, state: HealthState, detail: str | None) -> None:
        detail = self.mask(detail) if detail else None
        seen = self._seen.get(instance)
        if seen is None or (seen.state, seen.detail) != (state, detail):
            since = seen.since if seen and seen.state == state else self._clock.now()
            self._seen[instance] = _Seen(state, detail, since)
            self.on_change()


def _without_good(entry: Entry) -> tuple[HealthState, str | None]:
    if entry.settled:
        return HealthState.STOPPED, None
    return HealthState.UNKNOWN, entry.state.value if entry.state else None
