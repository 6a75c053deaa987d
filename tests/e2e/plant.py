"""The demo's programs as a test drives them: real portal, real agents, any plug may be pulled."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import httpx

FACTORIES = ("elbe", "maas")
SOON = 180.0  # seconds; much less on a machine with nothing else to do


class Plant:
    """Portal and agents as processes on a data directory of their own, on SQLite."""

    def __init__(self, data: Path) -> None:
        self.data = data
        self.port, self.line_ports = _free_port(), _free_range(40)
        self.address = f"http://127.0.0.1:{self.port}"
        self._running: dict[str, subprocess.Popen[bytes]] = {}
        self._secrets: dict[str, str] = {}
        self._tokens: dict[str, str] = {}

    def prepare(self) -> None:
        done = subprocess.run(
            [sys.executable, "-m", "demo.prepare", "--line-ports", str(self.line_ports)],
            env=self._environment(),
            capture_output=True,
            check=True,
        )
        self._secrets = json.loads(done.stdout)

    def start_portal(self) -> None:
        self._start("portal", "-m", "portal", "--port", str(self.port))
        until(self._healthy)

    def start_agent(self, factory: str) -> None:
        token = ["--token", self._secrets[factory]] if factory in self._secrets else []
        self._start(
            factory, "-m", "agent", "run", "--server", self.address, "--name", factory,
            "--data", str(self.data / "agents" / factory), "--stop-workloads-on-exit", *token,
        )  # fmt: skip

    def kill(self, name: str) -> None:
        """Pull the plug: no signal handler runs."""
        process = self._running.pop(name)
        process.kill()
        process.wait()

    def stop(self) -> None:
        for name in sorted(self._running, key=lambda name: name == "portal"):
            self._running[name].send_signal(signal.SIGTERM)
            with suppress(subprocess.TimeoutExpired):
                self._running[name].wait(20)
            self._running[name].kill()
        for pid in self.services():
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    def call(self, user: str, method: str, path: str, body: object = None) -> Any:
        """A REST call by a person of the demo; answers the JSON."""
        if user not in self._tokens:
            who = {"username": user, "password": "demo"}
            made = httpx.post(f"{self.address}/api/v1/auth/tokens/", json=who, timeout=30)
            assert made.status_code == 201, made.text
            self._tokens[user] = made.json()["token"]
        answer = httpx.request(
            method,
            f"{self.address}/api/v1/{path}",
            json=body,
            headers={"Authorization": f"Token {self._tokens[user]}"},
            timeout=30,
        )
        assert answer.is_success, answer.text
        return answer.json()

    def configuration(self, index: int) -> dict[str, Any]:
        """What the service of a line says it runs with."""
        answer = httpx.get(f"http://127.0.0.1:{self.line_ports + index}/config", timeout=5)
        configuration: dict[str, Any] = answer.json()
        return configuration

    def services(self) -> list[int]:
        """The processes that lines of this plant run."""
        found = []
        for entry in Path("/proc").iterdir():
            if entry.name.isdigit():
                with suppress(OSError):
                    line = (entry / "cmdline").read_text().split("\0")
                    if "demo.service" in line and str(self.data) in "".join(line):
                        found.append(int(entry.name))
        return found

    def _start(self, name: str, *arguments: str) -> None:
        with (self.data / f"{name}.log").open("ab") as log:
            self._running[name] = subprocess.Popen(
                [sys.executable, *arguments],
                env=self._environment(), stdin=subprocess.DEVNULL, stdout=log, stderr=log,
            )  # fmt: skip

    def _environment(self) -> dict[str, str]:
        kept = {k: v for k, v in os.environ.items() if k not in {"DATABASE_URL", "REDIS_URL"}}
        return kept | {
            "SITEWRIGHT_DEMO": "1",
            "SITEWRIGHT_DATA_DIR": str(self.data),
            "DJANGO_SETTINGS_MODULE": "portal.settings",
        }

    def _healthy(self) -> bool:
        with suppress(httpx.TransportError):
            return httpx.get(f"{self.address}/healthz", timeout=5).status_code == 200
        return False


@contextmanager
def running_plant(data: Path) -> Iterator[Plant]:
    """A plant with everything started and its first deployments ended."""
    data.mkdir()
    plant = Plant(data)
    try:
        plant.prepare()
        plant.start_portal()
        for factory in FACTORIES:
            plant.start_agent(factory)
        until(lambda: not active(plant))
        yield plant
    finally:
        plant.stop()


def active(plant: Plant) -> list[dict[str, Any]]:
    """The deployments that are still going on."""
    rows = plant.call("admin", "GET", "deployments/?limit=100")["results"]
    return [row for row in rows if row["active"]]


def until(condition: Callable[[], object], within: float = SOON) -> None:
    """Wait for something to become true."""
    deadline = time.monotonic() + within
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.1)


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return int(listening.getsockname()[1])


def _free_range(size: int) -> int:
    """The first of some ports in a row that nobody listens on now.

    Each worker of the test run looks among its own: the ports are taken only later.
    """
    worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    start = 20_000 + worker * 3_000
    for first in range(start, start + 3_000, size):
        with suppress(OSError):
            for port in range(first, first + size):
                socket.create_server(("127.0.0.1", port)).close()
            return first
    raise AssertionError("no free ports")
