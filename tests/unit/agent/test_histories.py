"""Whatever is ordered and however often the agent dies, the site ends where it should."""

from __future__ import annotations

import asyncio
import tempfile
from itertools import pairwise
from pathlib import Path

from hypothesis import example, given, settings
from hypothesis import strategies as st

from agent import signing
from agent.components import Components
from agent.drivers.base import Settings
from agent.drivers.mock import Driver as MockDriver
from agent.entries import Entry
from agent.journal import Journal
from agent.lanes import Lanes
from agent.life import INTERRUPTIBLE, NEXT, Life
from agent.machine import Machine
from agent.watch import Watch
from tests.unit.agent.orders import HandClock, content, document, mock, order

GOOD = content(mock("good"))
OTHER = content(mock("good", delays={"apply": 0}), mock("second"))
BROKEN = content(mock("good"), mock("broken", fail={"apply": {}}))
ILL = content(mock("ill", state="failed"))
BODIES = (GOOD, OTHER, BROKEN, ILL, None)

orders = st.tuples(st.just("order"), st.sampled_from(BODIES))
steps = st.tuples(st.just("step"), st.integers(1, 9))
deaths = st.tuples(st.just("die"), st.booleans())
histories = st.lists(st.one_of(orders, steps, deaths), max_size=25)


class World:
    """A machine whose agent, or whose power, may fail between any two transitions."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.time = HandClock()
        self.driver = MockDriver(Settings())
        self.generation = 0
        self.open()

    def open(self) -> None:
        clock = self.time.clock()
        self.journal = Journal(self.directory / "journal.sqlite", clock)
        self.components = Components(self.directory / "instances", {"mock": self.driver})
        self.machine = Machine(self.journal, self.components, self.fetch, clock, settle=0)

    async def fetch(self, digest: str) -> bytes:
        return next(body for body in BODIES if body is not None and signing.digest(body) == digest)

    def order(self, body: bytes | None) -> None:
        self.generation += 1
        self.journal.accept(document(self.generation, order(1, self.generation, body)))

    def step(self) -> bool:
        """Do what a lane does once; tells whether there was something to do."""
        entry = self.entry()
        if entry is None or (entry.settled and not entry.newer_wanted):
            return False
        if entry.newer_wanted and (entry.state is None or entry.state in INTERRUPTIBLE):
            self.journal.begin(entry)
        else:
            asyncio.run(self.machine.advance(entry))
        return True

    def die(self, *, power: bool) -> None:
        self.journal.close()
        if power:
            self.driver = MockDriver(Settings())
        self.open()
        asyncio.run(self._recover())

    def lanes(self) -> Lanes:
        return Lanes(self.journal, self.machine, self.time.clock())

    async def _recover(self) -> None:
        self.lanes().recover()

    async def look(self) -> None:
        """Look after what is committed, as an agent does all the time."""
        clock, lanes = self.time.clock(), self.lanes()
        await Watch(self.journal, self.machine, self.components, lanes, clock).look()

    def entry(self) -> Entry | None:
        return next(iter(self.journal.entries()), None)


def play(world: World, history: list[tuple[str, object]]) -> None:
    for what, value in history:
        if what == "order":
            world.order(value)  # type: ignore[arg-type]
        elif what == "die":
            world.die(power=bool(value))
        else:
            for _ in range(int(str(value))):
                world.step()
    while world.step():
        pass


def check(world: World) -> None:
    told = [(report.generation, report.sequence) for report in world.journal.outbox(10_000)]
    assert told == sorted(set(told))
    for (generation, state), (following, to) in pairwise(world.journal.transitions(1)):
        if following == generation:
            assert to in NEXT[state]
        else:
            assert following > generation
            assert to is Life.RECEIVED
            assert state in INTERRUPTIBLE
    entry = world.entry()
    if entry is None:
        return
    assert entry.settled
    assert entry.working.generation == world.generation
    asyncio.run(world.look())
    works = asyncio.run(world.machine.works(entry.good)) if entry.good else []
    assert {work.directory for work in works} == set(world.driver._running)


@example([("order", GOOD), ("step", 9), ("die", True)])
@example([("order", GOOD), ("step", 9), ("order", ILL), ("step", 8), ("die", True), ("die", True)])
@settings(max_examples=40, deadline=None)
@given(histories)
def test_every_history_ends_settled_and_told_in_order(history: list[tuple[str, object]]) -> None:
    with tempfile.TemporaryDirectory() as directory:
        world = World(Path(directory))
        try:
            play(world, history)
            check(world)
        finally:
            world.journal.close()
