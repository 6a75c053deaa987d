"""The state machine with the mock driver: every way an order can end."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from agent import signing
from agent.components import Components
from agent.drivers.base import Settings
from agent.drivers.mock import Driver as MockDriver
from agent.entries import Entry
from agent.failures import WorkError
from agent.journal import Journal
from agent.life import Life
from agent.machine import Machine
from agent.unreachable import Unreachable
from agent.wire import Failure, HealthState, Phase
from tests.unit.agent.orders import NOON, HandClock, content, document, mock, order


class Plant:
    """A machine with the mock driver, and the contents it may fetch."""

    def __init__(self, directory: Path) -> None:
        self.time = HandClock()
        self.driver = MockDriver(Settings())
        self.components = Components(directory / "instances", {"mock": self.driver})
        self.journal = Journal(directory / "journal.sqlite", self.time.clock())
        self.contents: dict[str, bytes] = {}
        self.fetched: list[str] = []
        self.seq = 0
        self.machine = Machine(
            self.journal, self.components, self.fetch, self.time.clock(), settle=0
        )

    async def fetch(self, digest: str) -> bytes:
        self.fetched.append(digest)
        if digest not in self.contents:
            raise Unreachable("away")
        return self.contents[digest]

    def order(self, generation: int, body: bytes | None, **details: Any) -> Entry:
        if body is not None:
            self.contents[signing.digest(body)] = body
        self.seq += 1
        self.journal.accept(document(self.seq, order(1, generation, body, **details)))
        return self.journal.begin(self.journal.entry(1))

    def work_off(self) -> Entry:
        entry = self.journal.entry(1)
        while not entry.settled:
            entry = asyncio.run(self.machine.advance(entry))
        return entry

    def run(self, generation: int, body: bytes | None, **details: Any) -> Entry:
        self.order(generation, body, **details)
        return self.work_off()

    def running(self) -> list[str]:
        return sorted(path.name.rpartition("-mock-")[0] for path in self.driver._running)


@pytest.fixture
def plant(tmp_path: Path) -> Plant:
    return Plant(tmp_path)


def test_an_order_is_committed(plant: Plant) -> None:
    entry = plant.run(1, content(mock("a"), mock("b")))
    assert entry.state is Life.COMMITTED
    assert entry.good == entry.active
    assert plant.running() == ["a", "b"]


def test_steps_are_told_as_they_are_done(plant: Plant) -> None:
    plant.run(1, content(mock("a"), mock("b")))
    last = plant.journal.outbox(100)[-1]
    assert [(step.key.value, step.component, step.status.value) for step in last.steps] == [
        ("stage", None, "succeeded"),
        ("apply", "a", "succeeded"),
        ("apply", "b", "succeeded"),
        ("verify", "a", "succeeded"),
        ("verify", "b", "succeeded"),
    ]
    running = [
        (step.key.value, step.component)
        for report in plant.journal.outbox(100)
        for step in report.steps
        if step.status.value == "running"
    ]
    assert ("apply", "b") in running


@pytest.mark.parametrize(
    ("component", "phase", "code"),
    [
        (mock(fail={"stage": {"code": "no-image"}}), Phase.STAGE, "no-image"),
        (mock(fail={"apply": {"code": "no-room"}}), Phase.APPLY, "no-room"),
        (mock(state="failed"), Phase.VERIFY, "ended"),
        (mock(state="stopped"), Phase.VERIFY, "ended"),
        (mock(colour="red"), Phase.VALIDATE, "unknown"),
        ({**mock(), "type": "helm.v3"}, Phase.VALIDATE, "unknown-type"),
    ],
)
def test_a_first_install_that_fails_leaves_nothing(
    plant: Plant, component: dict[str, Any], phase: Phase, code: str
) -> None:
    entry = plant.run(1, content(mock("first"), component))
    assert entry.state is Life.FAILED
    assert entry.failure is not None
    assert (entry.failure.phase, entry.failure.code) == (phase, code)
    assert entry.failure.component == "service"
    assert plant.running() == []
    assert entry.good is None


@pytest.mark.parametrize(
    "component", [mock(fail={"apply": {}}), mock(state="failed")], ids=["apply", "verify"]
)
def test_an_upgrade_that_fails_goes_back(plant: Plant, component: dict[str, Any]) -> None:
    plant.run(1, content(mock("old")))
    entry = plant.run(2, content(mock("new"), component))
    assert entry.state is Life.REVERTED
    assert plant.running() == ["old"]
    assert plant.journal.outbox(100)[-1].observed_revision_id == 1


def test_an_upgrade_that_fails_before_anything_is_touched_does_not_revert(plant: Plant) -> None:
    plant.run(1, content(mock("old")))
    entry = plant.run(2, content(mock("new", fail={"stage": {}})))
    assert entry.state is Life.FAILED
    assert Life.REVERTING not in [state for _, state in plant.journal.transitions(1)]
    assert plant.running() == ["old"]


def test_a_way_back_that_fails_says_both_reasons(plant: Plant) -> None:
    plant.run(1, content(mock("old")))
    old = next(iter(plant.driver._running))
    plant.order(2, content(mock("new", fail={"apply": {"message": "new is broken"}})))
    while plant.journal.entry(1).state is not Life.REVERTING:
        asyncio.run(plant.machine.advance(plant.journal.entry(1)))
    old.parent.rename(old.parent.with_name("away"))
    old.parent.touch()
    entry = plant.work_off()
    assert entry.state is Life.REVERT_FAILED
    assert entry.failure is not None
    assert entry.failure.phase is Phase.REVERT
    assert entry.failure.message.endswith("before that: new is broken")
    assert plant.journal.outbox(100)[-1].observed_revision_id is None


def test_a_removal_removes_what_the_disk_says_is_there(plant: Plant) -> None:
    plant.run(1, content(mock("a"), mock("b")))
    entry = plant.run(2, None)
    assert entry.state is Life.REMOVED
    assert plant.running() == []
    assert not (plant.components._root / "1").exists()


def test_a_removal_that_fails_is_not_undone(plant: Plant) -> None:
    plant.run(1, content(mock(fail={"remove": {"code": "stuck", "times": 1}})))
    entry = plant.run(2, None)
    assert entry.state is Life.FAILED
    assert entry.failure is not None
    assert (entry.failure.phase, entry.failure.code) == (Phase.REMOVE, "stuck")
    assert entry.good is None
    assert plant.run(3, None).state is Life.REMOVED


def test_removing_what_is_not_there_succeeds(plant: Plant) -> None:
    assert plant.run(1, None).state is Life.REMOVED


def test_a_late_order_is_rejected(plant: Plant) -> None:
    entry = plant.run(1, content(mock()), deadline=NOON.replace(hour=11))
    assert entry.state is Life.REJECTED
    assert plant.running() == []


def test_an_order_that_gets_late_before_it_is_applied_fails(plant: Plant) -> None:
    entry = plant.order(1, content(mock()), deadline=NOON.replace(hour=13))
    while entry.state is not Life.STAGED:
        entry = asyncio.run(plant.machine.advance(entry))
    plant.time.turn(hours=2)
    entry = plant.work_off()
    assert entry.state is Life.FAILED
    assert entry.failure is not None
    assert entry.failure.code == "deadline-passed"
    assert plant.running() == []


def test_an_order_without_content_is_rejected(plant: Plant) -> None:
    entry = plant.run(1, content(mock()), digest=None)
    assert entry.state is Life.REJECTED
    assert entry.failure is not None
    assert entry.failure.code == "no-content"


def test_content_is_fetched_once(plant: Plant) -> None:
    body = content(mock())
    plant.run(1, body)
    plant.run(2, body)
    assert len(plant.fetched) == 1


def test_staging_waits_for_contact_and_then_goes_on(plant: Plant) -> None:
    body = content(mock())
    plant.order(1, body)
    plant.contents.clear()
    with pytest.raises(Unreachable):
        plant.work_off()
    assert plant.journal.entry(1).state is Life.STAGING
    plant.contents[signing.digest(body)] = body
    assert plant.work_off().state is Life.COMMITTED


def test_two_components_of_one_name_are_refused(plant: Plant) -> None:
    entry = plant.run(1, content(mock("a"), mock("a")))
    assert entry.failure is not None
    assert entry.failure.code == "duplicate-name"


def test_names_that_look_alike_do_not_collide(plant: Plant) -> None:
    names = ["a", "A", "a ", "../a", "CON", "é", "x" * 300]
    plant.run(1, content(*(mock(name) for name in names)))
    directories = [path.name for path in (plant.components._root / "1").iterdir()]
    assert len({name.lower() for name in directories}) == len(names)
    assert all(len(name) < 64 for name in directories)


def test_work_interrupted_too_often_is_given_up(plant: Plant) -> None:
    plant.run(1, content(mock("old")))
    entry = plant.order(2, content(mock("new")))
    while entry.state is not Life.APPLYING:
        entry = asyncio.run(plant.machine.advance(entry))
    for _ in range(3):
        entry = plant.journal.count_attempt(entry)
    entry = plant.work_off()
    assert entry.state is Life.REVERTED
    assert plant.running() == ["old"]


def test_a_defect_in_a_driver_is_a_failure_and_no_crash(plant: Plant) -> None:
    class Broken(MockDriver):
        async def apply(self, work: object) -> None:
            raise RuntimeError("a bug")

    plant.components._registry = {"mock": Broken(Settings())}
    entry = plant.run(1, content(mock()))
    assert entry.failure is not None
    assert (entry.failure.category, entry.failure.code) == ("internal", "driver-defect")


def test_what_no_database_takes_is_replaced() -> None:
    message = "a\x00b \udce4" + "x" * 5000
    error = WorkError("driver", "code", message)
    error.log_tail = message
    failure = error.failure(Phase.APPLY)
    for text in (failure.message, failure.log_tail):
        assert Failure.from_json({**failure.to_json(), "message": text}).message == text
    assert len(failure.message) == 2000


def test_stopping_keeps_the_files_and_forgets_the_run(plant: Plant) -> None:
    plant.run(1, content(mock()))
    asyncio.run(plant.components.stop(1))
    (work,) = plant.components.recorded(1)
    assert work.directory.exists()
    seen = asyncio.run(plant.components.observe(work))
    assert seen.state is HealthState.STOPPED


def test_a_record_that_cannot_be_read_is_left_out(plant: Plant) -> None:
    plant.run(1, content(mock("a"), mock("b")))
    broken = plant.components.recorded(1)[0].directory / "component.json"
    broken.write_text("{")
    assert [work.component.name for work in plant.components.recorded(1)] == ["b"]
