"""Moving due deployments on: offering them, deferring them, timing them out.

Rows that are due are the queue. Whoever looks at one moves it by
compare-and-set, so any number of workers may look.
"""

import logging
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from orchestration.models import Agent, Deployment, SolutionInstance
from orchestration.services import deployments, desired, injecting, waiting
from orchestration.services.deployments import LOOK_AGAIN
from orchestration.services.errors import Refused, Stale
from orchestration.services.sealed_secrets import missing_keys
from orchestration.states import DeploymentState

BATCH = 200
_S = DeploymentState
log = logging.getLogger(__name__)


def advance_due() -> int:
    """Move every due deployment one stage on; returns how many were looked at.

    Then settles the shared copies that some of them wait for: all that are due
    together, so that twelve lines make one new revision of a shared copy.
    """
    looked_at = _look_at_all()
    settled = injecting.settle_due()
    if settled:
        waiting.look_again(settled)
        looked_at += _look_at_all()
    return looked_at


def _look_at_all() -> int:
    """Look at each due row once.

    One that stays due, because another worker has it or because something is
    wrong with it, is for the next sweep.
    """
    now, after, looked_at = timezone.now(), 0, 0
    while due := _due(now, after):
        for pk in due:
            _look_at(pk)
        after = due[-1]
        looked_at += len(due)
    return looked_at


def _due(now: datetime, after: int) -> list[int]:
    rows = Deployment.objects.filter(next_action_at__lte=now, pk__gt=after).order_by("pk")
    return list(rows.values_list("pk", flat=True)[:BATCH])


def _look_at(pk: int) -> None:
    try:
        _advance(pk)
    except (Stale, Refused) as error:
        # Another worker, or the site's own report, moved it meanwhile.
        log.info("deployment %s: %s", pk, error)
    except Exception:
        # One row that cannot be worked on must not hold up the ones behind it.
        log.exception("deployment %s cannot be moved on", pk)


@transaction.atomic
def _advance(pk: int) -> None:
    deployment = (
        Deployment.objects.select_for_update(skip_locked=True, of=("self",))
        .select_related(
            "rollout",
            "revision__template_version",
            "from_revision__template_version",
            "instance__template__node",
            "target__node",
            "target__agent",
        )
        .filter(pk=pk, next_action_at__lte=timezone.now())
        .first()
    )
    if deployment is not None:
        _STAGES[DeploymentState(deployment.state)](deployment)


def _release(deployment: Deployment) -> None:
    instance, wanted = deployment.instance, deployment.revision_id
    # An earlier wish that ran out of time is still open; only a new order ends it.
    if wanted and wanted == instance.current_id == instance.desired_id:
        deployments.finish(deployment, _S.ALREADY_CURRENT, None)
        return
    deployments.advance(deployment, _S.RELEASED, None)
    _offer(deployment)


def _offer(deployment: Deployment) -> None:
    """Write the wish down and tell the agent; hold when there is no agent."""
    now, agent = timezone.now(), deployment.target.agent_id
    if _catch_up_until(deployment) <= now:
        _time_out(deployment)
        return
    if agent is None:
        Deployment.objects.filter(pk=deployment.pk).update(
            hold={"code": "no-agent"}, next_action_at=now + LOOK_AGAIN
        )
        return
    if deployment.generation == 0:
        if hold := _unreadable(deployment) or waiting.hold_for(deployment):
            Deployment.objects.filter(pk=deployment.pk).update(
                hold=hold, next_action_at=now + LOOK_AGAIN
            )
            if hold != deployment.hold:
                deployments.tell(deployment)
            return
        _want(deployment)
    deployments.advance(deployment, _S.OFFERED, None, generation=deployment.generation)
    desired.bump([agent])


def _want(deployment: Deployment) -> None:
    SolutionInstance.objects.filter(pk=deployment.instance_id).update(
        desired=deployment.revision_id, generation=F("generation") + 1
    )
    deployment.instance.refresh_from_db(fields=["generation", "desired"])
    deployment.generation = deployment.instance.generation


def _wait_for_contact(deployment: Deployment) -> None:
    """Keep an offer open while the agent is there; else put it aside.

    An agent that is there but never takes the offer up runs out of time. A line that
    lost its agent waits for another one, however lately it was served.
    """
    policy, now, agent = deployment.rollout.policy, timezone.now(), deployment.target.agent
    if agent is None:
        _defer(deployment, now + LOOK_AGAIN, {"code": "no-agent"})
        return
    away_since = max(filter(None, (agent.last_seen_at, deployment.created_at)))
    if now - away_since < timedelta(seconds=policy["offline_after"]):
        if deployment.deadline_at and deployment.deadline_at <= now:
            _time_out(deployment)
            return
        Deployment.objects.filter(pk=deployment.pk).update(next_action_at=now + LOOK_AGAIN)
        _look_at_secrets(deployment, agent)
        return
    hold = {"code": "offline", "since": away_since.isoformat()}
    _defer(deployment, _catch_up_until(deployment), hold)


def _look_at_secrets(deployment: Deployment, agent: Agent) -> None:
    """Say that an offer is held back for want of a key, or send it now that the key is there."""
    hold = _unreadable(deployment)
    if hold == deployment.hold:
        return
    Deployment.objects.filter(pk=deployment.pk).update(hold=hold)
    deployments.tell(deployment)
    if not hold:
        desired.bump([agent.pk])


def _unreadable(deployment: Deployment) -> dict[str, Any]:
    """Why secrets of what is to run cannot be sent; empty where they can."""
    revision = deployment.revision_id
    keys = missing_keys(revision) if revision is not None else []
    return {"code": "secrets-unreadable", "keys": keys} if keys else {}


def _defer(deployment: Deployment, until: datetime, hold: dict[str, str]) -> None:
    deployments.advance(
        deployment, _S.DEFERRED, None, next_action_at=until, hold=hold, deadline_at=None
    )
    deployments.close_rollout(deployment.rollout)


def _catch_up_until(deployment: Deployment) -> datetime:
    """How long an attempt may wait for a site before it is given up."""
    return deployment.created_at + timedelta(seconds=deployment.rollout.policy["catch_up_until"])


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
    # Contact is back, or the time to catch up is over: the offer knows which.
    _S.DEFERRED: _offer,
    _S.STAGING: _time_out,
    _S.STAGED: _time_out,
    _S.APPLYING: _time_out,
    _S.VERIFYING: _time_out,
    _S.REVERTING: _time_out,
}
