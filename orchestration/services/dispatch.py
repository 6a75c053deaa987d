"""Moving due deployments on: offering them, deferring them, timing them out.

Rows that are due are the queue. Whoever looks at one moves it by
compare-and-set, so any number of workers may look.
"""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from orchestration.models import Deployment, SolutionInstance
from orchestration.services import deployments, desired
from orchestration.services.deployments import LOOK_AGAIN
from orchestration.services.errors import Refused, Stale
from orchestration.states import DeploymentState

BATCH = 200
_S = DeploymentState


def advance_due() -> int:
    """Move every due deployment one stage on; returns how many were looked at."""
    looked_at = 0
    while due := _due(timezone.now()):
        for pk in due:
            _look_at(pk)
        looked_at += len(due)
    return looked_at


def _due(now: datetime) -> list[int]:
    rows = Deployment.objects.filter(next_action_at__lte=now).order_by("next_action_at")
    return list(rows.values_list("pk", flat=True)[:BATCH])


def _look_at(pk: int) -> None:
    try:
        with transaction.atomic():
            deployment = (
                Deployment.objects.select_for_update(skip_locked=True, of=("self",))
                .select_related(
                    "rollout",
                    "revision__template_version",
                    "from_revision",
                    "instance__template__node",
                    "target__node",
                    "target__agent",
                )
                .filter(pk=pk, next_action_at__lte=timezone.now())
                .first()
            )
            if deployment is not None:
                _STAGES[DeploymentState(deployment.state)](deployment)
    except (Stale, Refused):
        # Another worker, or the site's own report, moved it meanwhile.
        return


def _release(deployment: Deployment) -> None:
    instance = deployment.instance
    if deployment.revision_id and deployment.revision_id == instance.current_id:
        deployments.finish(deployment, _S.ALREADY_CURRENT, None)
        return
    deployments.advance(deployment, _S.RELEASED, None)
    _offer(deployment)


def _offer(deployment: Deployment) -> None:
    """Write the wish down and tell the agent; hold when there is no agent."""
    target = deployment.target
    if target.agent_id is None:
        Deployment.objects.filter(pk=deployment.pk).update(
            hold={"code": "no-agent"}, next_action_at=timezone.now() + LOOK_AGAIN
        )
        return
    if deployment.generation == 0:
        _want(deployment)
    now, policy = timezone.now(), deployment.rollout.policy
    deployments.advance(
        deployment,
        _S.OFFERED,
        None,
        generation=deployment.generation,
        hold={},
        next_action_at=now + LOOK_AGAIN,
        deadline_at=now + timedelta(seconds=policy["timeouts"]["staging"]),
    )
    desired.bump([target.agent_id])


def _want(deployment: Deployment) -> None:
    SolutionInstance.objects.filter(pk=deployment.instance_id).update(
        desired=deployment.revision_id, generation=F("generation") + 1
    )
    deployment.instance.refresh_from_db(fields=["generation", "desired"])
    deployment.generation = deployment.instance.generation


def _wait_for_contact(deployment: Deployment) -> None:
    """Keep an offer open while the agent is there; else put it aside.

    An agent that is there but never takes the offer up runs out of time.
    """
    policy, now = deployment.rollout.policy, timezone.now()
    seen = deployment.target.agent.last_seen_at if deployment.target.agent else None
    away_since = max(filter(None, (seen, deployment.created_at)))
    if now - away_since < timedelta(seconds=policy["offline_after"]):
        if deployment.deadline_at and deployment.deadline_at <= now:
            _time_out(deployment)
            return
        Deployment.objects.filter(pk=deployment.pk).update(next_action_at=now + LOOK_AGAIN)
        return
    until = deployment.created_at + timedelta(seconds=policy["catch_up_until"])
    deployments.advance(
        deployment,
        _S.DEFERRED,
        None,
        next_action_at=until,
        hold={"code": "offline", "since": away_since.isoformat()},
        deadline_at=None,
    )
    deployments.close_rollout(deployment.rollout)


def _resume(deployment: Deployment) -> None:
    """Offer again what waited for contact, or give it up for good."""
    if deployment.hold.get("code") == "contact":
        _offer(deployment)
    else:
        _time_out(deployment)


def _time_out(deployment: Deployment) -> None:
    deployments.finish(
        deployment,
        _S.TIMED_OUT,
        None,
        failure={
            "phase": deployment.state.lower(),
            "code": "timed-out",
            "category": "time",
            "retryable": True,
        },
    )


_STAGES = {
    _S.PENDING: _release,
    _S.RELEASED: _offer,
    _S.OFFERED: _wait_for_contact,
    _S.DEFERRED: _resume,
    _S.STAGING: _time_out,
    _S.STAGED: _time_out,
    _S.APPLYING: _time_out,
    _S.VERIFYING: _time_out,
    _S.REVERTING: _time_out,
}
