"""A server of its own as a process, and people who know it by their terminals only."""

import io
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import chdir, contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest.mock import patch

import httpx

from cli.main import main
from tests.servers import free_port

ROOT = Path(__file__).resolve().parents[3]
PASSWORD = "correct-horse-battery"
_STARTS_WITHIN = 60.0  # seconds; a machine busy with other tests is slow


@dataclass(frozen=True)
class Said:
    """How one command ended."""

    code: int
    out: str
    err: str

    @property
    def data(self) -> Any:
        """Its result, where it was asked for as JSON."""
        return json.loads(self.out)


@dataclass(frozen=True)
class Terminal:
    """One person's terminal: a folder to be in, and a login of their own."""

    folder: Path

    def environment(self, **more: str) -> dict[str, str]:
        """What commands of this terminal are started with."""
        kept = {k: v for k, v in os.environ.items() if not k.startswith("SITEWRIGHT_")}
        ours = {
            "SITEWRIGHT_CONFIG": str(self.folder / ".login" / "login.json"),
            "PYTHONPATH": str(ROOT),
            "NO_PROXY": "*",
            "COLUMNS": "200",
        }
        return kept | ours | more

    def run(self, *arguments: str, typed: str = "", **environment: str) -> Said:
        """Run a command to its end, in this process: starting one for each would take long."""
        out, err = io.StringIO(), io.StringIO()
        with (
            patch.dict(os.environ, self.environment(**environment), clear=True),
            patch.object(sys, "stdin", io.StringIO(typed)),
            chdir(self.folder),
            redirect_stdout(out),
            redirect_stderr(err),
        ):
            code = main(list(arguments))
        return Said(code, out.getvalue(), err.getvalue())

    def ok(self, *arguments: str, typed: str = "") -> Said:
        """Run a command that must end well."""
        said = self.run(*arguments, typed=typed)
        assert said.code == 0, (arguments, said)
        return said

    def json(self, *arguments: str) -> Any:
        """The result of a command that must end well."""
        return self.ok(*arguments, "-o", "json").data

    def write(self, name: str, text: str) -> str:
        """Put a file into the terminal's folder."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return name


@contextmanager
def whole_server(folder: Path) -> Iterator[str]:
    """The server with its workers, on a database of its own; its administrator is `root`."""
    port = free_port()
    environment = {
        **os.environ,
        "SITEWRIGHT_DEMO": "1",
        "SITEWRIGHT_DATA_DIR": str(folder),
        "DATABASE_URL": "",
        "REDIS_URL": "",
        "DJANGO_SUPERUSER_PASSWORD": PASSWORD,
    }
    with (folder / "server.log").open("wb") as log:

        def start(*arguments: str) -> subprocess.Popen[bytes]:
            command = [sys.executable, *arguments]
            return subprocess.Popen(
                command, cwd=ROOT, env=environment, stdout=log, stderr=subprocess.STDOUT
            )

        assert start("manage.py", "migrate", "--verbosity", "0").wait(120) == 0
        root = ("--noinput", "--username", "root", "--email", "root@example.com")
        assert start("manage.py", "createsuperuser", *root).wait(60) == 0
        process = start("-m", "portal", "--port", str(port))
        try:
            address = f"http://127.0.0.1:{port}"
            _until_healthy(address)
            yield address
        finally:
            process.terminate()
            process.wait(30)


def _until_healthy(address: str) -> None:
    deadline = time.monotonic() + _STARTS_WITHIN
    while True:
        try:
            if httpx.get(f"{address}/healthz", timeout=5, trust_env=False).is_success:
                return
        except httpx.TransportError:
            pass
        assert time.monotonic() < deadline, "the server did not start in time"
        time.sleep(0.1)
