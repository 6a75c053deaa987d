"""What may be done to an installed copy now, and if not, why: one answer for button and row.

The services ask again, and theirs is the last word: between the two somebody may be faster.
"""

from collections.abc import Sequence

from orchestration.models import Deployment, SolutionInstance, SolutionVersion
from orchestration.queries.dependents import NOBODY, Users
from orchestration.queries.withdrawn import withdrawal
from orchestration.states import (
    CANCELLABLE_DEPLOYMENT,
    FAILED_DEPLOYMENT,
    INSTANCE,
    InstanceState,
    PublicationState,
)
from rbac.access import YES, Verdict, may
from rbac.models import User
from rbac.permissions import Perm

BUSY = (InstanceState.DEPLOYING, InstanceState.UNINSTALLING)
BROKEN = (InstanceState.FAILED, InstanceState.UNINSTALL_FAILED)


def deploy(by: User, instance: SolutionInstance, newest: SolutionVersion | None) -> Verdict:
    """Whether the newest published revision may be deployed, and would change anything."""
    allowed = _free(by, Perm.DEPLOY, instance)
    if not allowed:
        return allowed
    if newest is None:
        return Verdict(ok=False, code="nothing-published", params=_line(instance))
    if not (usable := _usable(newest)):
        return usable
    if newest.pk == instance.current_id and instance.state == InstanceState.DEPLOYED:
        return Verdict(ok=False, code="newest-runs", params=_line(instance))
    return YES


def _usable(revision: SolutionVersion) -> Verdict:
    """Whether a revision may be deployed at all: valid elsewhere, of no withdrawn version."""
    named = {"revision": revision.label}
    if revision.state == PublicationState.PENDING_EXTERNAL_VALIDATION:
        return Verdict(ok=False, code="validation-pending", params=named)
    if revision.state == PublicationState.EXTERNAL_VALIDATION_FAILED:
        return Verdict(ok=False, code="validation-failed", params=named)
    return withdrawal(revision.template_version)


def roll_back(by: User, instance: SolutionInstance, earlier: Sequence[object]) -> Verdict:
    """Whether there is another revision to go back to."""
    allowed = _free(by, Perm.DEPLOY, instance)
    if allowed and not earlier:
        return Verdict(ok=False, code="nothing-earlier", params=_line(instance))
    return allowed


def uninstall(by: User, instance: SolutionInstance, users: Users = NOBODY) -> Verdict:
    """Whether there is anything to remove, and no other copy uses it."""
    allowed = _free(by, Perm.UNINSTALL, instance)
    if allowed and InstanceState.UNINSTALLING not in INSTANCE[instance.state].to:
        return Verdict(ok=False, code="nothing-installed", params=_line(instance))
    if allowed and users.seen:
        named = {"users": [str(one) for one in users.seen]}
        return Verdict(ok=False, code="still-used", params=_line(instance) | named)
    if allowed and users.others:
        return Verdict(ok=False, code="still-used-unseen", params=_line(instance))
    return allowed


def retry(by: User, deployment: Deployment, *, newest: bool) -> Verdict:
    """Whether a failed attempt may be made again; ``newest`` says that none followed it."""
    instance = deployment.instance
    perm = Perm.DEPLOY if deployment.revision_id else Perm.UNINSTALL
    if deployment.state not in FAILED_DEPLOYMENT:
        return Verdict(ok=False, code="did-not-fail", params=_line(instance))
    allowed = _free(by, perm, instance)
    if allowed and (not newest or instance.state not in BROKEN):
        return Verdict(ok=False, code="mended-since", params=_line(instance))
    return allowed


def cancel(by: User, deployment: Deployment) -> Verdict:
    """Whether an attempt can still be stopped before it changes anything."""
    allowed = may(by, Perm.DEPLOY, deployment.target.node)
    if allowed and not deployment.active:
        return Verdict(ok=False, code="already-over", params=_line(deployment.instance))
    if allowed and deployment.state not in CANCELLABLE_DEPLOYMENT:
        return Verdict(ok=False, code="already-changing", params=_line(deployment.instance))
    return allowed


def may_act(by: User, deployment: Deployment) -> Verdict:
    """Whether a person may do anything to the line of an attempt."""
    perm = Perm.DEPLOY if deployment.revision_id else Perm.UNINSTALL
    return may(by, perm, deployment.target.node)


def _free(by: User, perm: Perm, instance: SolutionInstance) -> Verdict:
    allowed = may(by, perm, instance.target.node)
    if allowed and instance.state in BUSY:
        return Verdict(ok=False, code="line-busy", params=_line(instance))
    return allowed


def _line(instance: SolutionInstance) -> dict[str, object]:
    return {"line": str(instance.target), "solution": str(instance.template)}
