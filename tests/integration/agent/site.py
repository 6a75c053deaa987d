"""A real agent in a process of its own, and a look at what really runs."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from agent.failpoints import SETTING
from agent.processes import MARKER
from tests.integration.agent.stand_in import TOKEN, StandInControlPlane

ROOT = Path(__file__).resolve().parents[3]
STOP_SECONDS = 20


class Site:
    """One data directory, and the agent that works with it."""

    def __init__(self, data: Path, plane: StandInControlPlane) -> None:
        self.data = data
        self._plane = plane
        self._process: subprocess.Popen[bytes] | None = None

    def start(self, *arguments: str, failpoint: str = "") -> None:
        command = [sys.executable, "-m", "agent", "--verbose", "run"]
        command += ["--server", self._plane.url, "--token", TOKEN, "--name", "site"]
        command += ["--data", str(self.data), *arguments]
        environment = {**os.environ, SETTING: failpoint}
        with (self.data.parent / "agent.log").open("ab") as log:
            self._process = subprocess.Popen(
                command, cwd=ROOT, env=environment, stdout=log, stderr=log
            )

    def kill(self) -> None:
        self._end(signal.SIGKILL)

    def stop(self) -> int:
        """End the agent as an operator would; returns its exit code."""
        return self._end(signal.SIGTERM)

    def ended(self) -> int | None:
        """The exit code of an agent that ended by itself."""
        return None if self._process is None else self._process.poll()

    def _end(self, number: signal.Signals) -> int:
        assert self._process is not None
        self._process.send_signal(number)
        return self._process.wait(STOP_SECONDS)

    def log(self) -> str:
        return (self.data.parent / "agent.log").read_text()

    def programs(self, instance: int | None = None) -> dict[int, str]:
        """Process id -> revision of every program the agent left running here."""
        marker = str(self.data / "instances") + (f"/{instance}/" if instance else "/")
        running = {}
        for entry in Path("/proc").iterdir():
            environment = _environment(entry)
            if environment.get(MARKER, "").startswith(marker):
                running[int(entry.name)] = environment["SITEWRIGHT_REVISION"]
        return running

    def revisions(self, instance: int) -> list[str]:
        return list(self.programs(instance).values())

    def clean_up(self) -> None:
        if self._process is not None and self._process.poll() is None:
            self.kill()
        for pid in self.programs():
            os.kill(pid, signal.SIGKILL)


def _environment(process: Path) -> dict[str, str]:
    if not process.name.isdigit():
        return {}
    try:
        state = (process / "stat").read_text().rpartition(")")[2].split()[0]
        pairs = (process / "environ").read_bytes().decode(errors="replace").split("\0")
    except OSError:
        return {}
    return {} if state == "Z" else dict(pair.split("=", 1) for pair in pairs if "=" in pair)


def sleeper(configuration: Mapping[str, Any] | None = None, **properties: Any) -> dict[str, Any]:
    """Content that runs a program which does nothing, for long."""
    return program("sleep", "1000", configuration=configuration, **properties)


def service(port: int, *, timeout: float = 10, **configuration: Any) -> dict[str, Any]:
    """Content that runs the demo's service."""
    return program(
        "{python}",
        str(ROOT / "demo" / "service.py"),
        "{config}",
        configuration={"Port": port, **configuration},
        health={"http": f"http://127.0.0.1:{port}/health", "timeout": timeout, "interval": 0.2},
    )


def program(
    *command: str, configuration: Mapping[str, Any] | None = None, **properties: Any
) -> dict[str, Any]:
    """Content of one component that runs a command."""
    component = {
        "name": "service",
        "type": "process",
        "properties": {"command": list(command), **properties},
    }
    return {"components": [component], "configuration": dict(configuration or {})}
