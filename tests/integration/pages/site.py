"""Lines in every state, by the reports of their agent, for the tests of pages."""

import uuid

from django.test import Client
from django.utils import timezone

from agent import wire
from orchestration.models import (
    Agent,
    Deployment,
    SolutionTemplateVersion,
    SolutionVersion,
    Target,
)
from orchestration.services import dispatch, places, reports, rollouts
from rbac.models import User
from tests.integration.conftest import Company

W = wire.ReportState
BACKEND = "django.contrib.auth.backends.ModelBackend"
UNHEALTHY = wire.Failure(
    phase=wire.Phase.VERIFY,
    component="mixer",
    element=None,
    category="health",
    code="unhealthy",
    message="http://127.0.0.1:1/health answers 500",
    log_tail="Traceback: no camera",
    retryable=False,
)


def signed_in(client: Client, person: User) -> Client:
    client.force_login(person, backend=BACKEND)
    return client


def tell(deployment: Deployment, *states: wire.ReportState) -> None:
    """Have the line's agent report these states, the last one with a failure if it is one."""
    deployment.refresh_from_db()
    instance = deployment.instance
    instance.refresh_from_db()
    agent = deployment.target.agent
    assert agent is not None
    failing = (W.FAILED, W.REVERTED, W.REVERT_FAILED)
    items = tuple(
        wire.Report(
            id=uuid.uuid4(),
            instance=instance.pk,
            generation=instance.generation,
            revision_id=instance.desired_id,
            sequence=number,
            state=state,
            at=timezone.now(),
            observed_revision_id=instance.desired_id if state is W.COMMITTED else None,
            failure=UNHEALTHY if state in failing else None,
            steps=(),
        )
        for number, state in enumerate(states, start=instance.observed_sequence + 1)
    )
    batch = wire.ReportBatch(version=wire.WIRE_VERSION, batch=uuid.uuid4(), reports=items)
    assert reports.accept(agent, batch).rejected == ()


def offered(by: User, revision: SolutionVersion) -> Deployment:
    """An attempt that waits for the site."""
    fresh = SolutionVersion.objects.get(pk=revision.pk)  # its copy may have moved on since
    deployment = rollouts.deploy(by, [fresh]).deployments.get()
    dispatch.advance_due()
    deployment.refresh_from_db()
    return deployment


def deployed(by: User, revision: SolutionVersion) -> Deployment:
    """An attempt that went well."""
    deployment = offered(by, revision)
    tell(deployment, W.RECEIVED, W.COMMITTED)
    deployment.refresh_from_db()
    return deployment


def failed(by: User, revision: SolutionVersion) -> Deployment:
    """An attempt that failed its check."""
    deployment = offered(by, revision)
    tell(deployment, W.RECEIVED, W.APPLYING, W.VERIFYING, W.FAILED)
    deployment.refresh_from_db()
    return deployment


def heard(agent: Agent) -> None:
    """The agent was here a moment ago."""
    Agent.objects.filter(pk=agent.pk).update(last_seen_at=timezone.now())


def more_lines(
    company: Company, version: SolutionTemplateVersion, numbers: range
) -> list[SolutionVersion]:
    """Lines of factory alpha, served by its agent, with a published revision each."""
    alpha, made = company.factories["alpha"], []
    for number in numbers:
        name = f"extra-{number:03}"
        line = places.create_target(
            company.root_user, alpha, name, scope="plant", capabilities=["soap"]
        )
        Target.objects.filter(pk=line.pk).update(agent=alpha.agents.get())
        company.lines[name] = line
        made.append(company.revision(name, version, Number=number))
    return made
