"""Rollouts, deployments and their steps, for one person."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, OuterRef, QuerySet, Subquery

from orchestration.models import Deployment, Node, Rollout, SolutionInstance
from orchestration.queries import sight
from orchestration.queries.dependents import dependencies_of
from orchestration.states import (
    ACTIVE_DEPLOYMENT,
    FAILED_DEPLOYMENT,
    DeploymentState,
    StepStatus,
)
from rbac.models import User

RUN_PLAN = ("received", "stage", "apply", "verify")
REMOVE_PLAN = ("received", "remove")
# A list says which revision; what is in it is read by the page that shows it.
_CONTENT = tuple(
    f"{revision}__{column}"
    for revision in ("revision", "from_revision")
    for column in ("content", "provenance")
)


@dataclass(frozen=True)
class StepView:
    """One step as the status pane lists it, also those still to come."""

    key: str
    component: str
    status: StepStatus
    started_at: datetime | None = None
    ended_at: datetime | None = None
    detail: str = ""


def deployments(by: User, within: Node | None = None) -> QuerySet[Deployment]:
    """Deployments on the lines a person may see, newest first."""
    rows = Deployment.objects.select_related(
        "rollout__started_by",
        "instance__template__node",
        "instance__target__node",
        "target__node__context",
        "target__node__parent",
        "target__agent",
        "revision__template_version",
        "from_revision__template_version",
    ).defer(*_CONTENT)
    return sight.seen(by, sight.DEPLOYMENTS, rows, "target__node__path", within).order_by("-pk")


def rollouts(by: User, within: Node | None = None) -> QuerySet[Rollout]:
    """Rollouts with at least one line a person may see, newest first."""
    ids = deployments(by, within).order_by().values("rollout")
    return Rollout.objects.filter(pk__in=ids).select_related("started_by")


def latest(by: User, instances: Iterable[SolutionInstance]) -> dict[int, Deployment]:
    """The last attempt at each copy that the person may see, by instance id."""
    attempts = Deployment.objects.filter(instance=OuterRef("instance")).order_by("-pk")
    rows = deployments(by).filter(
        instance__in=[instance.pk for instance in instances],
        pk=Subquery(attempts.values("pk")[:1]),
    )
    return {deployment.instance_id: deployment for deployment in rows}


def progress(rows: QuerySet[Deployment]) -> dict[str, int]:
    """How many attempts are done, failed, cancelled and still going on."""
    return _progress(dict(rows.order_by().values_list("state").annotate(Count("pk"))))


def progress_of(by: User, shown: Iterable[Rollout]) -> dict[int, dict[str, int]]:
    """The same for each of several rollouts, by rollout id; of the lines the person may see."""
    counts: dict[int, dict[str, int]] = {rollout.pk: {} for rollout in shown}
    rows = deployments(by).filter(rollout__in=list(counts)).order_by()
    for rollout, state, count in rows.values_list("rollout", "state").annotate(Count("pk")):
        counts[rollout][state] = count
    return {rollout: _progress(states) for rollout, states in counts.items()}


def _progress(counts: Mapping[str, int]) -> dict[str, int]:
    failed = sum(counts.get(state, 0) for state in FAILED_DEPLOYMENT)
    active = sum(counts.get(state, 0) for state in ACTIVE_DEPLOYMENT)
    cancelled = counts.get(DeploymentState.CANCELLED, 0)
    total = sum(counts.values())
    done = total - failed - active - cancelled
    return {
        "total": total,
        "failed": failed,
        "active": active,
        "cancelled": cancelled,
        "done": done,
    }


def steps(deployment: Deployment) -> list[StepView]:
    """What happened, followed by what is still to come if all goes well."""
    happened = [
        StepView(
            step.key,
            step.component,
            _shown(deployment, StepStatus(step.status)),
            step.started_at,
            step.ended_at,
            step.detail,
        )
        for step in deployment.steps.all()
    ]
    dispatch = StepView(
        "dispatch",
        "",
        StepStatus.SUCCEEDED if deployment.generation else _waiting(deployment),
        deployment.created_at,
    )
    return [*_resolved(deployment), dispatch, *happened, *_to_come(deployment, happened)]


def _resolved(deployment: Deployment) -> list[StepView]:
    """The step that waits for shared copies, for a revision that uses some."""
    used = dependencies_of(deployment.revision)
    if not used:
        return []
    if deployment.generation:
        status = StepStatus.SUCCEEDED
    elif deployment.hold.get("code") == "dependency" and deployment.active:
        status = StepStatus.RUNNING
    else:
        status = _waiting(deployment)
    detail = ", ".join(str(one.shared or one.template) for one in used)
    return [StepView("resolve", "", status, deployment.created_at, detail=detail)]


def _shown(deployment: Deployment, told: StepStatus) -> StepStatus:
    """What the site told last, unless the attempt ended before it told of the step's end."""
    if deployment.active or told is not StepStatus.RUNNING:
        return told
    if deployment.state in FAILED_DEPLOYMENT:
        return StepStatus.FAILED
    succeeded = deployment.state == DeploymentState.SUCCEEDED
    return StepStatus.SUCCEEDED if succeeded else StepStatus.SKIPPED


def _to_come(deployment: Deployment, happened: list[StepView]) -> list[StepView]:
    if not deployment.active or deployment.state == DeploymentState.REVERTING:
        return []
    seen = {(step.key, step.component) for step in happened}
    begun = {step.key for step in happened}
    names = [c["name"] for c in deployment.revision.components] if deployment.revision else []
    plan = [
        (key, component)
        for key in (RUN_PLAN if deployment.revision else REMOVE_PLAN)
        for component in (names if names and key in {"apply", "verify"} else [""])
    ]
    return [
        StepView(key, component, StepStatus.WAITING)
        for key, component in plan
        if (key, component) not in seen and (component or key not in begun)
    ]


def _waiting(deployment: Deployment) -> StepStatus:
    return StepStatus.WAITING if deployment.active else StepStatus.SKIPPED
