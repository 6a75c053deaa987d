"""The demo as a whole: preparing it, starting its programs, watching, stopping."""

import fcntl
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType

import httpx

from demo import company
from demo.program import DemoError, Program

HOST = "127.0.0.1"
SERVER_WITHIN = 60.0  # seconds
STOP_WITHIN = 20.0  # seconds
LOOK_EVERY = 0.5  # seconds
LOCK = "lock"


class Fleet:
    """Portal and agents as child processes of this one."""

    def __init__(self, data: Path, port: int, line_ports: int) -> None:
        """Keep everything below ``data``; listen on loopback only."""
        self._data = data
        self._port = port
        self._line_ports = line_ports
        self._programs: list[Program] = []

    @property
    def address(self) -> str:
        """Where the portal answers."""
        return f"http://{HOST}:{self._port}"

    def run(self) -> None:
        """Start everything and watch it until told to stop.

        Raises:
            DemoError: something does not start, or does not stay up.
        """
        # Also where the shell that started us in the background told us to ignore Ctrl-C.
        signal.signal(signal.SIGINT, _as_interrupt)
        signal.signal(signal.SIGTERM, _as_interrupt)
        with locked(self._data):
            try:
                self._start()
                self._welcome()
                self._watch()
            except KeyboardInterrupt:
                return
            finally:
                self._stop()

    def _start(self) -> None:
        _say("Preparing the database …")
        secrets = self._prepare()
        _say("Starting the portal and one agent a factory …")
        self._run("portal", "-m", "portal", "--host", HOST, "--port", str(self._port))
        self._await_portal()
        for factory in company.FACTORIES:
            token = ["--token", secrets[factory.name]] if factory.name in secrets else []
            self._run(
                f"agent-{factory.name}",
                "-m",
                "agent",
                "run",
                "--server",
                self.address,
                "--data",
                str(self._data / "agents" / factory.name),
                "--name",
                f"{factory.name}-agent",
                "--stop-workloads-on-exit",
                *token,
            )

    def _run(self, name: str, *arguments: str) -> None:
        self._programs.append(Program(name, arguments, self._data))

    def _prepare(self) -> Mapping[str, str]:
        done = subprocess.run(  # noqa: S603  our own program
            [sys.executable, "-m", "demo.prepare", "--line-ports", str(self._line_ports)],
            stdout=subprocess.PIPE,
            check=False,
        )
        if done.returncode:
            raise DemoError("The database could not be prepared; `make demo-reset` starts over.")
        secrets: dict[str, str] = json.loads(done.stdout)
        return secrets

    def _await_portal(self) -> None:
        until = time.monotonic() + SERVER_WITHIN
        while time.monotonic() < until and self._programs[0].running():
            if _answers(f"{self.address}/healthz"):
                return
            time.sleep(0.1)
        raise DemoError(
            f"The portal does not answer at {self.address}. Is the port taken "
            f"(make demo PORT=8001)? Its log: {self._programs[0].log}"
        )

    def _welcome(self) -> None:
        width = max(len(person.name) for person in company.PEOPLE)
        lines = [f"  {p.name:<{width}}  {p.says}" for p in company.PEOPLE]
        sys.stdout.write(
            f"\nSitewright is at {self.address}\n\nSign in with the password demo as\n"
            + "\n".join(lines)
            + f"\n\nThe first line's own page: http://{HOST}:{self._line_ports}/"
            + f"\nLogs: {self._data}\nCtrl-C stops everything.\n\n"
        )
        sys.stdout.flush()

    def _watch(self) -> None:
        while True:
            time.sleep(LOOK_EVERY)
            for program in self._programs:
                program.restart_if_fallen()

    def _stop(self) -> None:
        # A second Ctrl-C must not leave programs behind.
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        _say("Stopping …")
        agents, portal = self._programs[1:], self._programs[:1]
        for group in (agents, portal):
            until = time.monotonic() + STOP_WITHIN
            for program in group:
                program.ask_to_stop()
            for program in group:
                program.wait(until)
        self._programs.clear()


def forget(data: Path) -> None:
    """Delete what a demo left behind.

    Raises:
        DemoError: it is running, or the directory is not a demo's.
    """
    if not data.exists():
        return
    if not (data / LOCK).exists():
        raise DemoError(f"{data} was not made by the demo; it is left alone.")
    with locked(data):
        shutil.rmtree(data)


@contextmanager
def locked(data: Path) -> Iterator[None]:
    """Hold the demo's directory: two demos in one would fight over everything."""
    data.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(data / LOCK, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        os.close(descriptor)
        raise DemoError(f"A demo is running in {data}; stop it first.") from error
    try:
        yield
    finally:
        os.close(descriptor)


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def _answers(address: str) -> bool:
    with suppress(httpx.HTTPError):
        return httpx.get(address, timeout=2).is_success
    return False


def _as_interrupt(_signal: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt
