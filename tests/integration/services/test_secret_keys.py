"""Who can read secrets: the agent of the line by its key, the installation by its keys."""

import json
from io import StringIO

import pytest
from cryptography.fernet import Fernet
from django.core.management import CommandError, call_command
from django.test import Client
from pytest_django import Settings

from agent import sealing, wire
from orchestration.models import Agent, Deployment, Node, SecretValue, SolutionTemplateVersion
from orchestration.services import agents, desired, dispatch, rollouts, rotation, secrets
from orchestration.services.errors import Refused
from orchestration.states import AgentState, DeploymentState
from portal.web.troubles import hold_of
from tests.integration.conftest import Company
from tests.integration.opening import opened
from tests.integration.services.secretive import (
    CANARY,
    published,
    read,
    save,
    solution,
    wanted,
    with_key,
)


@pytest.fixture
def pump(company: Company) -> SolutionTemplateVersion:
    return solution(company)


@pytest.fixture
def line(company: Company) -> Node:
    return company.lines["alpha-1"].node


# To the agent


def test_only_the_agent_of_the_line_can_read(
    company: Company, pump: SolutionTemplateVersion, line: Node
) -> None:
    save(company, pump, line, {"Pin": CANARY})
    revision = published(company, pump)
    wanted(revision)
    agent, other = company.agent("alpha"), company.agent("beta")
    key, others = with_key(agent), with_key(other)
    document = wire.parse(desired.signed(agent).document)
    assert isinstance(document, dict)
    assert document["version"] == wire.SECRETS_VERSION
    assert CANARY not in json.dumps(document)
    assert read(agent, key) == {revision.instance_id: [CANARY]}
    assert read(other, others) == {}
    with pytest.raises(sealing.SealError):
        read(agent, others)


def test_without_secrets_documents_stay_as_old_agents_know_them(
    company: Company, pump: SolutionTemplateVersion, line: Node
) -> None:
    save(company, pump, line, {"Speed": 5})
    wanted(published(company, pump))
    agent = company.agent("alpha")
    document = wire.parse(desired.signed(agent).document)
    assert isinstance(document, dict)
    assert document["version"] == wire.WIRE_VERSION


def test_a_new_machine_gets_the_secrets_sealed_to_its_own_key(
    company: Company, pump: SolutionTemplateVersion, line: Node
) -> None:
    save(company, pump, line, {"Pin": CANARY})
    revision = published(company, pump)
    wanted(revision)
    old = company.agent("alpha")
    agents.revoke(company.root_user, old)
    new = Agent.objects.create(
        node=company.factories["alpha"], name="new", state=AgentState.PENDING, sign_key="new"
    )
    key = with_key(new)
    agents.approve(company.root_user, new)
    new.refresh_from_db()
    assert read(new, key) == {revision.instance_id: [CANARY]}


def test_an_agent_whose_key_takes_none_gets_none(
    company: Company, pump: SolutionTemplateVersion, line: Node
) -> None:
    save(company, pump, line, {"Pin": CANARY})
    wanted(published(company, pump))
    agent = company.agent("alpha")
    document = wire.DesiredDocument.from_json(wire.parse(desired.signed(agent).document))
    assert [work.secrets for work in document.workloads] == [()]


# Keys


def key() -> str:
    return Fernet.generate_key().decode()


def test_a_missing_key_is_said_and_breaks_nothing_else(
    company: Company,
    pump: SolutionTemplateVersion,
    line: Node,
    settings: Settings,
    client: Client,
) -> None:
    kept = save(company, pump, line, {"Pin": CANARY})
    settings.SITEWRIGHT_SECRET_KEYS = [key()]
    health = client.get("/healthz")
    assert health.status_code == 503
    assert health.json()["secrets"].startswith("key missing: ")
    assert save(company, pump, line, {**kept, "Speed": 7})["Speed"] == 7
    with pytest.raises(CommandError, match="Nothing was changed"):
        call_command("rotate-secrets")
    settings.SITEWRIGHT_SECRET_KEYS = []
    with pytest.raises(Refused):
        save(company, pump, line, {"Pin": "another"})


def test_a_missing_key_holds_back_its_own_line_only(
    company: Company, pump: SolutionTemplateVersion, line: Node, settings: Settings
) -> None:
    agent = company.agent("alpha")
    save(company, pump, line, {"Pin": CANARY})
    save(company, pump, company.lines["alpha-2"].node, {"Speed": 5})
    secret, plain = published(company, pump), published(company, pump, "alpha-2")
    device = with_key(agent)
    keys, settings.SITEWRIGHT_SECRET_KEYS = settings.SITEWRIGHT_SECRET_KEYS, [key()]
    rollouts.deploy(company.root_user, [secret, plain])
    dispatch.advance_due()
    assert set(read(now(agent), device)) == {plain.instance_id}
    attempt = secret.deployments.get()
    hold = hold_of(attempt)
    assert hold is not None
    assert "a key of this installation is missing" in hold.why
    settings.SITEWRIGHT_SECRET_KEYS = keys
    look_again(attempt)
    assert read(now(agent), device)[secret.instance_id] == [CANARY]


def test_an_order_on_its_way_is_held_back_until_the_key_is_there(
    company: Company, pump: SolutionTemplateVersion, line: Node, settings: Settings
) -> None:
    agent = company.agent("alpha")
    save(company, pump, line, {"Pin": CANARY})
    revision = published(company, pump)
    device = with_key(agent)
    rollouts.deploy(company.root_user, [revision])
    dispatch.advance_due()
    attempt = revision.deployments.get()
    assert attempt.state == DeploymentState.OFFERED
    keys, settings.SITEWRIGHT_SECRET_KEYS = settings.SITEWRIGHT_SECRET_KEYS, [key()]
    look_again(attempt)
    assert attempt.hold["code"] == "secrets-unreadable"
    assert read(now(agent), device) == {}
    before, settings.SITEWRIGHT_SECRET_KEYS = now(agent).seq, keys
    look_again(attempt)
    assert (attempt.state, attempt.hold) == (DeploymentState.OFFERED, {})
    assert now(agent).seq > before, "else the site would not ask for the document"
    assert read(now(agent), device)[revision.instance_id] == [CANARY]


def now(agent: Agent) -> Agent:
    agent.refresh_from_db()
    return agent


def look_again(attempt: Deployment) -> None:
    Deployment.objects.filter(pk=attempt.pk).update(next_action_at=attempt.created_at)
    dispatch.advance_due()
    attempt.refresh_from_db()


def test_rotation_goes_on_where_it_stood(
    company: Company, pump: SolutionTemplateVersion, line: Node, settings: Settings
) -> None:
    typed = {"Pin": CANARY, "Codes": [1], "Login": {"Name": "n", "X": 1.5}}
    kept = save(company, pump, line, typed)
    secrets.set_named(company.root_user, line, "sql", "word")
    old = settings.SITEWRIGHT_SECRET_KEYS
    settings.SITEWRIGHT_SECRET_KEYS = [key(), *old]
    with pytest.raises(CommandError, match="5 secrets are under other keys"):
        call_command("rotate-secrets", check=True, stdout=StringIO())
    assert rotation._rotate_some(SecretValue, 3) == 3
    said = StringIO()
    call_command("rotate-secrets", stdout=said)
    assert said.getvalue() == "2 secrets encrypted anew.\n"
    assert rotation.rotate() == 0
    settings.SITEWRIGHT_SECRET_KEYS = settings.SITEWRIGHT_SECRET_KEYS[:1]
    call_command("rotate-secrets", check=True, stdout=said)
    assert "first   5 secrets" in said.getvalue()
    assert opened(kept) == typed
