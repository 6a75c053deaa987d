"""What every change to a deployment shares: moving, finishing, telling."""

from datetime import timedelta
from enum import StrEnum
from typing import Any

from django.utils import timezone

from orchestration import hints
from orchestration.models import Deployment, Node, Rollout
from orchestration.services import desired, events, waiting
from orchestration.services.events import Actor
from orchestration.services.lives import move
from orchestration.services.tree import nearest_above
from orchestration.states import (
    ACTIVE_DEPLOYMENT,
    FAILED_DEPLOYMENT,
    DeploymentState,
    InstanceState,
    RolloutState,
)

_S = DeploymentState
_SUCCESSES = (_S.SUCCEEDED, _S.ALREADY_CURRENT)
GIVE_BACK = (_S.FAILED, _S.REVERTED, _S.REVERT_FAILED, _S.REJECTED)
_TIMEOUT_OF = {
    _S.OFFERED: "staging",
    _S.STAGING: "staging",
    _S.STAGED: "apply",
    _S.APPLYING: "apply",
    _S.VERIFYING: "verify",
    _S.REVERTING: "apply",
}
# Offered work must be looked at often enough to notice that the agent is away.
LOOK_AGAIN = timedelta(seconds=30)


def advance(deployment: Deployment, to: DeploymentState, by: Actor, **fields: object) -> None:
    """Move an attempt to a state that is not final, with its next time limit.

    Whatever it waited for is over, unless ``fields`` say otherwise.
    """
    now = timezone.now()
    times: dict[str, object] = {"hold": {}}
    limit = _TIMEOUT_OF.get(to)
    if limit is not None:
        until = now + timedelta(seconds=deployment.rollout.policy["timeouts"][limit])
        look_at = now + LOOK_AGAIN if to is _S.OFFERED else until
        times |= {"next_action_at": look_at, "deadline_at": until}
    move(deployment, to, **times | fields)
    _record(deployment, to, by)
    tell(deployment)


def finish(
    deployment: Deployment,
    to: DeploymentState,
    by: Actor,
    *,
    failure: dict[str, Any] | None = None,
) -> None:
    """Move an attempt to its end, and the instance and the rollout with it."""
    move(
        deployment,
        to,
        finished_at=timezone.now(),
        next_action_at=None,
        deadline_at=None,
        failure=failure or {},
        hold={},
    )
    _settle(deployment, to)
    outcome = "failed" if to in FAILED_DEPLOYMENT else "done"
    _record(deployment, to, by, outcome=outcome, **(failure or {}))
    close_rollout(deployment.rollout)
    tell(deployment)
    waiting.tell(deployment)


def close_rollout(ended: Rollout) -> None:
    """End a rollout once all its attempts have ended, or only wait for contact.

    The row is locked first: of two attempts that end at the same moment, each
    would otherwise still see the other one running, and nobody would close.
    """
    rollout = Rollout.objects.select_for_update().get(pk=ended.pk)
    states = set(rollout.deployments.values_list("state", flat=True))
    running = states & set(ACTIVE_DEPLOYMENT)
    if running - {_S.DEFERRED} or rollout.state not in _OPEN_ROLLOUT:
        return
    if states & set(FAILED_DEPLOYMENT):
        end = RolloutState.FINISHED_WITH_FAILURES
    elif running:
        end = RolloutState.SUCCEEDED_WITH_DEFERRED
    elif states == {_S.CANCELLED}:
        end = RolloutState.CANCELLED
    else:
        end = RolloutState.SUCCEEDED
    if end == rollout.state:
        return
    move(rollout, end, finished_at=timezone.now())
    nodes = Node.objects.filter(target__deployments__rollout=rollout)
    events.record(f"rollout.{_kind(end)}", rollout, nearest_above(nodes), None)


def tell(deployment: Deployment) -> None:
    """Let every page that shows this attempt know, once committed."""
    hints.tell(
        [
            f"deployment:{deployment.pk}",
            f"rollout:{deployment.rollout_id}",
            f"target:{deployment.target_id}",
            f"solution:{deployment.instance.template_id}",
        ],
        deployment.target.node.path,
    )


def described(deployment: Deployment) -> dict[str, Any]:
    """What an event says about an attempt: solution and revisions."""
    return {
        "solution": str(deployment.instance.template),
        "revision": str(deployment.revision) if deployment.revision else None,
        "from": str(deployment.from_revision) if deployment.from_revision else None,
    }


_OPEN_ROLLOUT = (RolloutState.RUNNING, RolloutState.SUCCEEDED_WITH_DEFERRED)


def _settle(deployment: Deployment, to: DeploymentState) -> None:
    """Move the instance to where the end of the attempt leaves it.

    After a failure that the site reported, what ran before is wanted again, and
    after a cancel that the agent may have missed it is a new order. A time-out
    leaves the wish as it is: the site may still fulfil it.
    """
    instance = deployment.instance
    instance.refresh_from_db(fields=["state", "current", "desired", "generation"])
    fields: dict[str, object] = {}
    if to in GIVE_BACK and deployment.revision_id:
        fields = {"desired": instance.current}
    elif to is _S.CANCELLED and deployment.generation:
        fields = {"desired": instance.current, "generation": instance.generation + 1}
    state = _resting_state(deployment, to)
    # What is not there waits for no review; deployed again it may.
    rest = {"configuration_pending": False} if state is InstanceState.UNDEPLOYED else {}
    move(instance, state, updated_at=timezone.now(), **fields, **rest)
    if fields and deployment.target.agent_id is not None:
        desired.bump([deployment.target.agent_id])


def _resting_state(deployment: Deployment, to: DeploymentState) -> InstanceState:
    removing = deployment.revision_id is None
    if to in _SUCCESSES:
        return InstanceState.UNDEPLOYED if removing else InstanceState.DEPLOYED
    if to in FAILED_DEPLOYMENT:
        return InstanceState.UNINSTALL_FAILED if removing else InstanceState.FAILED
    return _state_before(deployment)


def _state_before(deployment: Deployment) -> InstanceState:
    """Where a cancel leaves the instance, also if an older order got through meanwhile."""
    before, runs = InstanceState(deployment.instance_was), deployment.instance.current_id
    if runs == deployment.from_revision_id:
        return before
    if runs is not None:
        return InstanceState.DEPLOYED
    gone = before is InstanceState.UNINSTALL_FAILED
    return InstanceState.UNDEPLOYED if gone else InstanceState.FAILED


def _record(
    deployment: Deployment,
    to: DeploymentState,
    by: Actor,
    *,
    outcome: str = "done",
    **params: object,
) -> None:
    events.record(
        f"deployment.{_kind(to)}",
        deployment,
        deployment.target.node,
        by,
        outcome=outcome,
        **described(deployment),
        **params,
    )


def _kind(state: StrEnum) -> str:
    words = "".join(f"-{c.lower()}" if c.isupper() else c for c in state.value)
    return words.lstrip("-")
