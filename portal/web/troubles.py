"""What went wrong with a deployment, and why one waits, in words for people on the floor."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from orchestration.models import Deployment
from orchestration.states import FAILED_DEPLOYMENT, DeploymentState
from rbac.permissions import LABELS, Perm
from rbac.roles import roles_with

Words = Mapping[str, Promise]

# By the phase a failure names; a time-out names the state it happened in.
WHAT: Words = {
    "validate": _("%(solution)s was refused by %(line)s"),
    "stage": _("%(solution)s could not be prepared for %(line)s"),
    "apply": _("%(solution)s could not be started on %(line)s"),
    "verify": _("%(solution)s was started on %(line)s, but did not pass its check"),
    "revert": _("%(solution)s failed on %(line)s, and what ran before could not be put back"),
    "remove": _("%(solution)s could not be removed from %(line)s"),
    "contact": _("%(solution)s did not reach %(line)s"),
}
PHASES = {
    "pending": "contact",
    "released": "contact",
    "offered": "contact",
    "deferred": "contact",
    "staging": "stage",
    "staged": "stage",
    "applying": "apply",
    "verifying": "verify",
    "reverting": "revert",
}
WHY: Words = {
    "unhealthy": _("Its health check kept failing."),
    "ended": _("The program ended by itself."),
    "timed-out": _("The site did not report the end in time."),
    "timeout": _("It took longer than it may."),
    "deadline-passed": _("The order reached the site after its deadline."),
    "interrupted": _("The agent was interrupted in the middle of it."),
    "disk-full": _("The disk of the machine at the site is full."),
    "program-missing": _("The program is not on the machine at the site."),
    "nothing-good": _("No revision that ran well before is known there."),
    "content-digest": _("What arrived at the site is not what was published."),
}
_VALUES = _("Look at the values of this line; an address, a port or a device may be wrong.")
_IT = _("If it fails again, tell IT; the technical details below are for them.")
_RETRY = _("Retry.")
_MACHINE = _("Check that the machine at the site is on and connected.")
# By the category a failure names.
ADVICE: Mapping[str, tuple[Promise, ...]] = {
    "health": (_VALUES, _("Then publish and deploy again, or roll back."), _IT),
    "validation": (_VALUES, _("Then publish and deploy again."), _IT),
    "timeout": (_MACHINE, _RETRY, _IT),
    "time": (_MACHINE, _RETRY, _IT),
    "disk": (_("Have IT free some space on the machine at the site."), _RETRY),
}
ELSE = (_RETRY, _IT)

HOLDS: Words = {
    "no-agent": _("No agent serves this line yet. It goes on as soon as one is approved."),
    "offline": _("No contact with the site. It goes on by itself when contact is back."),
    "secrets-unreadable": _(
        "Its secrets cannot be read: a key of this installation is missing (%(keys)s). Tell IT. "
        "It goes on by itself when the key is back."
    ),
    "contact": _("Contact is back; it goes on now."),
}

# Why one waits for a shared copy, by the reason its hold names.
DEPENDENCIES: Words = {
    "updating": _("It waits for %(solution)s on %(line)s, which is being updated."),
    "failed": _(
        "It waits for %(solution)s on %(line)s, whose update failed. Retry that one; this one "
        "goes on by itself."
    ),
    "stopped": _(
        "It waits for %(solution)s on %(line)s, whose update was called off. Deploy its newest "
        "revision; this one goes on by itself."
    ),
    "unpublished": _("It waits for %(solution)s on %(line)s, of which nothing is published."),
    "unfit": _(
        "It waits for %(solution)s on %(line)s, which cannot take the settings of this line "
        "(%(keys)s). Tell IT: the template of one of the two has to change, or the settings do."
    ),
    "gone": _(
        "It waits for a copy of %(solution)s that is gone. Publish again and choose another one."
    ),
    "right": _(
        "It waits for %(solution)s on %(line)s, which has to be changed for it. Whoever started "
        "this may not do that: the right “%(right)s” at %(place)s is missing. Roles with it: "
        "%(roles)s. Somebody with the role Admin there can give one."
    ),
    "nobody": _(
        "It waits for %(solution)s on %(line)s, which has to be changed for it. The account of "
        "whoever started this is closed: start it again."
    ),
}


@dataclass(frozen=True)
class Trouble:
    """What components/problem.html reads of a failed deployment."""

    what: str
    where: str
    since: datetime | None
    why: str
    advice: list[str]
    details: str


@dataclass(frozen=True)
class Hold:
    """Why a deployment waits, since when, and when it is given up."""

    why: str
    since: datetime | None = None
    until: datetime | None = None


def trouble_of(deployment: Deployment) -> Trouble | None:
    """Return what went wrong; None where nothing did."""
    if deployment.state not in FAILED_DEPLOYMENT:
        return None
    failure: dict[str, Any] = deployment.failure
    names = {"solution": str(deployment.instance.template), "line": str(deployment.target)}
    phase = str(failure.get("phase", "apply"))
    what = WHAT.get(PHASES.get(phase, phase), WHAT["apply"])
    known = WHY.get(str(failure.get("code")))
    return Trouble(
        what=str(what) % names,
        where=str(failure.get("component") or ""),
        since=deployment.finished_at,
        why=str(known or failure.get("message") or ""),
        advice=[str(line) for line in ADVICE.get(str(failure.get("category")), ELSE)],
        details=_details(failure),
    )


def hold_of(deployment: Deployment) -> Hold | None:
    """Return why a deployment waits; None where it does not."""
    why = _why_held(deployment.hold)
    if why is None or not deployment.active:
        return None
    since = deployment.hold.get("since")
    deferred = deployment.state == DeploymentState.DEFERRED
    # Looked at again at once when contact is back: that is no limit to wait for.
    far = deployment.next_action_at and deployment.next_action_at - deployment.created_at
    return Hold(
        why,
        datetime.fromisoformat(since) if since else deployment.created_at,
        deployment.next_action_at if deferred and far and far > timedelta(hours=1) else None,
    )


def _why_held(hold: Mapping[str, Any]) -> str | None:
    if hold.get("code") != "dependency":
        why = HOLDS.get(str(hold.get("code")))
        return None if why is None else str(why) % {"keys": ", ".join(hold.get("keys", ()))}
    told, reason = dict(hold), str(hold.get("reason"))
    told["keys"] = ", ".join(dict.fromkeys(str(one["key"]) for one in hold.get("problems", ())))
    if "perm" in told:
        perm = Perm(told["perm"])
        told["right"] = gettext(LABELS[perm])
        told["roles"] = ", ".join(gettext(role.label) for role in roles_with(perm))
    elif reason == "right":
        reason = "nobody"
    return str(DEPENDENCIES.get(reason, DEPENDENCIES["updating"])) % told


def _details(failure: Mapping[str, Any]) -> str:
    facts = [
        f"{name}: {failure[name]}"
        for name in ("phase", "component", "element", "category", "code", "message")
        if failure.get(name)
    ]
    tail = failure.get("log_tail")
    return "\n".join([*facts, *(["", str(tail)] if tail else [])])
