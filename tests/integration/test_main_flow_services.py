"""A deployment from the first wish to the last report, without a network."""

import uuid
from datetime import timedelta

import pytest
from django.utils import timezone

from agent import wire
from orchestration.models import Agent, Deployment, Event, SolutionInstance
from orchestration.services import desired, dispatch, reports, rollouts
from orchestration.services.errors import Refused
from orchestration.states import DeploymentState as S
from orchestration.states import InstanceState, RolloutState
from tests.integration.conftest import Company

W = wire.ReportState


def report(
    instance: SolutionInstance, state: W, sequence: int, *, observed: int | None = None
) -> wire.Report:
    instance.refresh_from_db()
    return wire.Report(
        id=uuid.uuid4(),
        instance=instance.pk,
        generation=instance.generation,
        revision_id=instance.desired_id,
        sequence=sequence,
        state=state,
        at=timezone.now(),
        observed_revision_id=observed,
        failure=None,
        steps=(),
    )


def send(agent: Agent, *items: wire.Report) -> wire.ReportAnswer:
    batch = wire.ReportBatch(version=wire.WIRE_VERSION, batch=uuid.uuid4(), reports=items)
    return reports.accept(agent, batch)


def test_a_line_goes_from_published_to_running(company: Company) -> None:
    agent = company.agent("alpha")
    revision = company.revision("alpha-1", company.solution(), MaxTemp=80)
    deployer = company.person("dana", "deployment-manager", company.factories["alpha"])

    rollout = rollouts.deploy(deployer, [revision])
    deployment = rollout.deployments.get()
    assert deployment.state == S.PENDING
    dispatch.advance_due()
    deployment.refresh_from_db()
    assert deployment.state == S.OFFERED

    agent.refresh_from_db()
    document = wire.DesiredDocument.from_json(wire.parse(desired.signed(agent).document))
    assert [(w.revision, w.action) for w in document.workloads] == [("1.0.0.1", wire.Action.RUN)]

    instance = revision.instance
    answer = send(
        agent,
        report(instance, W.RECEIVED, 1),
        report(instance, W.STAGING, 2),
        report(instance, W.STAGED, 3),
        report(instance, W.APPLYING, 4),
        report(instance, W.VERIFYING, 5),
        report(instance, W.COMMITTED, 6, observed=revision.pk),
    )
    assert answer.rejected == ()
    deployment.refresh_from_db()
    instance.refresh_from_db()
    rollout.refresh_from_db()
    assert deployment.state == S.SUCCEEDED
    assert instance.state == InstanceState.DEPLOYED
    assert instance.current_id == revision.pk
    assert rollout.state == RolloutState.SUCCEEDED
    kinds = list(
        Event.objects.filter(object_type="Deployment").order_by("pk").values_list("kind", flat=True)
    )
    assert kinds == [
        f"deployment.{word}"
        for word in (
            "started",
            "released",
            "offered",
            "staging",
            "staged",
            "applying",
            "verifying",
            "succeeded",
        )
    ]


def test_a_report_counts_once(company: Company) -> None:
    agent = company.agent("alpha")
    revision = company.revision("alpha-1", company.solution())
    rollouts.deploy(company.root_user, [revision])
    dispatch.advance_due()
    first = report(revision.instance, W.RECEIVED, 1)
    assert send(agent, first).accepted == (first.id,)
    assert [r.code for r in send(agent, first).rejected] == ["stale"]


def test_a_second_deployment_of_the_same_line_is_refused(company: Company) -> None:
    revision = company.revision("alpha-1", company.solution())
    rollouts.deploy(company.root_user, [revision])
    with pytest.raises(Refused) as refused:
        rollouts.deploy(company.root_user, [revision])
    assert refused.value.code == "deployment-active"
    assert refused.value.params["line"] == "alpha-1"
    assert Deployment.objects.count() == 1


def test_what_waits_too_long_runs_out_of_time(company: Company) -> None:
    agent = company.agent("alpha")
    revision = company.revision("alpha-1", company.solution())
    rollout = rollouts.deploy(company.root_user, [revision])
    dispatch.advance_due()
    send(agent, report(revision.instance, W.STAGING, 1))
    Deployment.objects.update(next_action_at=timezone.now() - timedelta(seconds=1))
    dispatch.advance_due()
    deployment = rollout.deployments.get()
    assert deployment.state == S.TIMED_OUT
    assert deployment.failure["code"] == "timed-out"

    # The site finishes after all: what runs is known, the attempt stays as it ended.
    send(agent, report(revision.instance, W.COMMITTED, 2, observed=revision.pk))
    deployment.refresh_from_db()
    revision.instance.refresh_from_db()
    assert deployment.state == S.TIMED_OUT
    assert revision.instance.current_id == revision.pk
    assert revision.instance.state == InstanceState.DEPLOYED
