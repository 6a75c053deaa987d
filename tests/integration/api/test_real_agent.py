"""The agent's own program against the real server: enrolling, deploying, being revoked."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

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
from tests.integration.conftest import Company
from tests.integration.serving import gateway, serving, until

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def server() -> Iterator[str]:
    with serving() as address:
        yield address


@pytest.fixture
def agent(server: str, company: Company, tmp_path: Path) -> Iterator[Agent]:
    with gateway(server, company, tmp_path) as waiting:
        yield waiting


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
