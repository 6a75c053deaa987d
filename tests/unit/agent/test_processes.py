"""Programs: identity that survives reuse of numbers, and ends that reach children."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from agent.processes import MARKER, ProgramId, Programs, find_marked


class Shop:
    """Starts programs in a directory of their own and leaves none behind."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.programs = Programs()
        self.started: list[ProgramId] = []

    def start(self, *command: str) -> ProgramId:
        environment = {"PATH": os.environ["PATH"], MARKER: str(self.directory)}
        program = self.programs.start(
            command,
            directory=self.directory,
            environment=environment,
            log=self.directory / "output.log",
        )
        self.started.append(program)
        return program

    def log(self) -> str:
        return (self.directory / "output.log").read_text()


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    shop = Shop(tmp_path)
    yield shop
    for program in shop.started:
        asyncio.run(shop.programs.stop(program, 0))


def wait_until(condition: Callable[[], object]) -> None:
    until = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < until
        time.sleep(0.01)


def test_a_running_program_is_alive_until_it_is_stopped(shop: Shop) -> None:
    program = shop.start("sleep", "100")
    assert shop.programs.alive(program)
    assert shop.programs.exit_code(program) is None
    asyncio.run(shop.programs.stop(program, 5))
    assert not shop.programs.alive(program)


def test_another_agent_sees_the_same_program(shop: Shop) -> None:
    program = shop.start("sleep", "100")
    later = Programs()
    assert later.alive(program)
    asyncio.run(later.stop(program, 5))
    assert not later.alive(program)


def test_a_reused_number_is_not_taken_for_the_program(shop: Shop) -> None:
    program = shop.start("sleep", "100")
    earlier = replace(program, started="another-boot-1")
    assert not Programs().alive(earlier)
    asyncio.run(Programs().stop(earlier, 0))
    assert shop.programs.alive(program)


def test_how_a_program_ended_is_known(shop: Shop) -> None:
    program = shop.start("sh", "-c", "echo bye; exit 7")
    wait_until(lambda: not shop.programs.alive(program))
    assert shop.programs.exit_code(program) == 7
    assert shop.log() == "bye\n"


def test_a_program_nobody_reaped_is_dead(tmp_path: Path) -> None:
    child = subprocess.Popen(["sleep", "100"], start_new_session=True)
    stat = Path(f"/proc/{child.pid}/stat").read_text().rpartition(")")[2].split()
    boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    program = ProgramId(child.pid, f"{boot}-{stat[19]}")
    assert Programs().alive(program)
    child.send_signal(signal.SIGKILL)
    wait_until(lambda: not Programs().alive(program))
    child.wait()


def test_a_program_that_will_not_listen_is_ended(shop: Shop) -> None:
    program = shop.start("sh", "-c", "trap '' TERM; echo ready; while :; do sleep 0.1; done")
    wait_until(lambda: "ready" in shop.log())
    asyncio.run(shop.programs.stop(program, 0.2))
    assert not shop.programs.alive(program)


def test_children_end_with_their_program(shop: Shop) -> None:
    program = shop.start("sh", "-c", "trap '' TERM; (trap '' TERM; sleep 100) & echo $!; sleep 100")
    wait_until(lambda: shop.log().endswith("\n"))
    child = Path("/proc") / shop.log().strip()
    assert child.exists()
    asyncio.run(shop.programs.stop(program, 0.2))
    wait_until(lambda: not child.exists() or ") Z" in (child / "stat").read_text())


def test_a_program_whose_record_was_lost_is_found_by_its_marker(shop: Shop) -> None:
    assert find_marked(shop.directory) is None
    program = shop.start("sh", "-c", "sleep 100; true")
    wait_until(lambda: find_marked(shop.directory) is not None)
    assert find_marked(shop.directory) == program
    assert find_marked(shop.directory / "other") is None


def test_a_program_does_not_inherit_what_the_agent_has_open(shop: Shop) -> None:
    script = (
        "import os; print(sorted(os.listdir('/proc/self/fd'))[:3], os.getsid(0) == os.getpid())"
    )
    with (shop.directory / "secret").open("w"):
        program = shop.start(sys.executable, "-c", script)
        wait_until(lambda: not shop.programs.alive(program))
    assert shop.log() == "['0', '1', '2'] True\n"


def test_a_missing_program_is_an_error(shop: Shop) -> None:
    with pytest.raises(FileNotFoundError):
        shop.start("no-such-program")
