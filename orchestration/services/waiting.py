"""Deployments that wait for the shared copies they use: why, and until when."""

from typing import Any

from django.db import transaction
from django.utils import timezone

from orchestration import hints
from orchestration.models import Deployment, InjectedSection, RevisionDependency, SolutionInstance
from orchestration.queries.dependents import is_ready, rows_of
from orchestration.states import (
    ACTIVE_DEPLOYMENT,
    FAILED_DEPLOYMENT,
    DeploymentState,
    PublicationState,
)
from rbac.access import Verdict, may
from rbac.models import User
from rbac.permissions import Perm

CODE = "dependency"
_S = DeploymentState


def hold_for(deployment: Deployment) -> dict[str, Any]:
    """Why an attempt must wait for a copy that its revision uses; empty where all are ready."""
    if deployment.revision_id is None:
        return {}
    for dependency in rows_of([deployment.revision_id]):
        if not is_ready(dependency, deployment.instance_id):
            return {"code": CODE, **_why(deployment, dependency)}
    return {}


def may_change(by: User | None, shared: SolutionInstance) -> Verdict:
    """Whether somebody may have a new revision of a shared copy made and deployed."""
    if by is None:
        return Verdict(ok=False, code="inactive")
    node = shared.target.node
    publish = may(by, Perm.PUBLISH, node)
    return may(by, Perm.DEPLOY, node) if publish else publish


def tell(deployment: Deployment) -> None:
    """Have the workers look at whoever waits for what just ended, and at what it had put in.

    Rows that somebody looks at this moment are left to him: nobody is waited for here.
    """
    instance, rows = deployment.instance_id, RevisionDependency.objects
    is_shared = rows.filter(shared=instance).exists()
    if is_shared:
        look_again([instance])
    if is_shared or rows.filter(revision__instance=instance).exists():
        hints.wake("orchestration.tasks.advance_due")


@transaction.atomic
def look_again(shared: list[int]) -> None:
    """Let those that wait for some copies be looked at by the next worker."""
    waiting = (
        Deployment.objects.select_for_update(skip_locked=True, of=("self",))
        .filter(state=_S.RELEASED, hold__code=CODE, revision__dependencies__shared__in=shared)
        .order_by("pk")
    )
    ids = list(waiting.values_list("pk", flat=True))
    Deployment.objects.filter(pk__in=ids).update(next_action_at=timezone.now())


def _why(deployment: Deployment, dependency: RevisionDependency) -> dict[str, Any]:
    """The reason and what a sentence about it needs.

    Reasons: ``gone``, ``updating``, ``right``, ``unpublished``, ``failed``, ``stopped``, ``unfit``.
    """
    shared = dependency.shared
    told: dict[str, Any] = {"solution": str(dependency.template)}
    if shared is None:
        return told | {"reason": "gone"}
    told |= {"shared": shared.pk, "line": str(shared.target)}
    last = Deployment.objects.filter(instance=shared).order_by("-pk").first()
    if last is not None and last.state in ACTIVE_DEPLOYMENT:
        return told | {"reason": "updating", "deployment": last.pk}
    barred = _barred(deployment, shared) or _tried(deployment, dependency, last)
    return told | (barred or {"reason": "updating"})


def _barred(deployment: Deployment, shared: SolutionInstance) -> dict[str, Any]:
    """What keeps the shared copy from being changed for an attempt."""
    allowed = may_change(deployment.rollout.started_by, shared)
    if not allowed:
        return {"reason": "right", **_right(allowed)}
    if not shared.revisions.filter(state=PublicationState.READY_TO_DEPLOY).exists():
        return {"reason": "unpublished"}
    unfit = shared.shared.unfit.get(str(deployment.instance_id))
    return {"reason": "unfit", "problems": unfit} if unfit else {}


def _tried(
    deployment: Deployment, dependency: RevisionDependency, last: Deployment | None
) -> dict[str, Any]:
    """How bringing the shared copy there ended, where it did not get there."""
    if last is None or not _is_put_in(dependency, deployment.instance_id):
        return {}
    if last.state in FAILED_DEPLOYMENT:
        return {"reason": "failed", "deployment": last.pk}
    return {"reason": "stopped", "deployment": last.pk} if last.state == _S.CANCELLED else {}


def _right(verdict: Verdict) -> dict[str, Any]:
    named = {name: verdict.params[name] for name in ("perm", "place") if name in verdict.params}
    return {"denied": verdict.code, **named}


def _is_put_in(dependency: RevisionDependency, dependent: int) -> bool:
    """Whether the shared copy is to hold already what a dependent puts in."""
    rows = InjectedSection.objects.filter(shared=dependency.shared, dependent=dependent)
    there = set(rows.values_list("source", "to", "digest"))
    return all((one["from"], one["to"], one["digest"]) in there for one in dependency.injections)
