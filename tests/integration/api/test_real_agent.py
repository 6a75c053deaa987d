"""The agent's own program against the real server: enrolling, deploying, being revoked."""

import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import uvicorn

from agent import signing
from orchestration.models import (
    Agent,
    Deployment,
    SolutionInstance,
    SolutionTemplateVersion,
    SolutionVersion,
)
from orchestration.services import agents, dispatch, rollouts
from orchestration.states import AgentState, DeploymentState, InstanceState
from portal.asgi import application
from tests.integration.conftest import Company

pytestmark = pytest.mark.django_db(transaction=True)
WITHIN = 30.0  # seconds


def until(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + WITHIN
    while not true():
        assert time.monotonic() < deadline, "this did not happen in time"
        time.sleep(0.05)


@pytest.fixture
def server() -> Iterator[str]:
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


@pytest.fixture
def agent(server: str, company: Company, tmp_path: Path) -> Iterator[Agent]:
    """One real agent at the factory alpha, waiting in the lobby."""
    new = agents.create_token(company.root_user, company.factories["alpha"])
    command = [sys.executable, "-m", "agent", "run", "--server", server]
    command += ["--token", new.secret, "--data", str(tmp_path / "agent"), "--name", "gateway"]
    program = subprocess.Popen(command)
    until(lambda: Agent.objects.filter(name="gateway").exists())
    yield Agent.objects.get()
    program.terminate()
    program.wait(10)


def revision(company: Company, version: SolutionTemplateVersion, **mock: object) -> SolutionVersion:
    """A revision with one component of the kind that only pretends."""
    row = company.revision("alpha-1", version)
    component = {"name": "p", "type": "mock", "properties": mock}
    content = signing.canonical({"components": [component], "configuration": {"Speed": 60}})
    SolutionVersion.objects.filter(pk=row.pk).update(
        content=content.decode(), digest=signing.digest(content)
    )
    row.refresh_from_db()
    return row


def state_of(deployment: Deployment) -> str:
    deployment.refresh_from_db(fields=["state"])
    return deployment.state


def test_from_the_lobby_to_a_running_line_and_out_again(company: Company, agent: Agent) -> None:
    by, version = company.root_user, company.solution()
    assert agent.state == AgentState.PENDING
    agents.approve(by, agent)
    made = revision(company, version)
    deployment = rollouts.deploy(by, [made]).deployments.get()
    dispatch.advance_due()
    until(lambda: state_of(deployment) == DeploymentState.SUCCEEDED)
    keys = set(deployment.steps.values_list("key", flat=True))
    assert {"received", "apply", "verify"} <= keys
    instance = SolutionInstance.objects.get()
    assert (instance.state, instance.current_id) == (InstanceState.DEPLOYED, made.pk)

    broken = revision(company, version, fail={"apply": {"code": "jammed"}})
    failing = rollouts.deploy(by, [broken]).deployments.get()
    dispatch.advance_due()
    until(lambda: not Deployment.objects.get(pk=failing.pk).active)
    failing.refresh_from_db()
    assert failing.state == DeploymentState.REVERTED
    assert failing.failure["code"] == "jammed"
    instance.refresh_from_db()
    assert instance.current_id == made.pk

    removal = rollouts.uninstall(by, [instance]).deployments.get()
    dispatch.advance_due()
    until(lambda: state_of(removal) == DeploymentState.SUCCEEDED)
    agents.revoke(by, agent)
    agent.refresh_from_db()
    seen = agent.last_seen_at
    time.sleep(1)
    agent.refresh_from_db()
    assert agent.last_seen_at == seen
