"""Starting, retrying, rolling back, uninstalling and cancelling, for many lines.

Everything is a rollout, also one line: there is one way in.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import IntegrityError, transaction
from django.utils import timezone

from orchestration import hints
from orchestration.models import Deployment, Rollout, SolutionInstance, SolutionVersion
from orchestration.queries.saved import changed_since
from orchestration.services import deployments, events, withdrawing
from orchestration.services.dependencies import refuse_circles, refuse_while_used
from orchestration.services.errors import Invalid, Refused
from orchestration.services.lives import move
from orchestration.services.tree import nearest_above
from orchestration.states import (
    ACTIVE_DEPLOYMENT,
    CANCELLABLE_DEPLOYMENT,
    FAILED_DEPLOYMENT,
    INSTANCE,
    DeploymentState,
    InstanceState,
    PublicationState,
)
from rbac.access import may
from rbac.models import User
from rbac.permissions import Perm

# One wave, no soak, no minimum sample: "deploy these twelve". Times in seconds.
PLAIN_POLICY = {
    "name": "all at once",
    "offline_after": 120,
    "catch_up_until": 7 * 24 * 3600,
    "timeouts": {"staging": 1800, "apply": 900, "verify": 600},
}


@dataclass(frozen=True)
class Aim:
    """One instance and what it should come to; None means uninstalled."""

    instance: SolutionInstance
    revision: SolutionVersion | None


def deploy(
    by: User,
    revisions: Sequence[SolutionVersion],
    *,
    comment: str = "",
    made_for: Sequence[int] = (),
) -> Rollout:
    """Bring each revision's own instance to it; ``made_for`` names copies that need it.

    Raises:
        Invalid: ``nothing-chosen``, ``instance-twice``, ``contexts-mixed``.
        Refused: ``not-deployable``, ``deployment-active``, ``dependency-circle``.
    """
    aims = [Aim(revision.instance, revision) for revision in revisions]
    return _start(by, Rollout.Kind.DEPLOY, aims, comment, made_for)


def roll_back(by: User, revisions: Sequence[SolutionVersion], *, comment: str = "") -> Rollout:
    """Bring instances back to revisions chosen from their own history."""
    aims = [Aim(revision.instance, revision) for revision in revisions]
    return _start(by, Rollout.Kind.ROLL_BACK, aims, comment)


def retry(by: User, failed: Sequence[Deployment], *, comment: str = "") -> Rollout:
    """Try failed attempts again, as new attempts; the old ones stay as they ended.

    Raises:
        Refused: ``not-failed`` also when something newer was tried since,
            ``deployment-active``.
    """
    aims = [Aim(deployment.instance, deployment.revision) for deployment in failed]
    _check_rights(by, aims)
    for deployment in failed:
        newer = Deployment.objects.filter(instance=deployment.instance_id, pk__gt=deployment.pk)
        if deployment.state not in FAILED_DEPLOYMENT or newer.exists():
            raise Refused("not-failed", line=str(deployment.target))
    return _start(by, Rollout.Kind.RETRY, aims, comment)


def uninstall(by: User, instances: Sequence[SolutionInstance], *, comment: str = "") -> Rollout:
    """Remove what runs from these lines; published revisions stay.

    Raises:
        Refused: ``still-used`` by other copies, ``still-used-unseen`` where the
            person may see none of them.
    """
    aims = [Aim(instance, None) for instance in instances]
    return _start(by, Rollout.Kind.UNINSTALL, aims, comment)


@transaction.atomic
def cancel(by: User, deployment: Deployment) -> None:
    """Stop an attempt that has not begun to change anything at the line.

    Raises:
        Refused: ``too-late-to-cancel``.
    """
    may(by, Perm.DEPLOY, deployment.target.node).require()
    if deployment.state not in CANCELLABLE_DEPLOYMENT:
        raise Refused("too-late-to-cancel", state=deployment.state)
    deployments.finish(deployment, DeploymentState.CANCELLED, by)


def _start(
    by: User, kind: Rollout.Kind, aims: list[Aim], comment: str, made_for: Sequence[int] = ()
) -> Rollout:
    _check(by, aims)
    try:
        with transaction.atomic():
            # Always in one order, so that two who start the same lines cannot lock each other.
            ordered = sorted(aims, key=lambda aim: aim.instance.pk)
            return _write(by, kind, ordered, comment, made_for)
    except IntegrityError as error:
        # Somebody started one of these between the check and the insert.
        raise Refused("deployment-active", **_who_is_faster(aims)) from error


def _check(by: User, aims: list[Aim]) -> None:
    if not aims:
        raise Invalid("nothing-chosen")
    if len({aim.instance.pk for aim in aims}) != len(aims):
        raise Invalid("instance-twice")
    if len({aim.instance.target.node.context_id for aim in aims}) > 1:
        raise Invalid("contexts-mixed")
    _check_rights(by, aims)
    for aim in aims:
        _check_state(aim)
    refuse_while_used(by, [aim.instance for aim in aims if aim.revision is None])
    busy = _who_is_faster(aims)
    if busy:
        raise Refused("deployment-active", **busy)


def _check_rights(by: User, aims: list[Aim]) -> None:
    for aim in aims:
        perm = Perm.DEPLOY if aim.revision else Perm.UNINSTALL
        may(by, perm, aim.instance.target.node).require()


def _check_state(aim: Aim) -> None:
    if aim.revision:
        _check_revision(aim.revision)
    to = InstanceState.DEPLOYING if aim.revision else InstanceState.UNINSTALLING
    state = aim.instance.state
    busy = state in {InstanceState.DEPLOYING, InstanceState.UNINSTALLING}
    if not busy and to not in INSTANCE[state].to:
        raise Refused("not-installed", line=str(aim.instance.target))


def _check_revision(revision: SolutionVersion) -> None:
    if revision.state != PublicationState.READY_TO_DEPLOY:
        raise Refused("not-deployable", revision=revision.label)
    withdrawing.refuse(revision.template_version)


def _write(
    by: User, kind: Rollout.Kind, aims: list[Aim], comment: str, made_for: Sequence[int]
) -> Rollout:
    context = aims[0].instance.target.node.context
    refuse_circles(by, context.pk, (aim.revision for aim in aims if aim.revision))
    _keep(aims)
    rollout = Rollout.objects.create(
        context=context,
        kind=kind,
        policy=PLAIN_POLICY,
        comment=comment,
        made_for=list(made_for),
        started_by=by,
    )
    made = Deployment.objects.bulk_create(
        Deployment(
            rollout=rollout,
            instance=aim.instance,
            target=aim.instance.target,
            revision=aim.revision,
            from_revision=aim.instance.current,
            instance_was=aim.instance.state,
        )
        for aim in aims
    )
    events.record(
        "rollout.started",
        rollout,
        nearest_above([aim.instance.target.node for aim in aims]),
        by,
        kind=kind.value,
        lines=[str(aim.instance.target) for aim in aims],
    )
    for deployment, aim in zip(made, aims, strict=True):
        to = InstanceState.DEPLOYING if aim.revision else InstanceState.UNINSTALLING
        move(aim.instance, to, updated_at=timezone.now(), **_waiting(aim))
        events.record(
            "deployment.started",
            deployment,
            aim.instance.target.node,
            by,
            **deployments.described(deployment),
        )
        deployments.tell(deployment)
    hints.wake("orchestration.tasks.advance_due")
    return rollout


def _waiting(aim: Aim) -> dict[str, object]:
    """Let what was uninstalled wait for a review, if values changed since its revision was made."""
    gone = aim.instance.state == InstanceState.UNDEPLOYED
    if gone and aim.revision and changed_since(aim.instance, aim.revision.published_at):
        return {"configuration_pending": True}
    return {}


def _keep(aims: list[Aim]) -> None:
    """Keep the revisions from being deleted until the rollout is written.

    Without shutting out those who only point at them, like a site's report.
    """
    chosen = [aim.revision.pk for aim in aims if aim.revision]
    rows = SolutionVersion.objects.select_for_update(no_key=True, of=("self",)).filter(
        pk__in=chosen
    )
    for revision in rows.select_related("template_version").order_by("pk"):
        _check_revision(revision)


def _who_is_faster(aims: list[Aim]) -> dict[str, object]:
    active = (
        Deployment.objects.filter(
            instance__in=[aim.instance.pk for aim in aims], state__in=ACTIVE_DEPLOYMENT
        )
        .select_related("target__node", "rollout__started_by")
        .first()
    )
    if active is None:
        return {}
    by = active.rollout.started_by
    return {
        "line": str(active.target),
        "deployment": active.pk,
        "by": str(by) if by else "",
        "at": active.created_at.isoformat(),
    }
