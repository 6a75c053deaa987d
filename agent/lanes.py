"""Several instances at once, one thing at a time for each."""

from __future__ import annotations

import asyncio
import logging
from collections import defaultdict
from collections.abc import Callable

from agent.backoff import Backoff
from agent.clock import Clock
from agent.entries import Entry
from agent.journal import Journal
from agent.life import INTERRUPTIBLE, Life
from agent.machine import Machine
from agent.unreachable import Unreachable

log = logging.getLogger(__name__)

PARALLEL = 8
_PROVISIONAL = (Life.SNAPSHOT, Life.APPLYING, Life.VERIFYING)
_LONGEST_WAIT = 60.0


class Lanes:
    """Runs each instance that has something to do in a task of its own."""

    def __init__(
        self, journal: Journal, machine: Machine, clock: Clock, parallel: int = PARALLEL
    ) -> None:
        """At most ``parallel`` instances work at the same moment; others wait their turn."""
        self._journal = journal
        self._machine = machine
        self._clock = clock
        self._turns = asyncio.Semaphore(parallel)
        self._locks: dict[int, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._news: dict[int, asyncio.Event] = defaultdict(asyncio.Event)
        self._tasks: dict[int, asyncio.Task[None]] = {}
        self.on_settled: Callable[[], None] = lambda: None

    def lock(self, instance: int) -> asyncio.Lock:
        """Return the lock whoever touches an instance must hold."""
        return self._locks[instance]

    def recover(self) -> None:
        """Count, once at start, the work that the agent's death interrupted."""
        for entry in self._journal.entries():
            if entry.state in _PROVISIONAL:
                log.info("instance %s: resuming at %s", entry.instance, entry.state)
                self._journal.count_attempt(entry)

    def wake(self) -> None:
        """See to every instance that has something to do."""
        for entry in self._journal.entries():
            self._news[entry.instance].set()
            if entry.instance not in self._tasks and self._has_work(entry):
                self._tasks[entry.instance] = asyncio.create_task(self._run(entry.instance))

    async def stop(self) -> None:
        """Let go of all work where it stands; the journal knows where that is."""
        tasks = list(self._tasks.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _has_work(self, entry: Entry) -> bool:
        if entry.state is not None and entry.state not in INTERRUPTIBLE:
            return True
        if not entry.listed:
            # Withdrawn before anything was touched: what runs stays as it is.
            return False
        accepted = self._journal.accepted()
        in_force = accepted is not None and self._clock.now() <= accepted.not_after
        return in_force and (entry.newer_wanted or not entry.settled)

    async def _run(self, instance: int) -> None:
        try:
            await self._work_off(instance)
        finally:
            # Here and not in a callback: between the last look and this nothing can wake us.
            del self._tasks[instance]
        self.on_settled()

    async def _work_off(self, instance: int) -> None:
        backoff = Backoff(longest=_LONGEST_WAIT)
        while self._has_work(entry := self._journal.entry(instance)):
            self._news[instance].clear()
            try:
                await self._step(entry)
                backoff.reset()
            except Unreachable as error:
                await self._pause(instance, backoff.failed(error.retry_after))
            except Exception:
                # A full disk, or a defect: nothing moved, so the same step comes again.
                log.exception("instance %s: stays at %s", instance, entry.state)
                await self._pause(instance, backoff.failed())

    async def _step(self, entry: Entry) -> None:
        async with self._turns, self._locks[entry.instance]:
            interruptible = entry.state is None or entry.state in INTERRUPTIBLE
            if entry.newer_wanted and interruptible:
                entry = self._journal.begin(entry)
            else:
                entry = await self._machine.advance(entry)
        log.info("instance %s generation %s: %s", entry.instance, _generation(entry), entry.state)

    async def _pause(self, instance: int, seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                await self._news[instance].wait()
        except TimeoutError:
            return


def _generation(entry: Entry) -> int | None:
    return None if entry.active is None else entry.active.generation
