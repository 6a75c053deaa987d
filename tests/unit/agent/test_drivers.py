"""The drivers against the real machine: programs, files, and what they refuse."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import stat
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from agent import registry
from agent.drivers import file, process
from agent.drivers.base import BaseDriver, DriverError, Labels, Observation, Settings, Work
from agent.wire import Component, HealthState

LABELS = Labels("packer", "Line 1", "Packer", "1.0.0.1")
SHOW = "import os, sys, json; print(json.dumps([sys.argv[1:], os.getcwd(), dict(os.environ)]))"


def work(
    directory: Path, kind: str, configuration: Mapping[str, Any] | None = None, **properties: Any
) -> Work:
    return Work(Component("service", kind, properties), configuration or {}, directory, LABELS)


def sleeper(directory: Path, **properties: Any) -> Work:
    return work(directory, "process", {"a": 1}, command=["sleep", "100"], **properties)


def observe(driver: BaseDriver, wanted: Work) -> Observation:
    return asyncio.run(driver.observe(wanted))


def wait_until(condition: Callable[[], object]) -> None:
    until = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < until
        time.sleep(0.01)


def pid(directory: Path) -> int:
    number: int = json.loads((directory / "process.json").read_text())["pid"]
    return number


def is_running(number: int) -> bool:
    """Ended programs may stay as zombies, without a command line, until they are reaped."""
    command = Path(f"/proc/{number}/cmdline")
    return command.exists() and command.read_bytes() != b""


@pytest.fixture
def programs(tmp_path: Path) -> Iterator[process.Driver]:
    driver = process.Driver(Settings())
    yield driver
    asyncio.run(driver.remove(sleeper(tmp_path, stopTimeout=0)))


def test_every_driver_is_found_and_declares_itself() -> None:
    found = registry.load(Settings())
    assert set(found) >= {"process", "file", "mock"}
    for kind, driver in found.items():
        assert driver.type == kind
        assert driver.properties["type"] == "object"
        assert driver.restart_causing <= set(driver.properties["properties"])


# --- process


def test_a_program_gets_its_configuration_and_little_else(
    programs: process.Driver, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://user:password@proxy")
    wanted = work(
        tmp_path, "process", {"Speed": 85, "Ä": None},
        command=["{python}", "-c", SHOW, "{config}", "{workdir}", "{other} {}"],
        configFile="line.json", environment={"MODE": "test"},
    )  # fmt: skip
    asyncio.run(programs.apply(wanted))
    wait_until(lambda: (tmp_path / "output.log").read_text().endswith("\n"))
    (config, workdir, other), directory, environment = json.loads(
        (tmp_path / "output.log").read_text()
    )
    assert json.loads(Path(config).read_text()) == {"Speed": 85, "Ä": None}
    assert Path(config).name == "line.json"
    assert stat.S_IMODE(Path(config).stat().st_mode) == 0o600
    assert workdir == directory == str(tmp_path / "work")
    assert other == "{other} {}"
    assert environment["MODE"] == "test"
    assert environment["SITEWRIGHT_TARGET"] == "Line 1"
    assert "HTTPS_PROXY" not in environment


def test_applying_again_changes_nothing(programs: process.Driver, tmp_path: Path) -> None:
    asyncio.run(programs.apply(sleeper(tmp_path)))
    first = pid(tmp_path)
    asyncio.run(programs.apply(sleeper(tmp_path, stopTimeout=3)))
    assert pid(tmp_path) == first
    assert observe(programs, sleeper(tmp_path)) == Observation(HealthState.RUNNING, current=True)


@pytest.mark.parametrize(
    "change",
    [
        {"configuration": {"a": 2}},
        {"labels": replace(LABELS, revision="1.0.0.2")},
        {"component": Component("service", "process", {"command": ["sleep", "101"]})},
    ],
    ids=["configuration", "revision", "command"],
)
def test_a_change_restarts(
    programs: process.Driver, tmp_path: Path, change: dict[str, Any]
) -> None:
    asyncio.run(programs.apply(sleeper(tmp_path)))
    first = pid(tmp_path)
    wanted = replace(sleeper(tmp_path), **change)
    assert observe(programs, wanted).current is False
    asyncio.run(programs.apply(wanted))
    assert pid(tmp_path) != first
    assert observe(programs, wanted).current is True
    assert len(list((tmp_path / "config").iterdir())) == 1


def test_staging_touches_nothing_that_runs(programs: process.Driver, tmp_path: Path) -> None:
    asyncio.run(programs.apply(sleeper(tmp_path)))
    first = pid(tmp_path)
    asyncio.run(programs.stage(replace(sleeper(tmp_path), configuration={"a": 2})))
    assert pid(tmp_path) == first
    assert observe(programs, sleeper(tmp_path)).current is True
    assert len(list((tmp_path / "config").iterdir())) == 2


def test_a_program_that_ended_is_seen(programs: process.Driver, tmp_path: Path) -> None:
    asyncio.run(programs.apply(sleeper(tmp_path)))
    os.kill(pid(tmp_path), signal.SIGKILL)
    wait_until(lambda: observe(programs, sleeper(tmp_path)).state is HealthState.FAILED)
    assert observe(programs, sleeper(tmp_path)).detail == "the program ended with code -9"


def test_a_program_whose_record_was_lost_is_not_started_twice(
    programs: process.Driver, tmp_path: Path
) -> None:
    asyncio.run(programs.apply(sleeper(tmp_path)))
    lost = pid(tmp_path)
    (tmp_path / "process.json").unlink()
    asyncio.run(process.Driver(Settings()).apply(sleeper(tmp_path)))
    assert pid(tmp_path) != lost
    wait_until(lambda: not is_running(lost))
    assert observe(programs, sleeper(tmp_path)).state is HealthState.RUNNING


def test_a_damaged_record_counts_as_none(programs: process.Driver, tmp_path: Path) -> None:
    (tmp_path / "process.json").write_text('{"pid": 1}')
    assert observe(programs, sleeper(tmp_path)).state is HealthState.STOPPED


@pytest.mark.parametrize(
    ("mode", "code"),
    [(None, "program-missing"), (0o644, "program-refused"), (0o755, "program-refused")],
)
def test_a_program_that_cannot_be_run_is_named(
    programs: process.Driver, tmp_path: Path, mode: int | None, code: str
) -> None:
    program = tmp_path / "program"
    if mode is not None:
        program.write_text("neither a script nor a binary")
        program.chmod(mode)
    with pytest.raises(DriverError, match=str(program)) as caught:
        asyncio.run(programs.apply(work(tmp_path, "process", command=[str(program)])))
    assert (caught.value.code, caught.value.element) == (code, "command")


def test_a_log_does_not_grow_for_ever(
    programs: process.Driver, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(process, "_LOG_BYTES", 1000)
    asyncio.run(programs.apply(sleeper(tmp_path)))
    (tmp_path / "output.log").write_text("x" * 2000)
    observe(programs, sleeper(tmp_path))
    assert (tmp_path / "output.log").stat().st_size == 0
    assert (tmp_path / "output.old").stat().st_size == 500


@pytest.mark.parametrize("name", ["", "..", "a/b", "/etc/passwd"])
def test_the_configuration_stays_in_its_directory(programs: process.Driver, name: str) -> None:
    component = Component("service", "process", {"command": ["true"], "configFile": name})
    assert [problem.element for problem in programs.validate(component)] == ["configFile"]


# --- file


def test_a_file_is_written_with_its_mode_and_reload_is_run(tmp_path: Path) -> None:
    driver = file.Driver(Settings(file_roots=(tmp_path,)))
    path, directory = tmp_path / "line.conf", tmp_path / "component"
    reload = ["sh", "-c", f"echo reloaded; cp {path} {tmp_path}/seen"]
    wanted = work(
        directory, "file", path=str(path), content="speed=85\n", mode="0640", reload=reload
    )
    asyncio.run(driver.apply(wanted))
    assert path.read_text() == (tmp_path / "seen").read_text() == "speed=85\n"
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert asyncio.run(driver.logs(wanted, 100)) == "reloaded\n"
    assert observe(driver, wanted) == Observation(HealthState.RUNNING, current=True)
    (tmp_path / "seen").unlink()
    asyncio.run(driver.apply(wanted))
    assert not (tmp_path / "seen").exists()


def test_without_content_the_configuration_is_written(tmp_path: Path) -> None:
    driver = file.Driver(Settings())
    asyncio.run(driver.apply(work(tmp_path, "file", {"Speed": 85}, path="line.json")))
    assert json.loads((tmp_path / "files" / "line.json").read_text()) == {"Speed": 85}


def test_a_changed_or_missing_file_is_seen_and_mended(tmp_path: Path) -> None:
    driver = file.Driver(Settings())
    wanted = work(tmp_path, "file", path="a", content="right")
    assert observe(driver, wanted).state is HealthState.STOPPED
    asyncio.run(driver.apply(wanted))
    (tmp_path / "files" / "a").write_text("wrong")
    assert observe(driver, wanted).detail == "the file was changed"
    asyncio.run(driver.apply(wanted))
    assert observe(driver, wanted).state is HealthState.RUNNING


def test_removal_puts_back_what_was_there(tmp_path: Path) -> None:
    driver = file.Driver(Settings(file_roots=(tmp_path,)))
    old, new = tmp_path / "old.conf", tmp_path / "new.conf"
    old.write_text("by hand")
    old.chmod(0o604)
    for number, path in enumerate((old, new)):
        directory = tmp_path / f"component-{number}"
        wanted = work(directory, "file", path=str(path), content="ours")
        asyncio.run(driver.apply(wanted))
        asyncio.run(driver.apply(work(directory, "file", path=str(path), content="ours, later")))
        asyncio.run(driver.remove(wanted))
    assert (old.read_text(), stat.S_IMODE(old.stat().st_mode)) == ("by hand", 0o604)
    assert not new.exists()


def test_a_path_that_changes_leaves_nothing_at_the_old_one(tmp_path: Path) -> None:
    driver = file.Driver(Settings())
    asyncio.run(driver.apply(work(tmp_path, "file", path="a", content="x")))
    asyncio.run(driver.apply(work(tmp_path, "file", path="b", content="x")))
    assert [path.name for path in (tmp_path / "files").iterdir()] == ["b"]


@pytest.mark.parametrize("path", ["/etc/passwd", "../../x", "/allowed/../etc/passwd"])
def test_paths_the_owner_did_not_open_are_refused(tmp_path: Path, path: str) -> None:
    driver = file.Driver(Settings(file_roots=(Path("/allowed"),)))
    wanted = work(tmp_path, "file", path=path, content="x")
    assert [problem.code for problem in driver.validate(wanted.component)] == ["outside"]
    with pytest.raises(DriverError, match="may not be written"):
        asyncio.run(driver.apply(wanted))


def test_a_link_out_of_what_was_opened_is_refused(tmp_path: Path) -> None:
    opened = tmp_path / "opened"
    opened.mkdir()
    (opened / "way-out").symlink_to(tmp_path)
    driver = file.Driver(Settings(file_roots=(opened,)))
    with pytest.raises(DriverError):
        asyncio.run(driver.apply(work(tmp_path / "c", "file", path=str(opened / "way-out" / "x"))))


@pytest.mark.parametrize("mode", ["888", "rw", "07777", ""])
def test_modes_are_permissions(mode: str) -> None:
    component = Component("f", "file", {"path": "a", "mode": mode})
    problems = file.Driver(Settings()).validate(component)
    assert [problem.code for problem in problems] == ["not-a-mode"]


@pytest.mark.parametrize(
    ("properties", "code"),
    [
        ({"reload": ["false"]}, "reload-failed"),
        ({"reload": ["no-such-program"]}, "reload-missing"),
        ({"owner": "nobody-of-this-name"}, "owner"),
    ],
)
def test_what_fails_beside_the_file_is_named(
    tmp_path: Path, properties: dict[str, Any], code: str
) -> None:
    with pytest.raises(DriverError) as caught:
        asyncio.run(file.Driver(Settings()).apply(work(tmp_path, "file", path="a", **properties)))
    assert caught.value.code == code


def test_a_reload_that_does_not_end_is_ended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(file, "_RELOAD_SECONDS", 0.1)
    slow = work(tmp_path, "file", path="a", reload=["sleep", "100"])
    with pytest.raises(DriverError, match="does not end"):
        asyncio.run(file.Driver(Settings()).apply(slow))
