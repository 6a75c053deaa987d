"""The real server, and agents as programs of their own that call it."""

import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import uvicorn

from orchestration.models import Agent
from orchestration.services import agents
from portal.asgi import application
from tests.integration.conftest import Company

WITHIN = 30.0  # seconds


def until(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + WITHIN
    while not true():
        assert time.monotonic() < deadline, "this did not happen in time"
        time.sleep(0.05)


@contextmanager
def serving() -> Iterator[str]:
    """The server's entry without its workers: the test moves what is due itself."""
    listening = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(
        application, lifespan="off", log_config=None, timeout_graceful_shutdown=1
    )
    running = uvicorn.Server(config)
    thread = threading.Thread(target=running.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    until(lambda: running.started)
    yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    running.should_exit = True
    thread.join(20)
    assert not thread.is_alive()


@contextmanager
def gateway(server: str, company: Company, data: Path, *options: str) -> Iterator[Agent]:
    """One real agent at the factory alpha, waiting in the lobby; what it logs is in ``data``."""
    new = agents.create_token(company.root_user, company.factories["alpha"])
    command = [sys.executable, "-m", "agent", "--verbose", "run", "--server", server]
    command += ["--token", new.secret, "--data", str(data / "agent"), "--name", "gateway"]
    with (data / "agent.log").open("wb") as log:
        program = subprocess.Popen([*command, *options], stdout=log, stderr=log)
    until(lambda: Agent.objects.filter(name="gateway").exists())
    yield Agent.objects.get()
    program.terminate()
    program.wait(20)
