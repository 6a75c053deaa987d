import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.servers import free_port

ROOT = Path(__file__).resolve().parents[3]
STARTS_WITHIN = 30.0  # seconds; a machine busy with other tests is slow


class Server:
    """The real server as a process, on a database of its own."""

    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        self._environment = {
            **os.environ,
            "SITEWRIGHT_DEMO": "1",
            "SITEWRIGHT_DATA_DIR": str(folder),
            "DATABASE_URL": "",
            "REDIS_URL": "",
        }
        self._log = (folder / "server.log").open("w+")
        self._run("manage.py", "migrate", "--verbosity", "0").wait()
        self.process = self._run("-m", "portal", "--port", str(self.port))

    def _run(self, *arguments: str) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [sys.executable, *arguments],
            cwd=ROOT,
            env=self._environment,
            stdout=self._log,
            stderr=subprocess.STDOUT,
        )

    def get(self, path: str) -> httpx.Response:
        return httpx.get(f"http://127.0.0.1:{self.port}{path}", timeout=10, trust_env=False)

    def wait_until_healthy(self) -> httpx.Response:
        deadline = time.monotonic() + STARTS_WITHIN
        while True:
            try:
                response = self.get("/healthz")
            except httpx.TransportError:
                response = None
            if response is not None and response.is_success:
                return response
            if time.monotonic() > deadline:
                raise TimeoutError(self.log())
            time.sleep(0.1)

    def stop(self, how: signal.Signals) -> int:
        self.process.send_signal(how)
        return self.process.wait(20)

    def log(self) -> str:
        self._log.flush()
        self._log.seek(0)
        return self._log.read()


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    running = Server(tmp_path)
    yield running
    running.process.kill()
    running.process.wait()


def test_the_server_starts_with_its_workers_serves_and_stops(server: Server) -> None:
    assert json.loads(server.wait_until_healthy().text)["workers"] == "ok"
    style = server.get("/static/bootstrap/css/bootstrap-reboot.min.css")
    assert style.is_success
    page = server.get("/login/")
    assert "script-src" not in page.headers["content-security-policy"]
    assert "unsafe" not in page.headers["content-security-policy"]
    assert len(page.headers["x-request-id"]) == 32
    assert server.stop(signal.SIGINT) == 0
    assert "Traceback" not in server.log()


def test_a_killed_server_starts_again(server: Server) -> None:
    server.wait_until_healthy()
    server.stop(signal.SIGKILL)
    server.process = server._run("-m", "portal", "--port", str(server.port))
    assert server.wait_until_healthy().json()["status"] == "ok"
