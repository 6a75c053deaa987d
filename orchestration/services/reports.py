"""Taking in what agents say happened, once each and never out of order."""

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from agent import wire
from orchestration import hints
from orchestration.models import Agent, Deployment, SolutionInstance
from orchestration.services import deployments, desired, events, steps
from orchestration.services.lives import move
from orchestration.states import (
    ACTIVE_DEPLOYMENT,
    DEPLOYMENT,
    DeploymentState,
    InstanceState,
    way,
)

_S, _W = DeploymentState, wire.ReportState

_MEANS: dict[wire.ReportState, DeploymentState] = {
    _W.RECEIVED: _S.OFFERED,
    _W.STAGING: _S.STAGING,
    _W.STAGED: _S.STAGED,
    _W.APPLYING: _S.APPLYING,
    _W.VERIFYING: _S.VERIFYING,
    _W.COMMITTED: _S.SUCCEEDED,
    _W.REVERTING: _S.REVERTING,
    _W.REVERTED: _S.REVERTED,
    _W.REVERT_FAILED: _S.REVERT_FAILED,
    _W.FAILED: _S.FAILED,
    _W.REJECTED: _S.REJECTED,
    _W.REMOVING: _S.APPLYING,
    _W.REMOVED: _S.SUCCEEDED,
}

_LATE = {
    _W.COMMITTED: (InstanceState.FAILED, InstanceState.DEPLOYED),
    _W.REMOVED: (InstanceState.UNINSTALL_FAILED, InstanceState.UNDEPLOYED),
}


def accept(agent: Agent, batch: wire.ReportBatch) -> wire.ReportAnswer:
    """Take in a batch; each report counts by itself and is answered for good.

    A report counts if the instance is the agent's own and its (generation,
    sequence) is newer than what was taken in before. Codes of rejection:
    ``unknown-instance``, ``stale``, ``ahead``, and ``malformed`` for one that
    contradicts the order it answers.
    """
    accepted, rejected = [], []
    for report in sorted(batch.reports, key=lambda r: (r.instance, r.sequence)):
        code = _accept_one(agent, report)
        if code:
            rejected.append(wire.RejectedReport(id=report.id, code=code))
        else:
            accepted.append(report.id)
    return wire.ReportAnswer(accepted=tuple(accepted), rejected=tuple(rejected))


@transaction.atomic
def _accept_one(agent: Agent, report: wire.Report) -> str:
    """Take in one report; returns why not, or nothing."""
    instance = (
        SolutionInstance.objects.select_related("target__node", "template__node")
        .filter(pk=report.instance, target__agent=agent)
        .first()
    )
    if instance is None:
        return "unknown-instance"
    if report.generation > instance.generation:
        return "ahead"
    # Locked before the instance, as everybody does who changes both.
    deployment = _attempt(report)
    if not _fits(instance, deployment, report):
        return "malformed"
    if not _claim(instance, report):
        return "stale"
    _observe(instance, report)
    if deployment is not None:
        steps.note(deployment, report)
        _follow(deployment, report, agent)
    elif report.generation == instance.generation:
        _catch_up(instance, report, agent)
    return ""


def _fits(instance: SolutionInstance, deployment: Deployment | None, report: wire.Report) -> bool:
    """Whether the report can be true of the order it names."""
    seen = report.observed_revision_id
    if report.generation < 1:
        return False
    if report.state is _W.REMOVED:
        return deployment is None or deployment.revision_id is None
    if report.state is _W.COMMITTED and deployment is not None:
        return seen is not None and seen == deployment.revision_id
    if report.state not in (_W.COMMITTED, _W.REVERTED):
        return True
    if seen is None:
        return report.state is _W.REVERTED  # there was nothing to go back to
    return instance.revisions.filter(pk=seen).exists()


def _catch_up(instance: SolutionInstance, report: wire.Report, agent: Agent) -> None:
    """Too late for the attempt, but it is over at the line, and the screen says so."""
    if _MEANS[report.state] in deployments.GIVE_BACK:
        _give_back(instance, report, agent)
        return
    late = _LATE.get(report.state)
    if late is not None and instance.state == late[0]:
        move(instance, late[1], updated_at=timezone.now())
        events.record("instance.recovered", instance, instance.target.node, agent)
        hints.tell(
            [f"target:{instance.target_id}", f"solution:{instance.template_id}"],
            instance.target.node.path,
        )


def _give_back(instance: SolutionInstance, report: wire.Report, agent: Agent) -> None:
    """Want what runs again: the wish that ran out of time was not fulfilled.

    Else whoever serves the line next would be told to run what failed.
    """
    # The claim holds the row: what is read now stays until the end.
    instance.refresh_from_db(fields=["generation", "current", "desired"])
    if instance.generation != report.generation:
        return
    if instance.desired_id in {None, instance.current_id}:
        return
    SolutionInstance.objects.filter(pk=instance.pk).update(desired=instance.current_id)
    events.record("instance.given-back", instance, instance.target.node, agent)
    desired.bump([agent.pk])


def _claim(instance: SolutionInstance, report: wire.Report) -> bool:
    """Compare-and-set on (generation, sequence): the first of two equals wins."""
    older = Q(observed_generation__lt=report.generation) | Q(
        observed_generation=report.generation, observed_sequence__lt=report.sequence
    )
    rows = SolutionInstance.objects.filter(older, pk=instance.pk)
    return (
        rows.update(observed_generation=report.generation, observed_sequence=report.sequence) == 1
    )


def _observe(instance: SolutionInstance, report: wire.Report) -> None:
    """Write down what runs, also when no attempt is waiting to hear it."""
    if report.state in (_W.COMMITTED, _W.REVERTED):
        SolutionInstance.objects.filter(pk=instance.pk).update(current=report.observed_revision_id)
    elif report.state in (_W.REMOVED, _W.REVERT_FAILED):
        SolutionInstance.objects.filter(pk=instance.pk).update(current=None)


def _attempt(report: wire.Report) -> Deployment | None:
    return (
        Deployment.objects.select_for_update(of=("self",))
        .select_related(
            "rollout",
            "instance__template__node",
            "target__node",
            "revision__template_version",
            "from_revision__template_version",
        )
        .filter(
            instance=report.instance,
            generation=report.generation,
            state__in=ACTIVE_DEPLOYMENT,
        )
        .first()
    )


def _follow(deployment: Deployment, report: wire.Report, agent: Agent) -> None:
    """Walk the attempt to where the agent is, one transition at a time."""
    to = _MEANS[report.state]
    for state in way(DEPLOYMENT, deployment.state, to):
        stage = DeploymentState(state)
        if DEPLOYMENT[stage].final:
            failure = report.failure.to_json() if report.failure else None
            deployments.finish(deployment, stage, agent, failure=failure)
        else:
            deployments.advance(deployment, stage, agent)
