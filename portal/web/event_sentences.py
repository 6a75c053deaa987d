"""What the event log says: one sentence for every kind of event, in the reader's language.

A guard holds this against the services: a kind that is recorded has a sentence.
"""

from collections.abc import Iterable, Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from orchestration.models import Event
from orchestration.outbox import names_of
from rbac.roles import ROLES

# ``deed`` is "Deployment of Line dashboard 1.0.0.2" or "Uninstallation of Line dashboard".
SENTENCES: Mapping[str, Promise] = {
    "deployment.started": _("%(deed)s started"),
    "deployment.released": _("%(deed)s released"),
    "deployment.offered": _("%(deed)s sent to the site"),
    "deployment.deferred": _("%(deed)s waits for contact with the site"),
    "deployment.staging": _("%(deed)s: preparing"),
    "deployment.staged": _("%(deed)s: prepared"),
    "deployment.applying": _("%(deed)s: applying"),
    "deployment.verifying": _("%(deed)s: checking"),
    "deployment.reverting": _("%(deed)s failed; going back"),
    "deployment.succeeded": _("%(deed)s completed"),
    "deployment.already-current": _("%(deed)s: it ran already"),
    "deployment.failed": _("%(deed)s failed"),
    "deployment.reverted": _("%(deed)s failed; the previous revision was put back"),
    "deployment.revert-failed": _("%(deed)s failed, and so did putting back what ran before"),
    "deployment.rejected": _("%(deed)s was refused by the site"),
    "deployment.timed-out": _("%(deed)s ran out of time"),
    "deployment.cancelled": _("%(deed)s cancelled"),
    "deployment.superseded": _("%(deed)s replaced by a newer one"),
    "rollout.started": _("%(name)s started for %(lines)s"),
    "rollout.succeeded": _("%(name)s completed"),
    "rollout.succeeded-with-deferred": _("%(name)s completed; some lines wait for contact"),
    "rollout.finished-with-failures": _("%(name)s finished with failures"),
    "rollout.cancelled": _("%(name)s was cancelled on every line"),
    "operation.started": _("%(name)s started for %(count)s lines"),
    "operation.succeeded": _("%(name)s completed for %(count)s lines"),
    "operation.finished-with-failures": _("%(name)s: %(failed)s of %(count)s lines failed"),
    "operation.cancelled": _("%(name)s cancelled"),
    "instance.given-back": _("%(name)s did not get there; what ran before is wanted again"),
    "instance.health": _("%(name)s is now: %(health)s"),
    "instance.outdated": _(
        "%(name)s still holds what lines no longer put in; publish and deploy it"
    ),
    "instance.recovered": _("%(name)s runs after all"),
    "configuration.saved": _("Values of %(solution)s saved"),
    "configuration.sealed": _(
        "Values of %(solution)s that were saved in plain were encrypted: %(keys)s"
    ),
    "secret.set": _("Secret %(name)s set"),
    "secret.deleted": _("Secret %(name)s deleted"),
    "revision.published": _("%(solution)s %(name)s published"),
    "revision.deleted": _("Revision %(name)s deleted"),
    "validation.requested": _("%(solution)s %(name)s waits for its external validation"),
    "validation.passed": _("%(solution)s %(name)s passed its external validation"),
    "validation.failed": _("%(solution)s %(name)s failed its external validation"),
    "validation.timed-out": _("The external validation of %(solution)s %(name)s took too long"),
    "validation.cancelled": _("The external validation of %(solution)s %(name)s was called off"),
    "agent.enrolled": _("Agent %(name)s enrolled"),
    "agent.approved": _("Agent %(name)s approved"),
    "agent.revoked": _("Agent %(name)s revoked"),
    "token.created": _("Enrolment token %(name)s created"),
    "token.cancelled": _("Enrolment token %(name)s cancelled"),
    "context.created": _("Context %(name)s created"),
    "context.changed": _("Context %(name)s changed"),
    "capability.saved": _("Capability %(name)s saved"),
    "capability.removed": _("Capability %(name)s removed"),
    "site.created": _("Place %(name)s created"),
    "site.changed": _("Place %(name)s changed"),
    "site.moved": _("Place %(name)s moved to %(place)s"),
    "site.removed": _("Place %(name)s removed"),
    "target.created": _("%(name)s created"),
    "target.changed": _("%(name)s changed"),
    "target.moved": _("%(name)s moved to %(place)s"),
    "target.removed": _("%(name)s removed"),
    "schema.created": _("Schema %(name)s added"),
    "schema.deleted": _("Schema %(name)s deleted"),
    "solution.created": _("Solution %(name)s added"),
    "solution.capabilities-changed": _("%(name)s now needs lines that can: %(needs)s"),
    "solution.described": _("%(name)s described anew"),
    "solution.validation-changed": _("%(name)s: external validation is %(code)s"),
    "solution.version-created": _("%(name)s added"),
    "solution.version-withdrawn": _("%(name)s withdrawn: %(reason)s"),
    "solution.version-reinstated": _("%(name)s may be used again"),
    "solution.version-deleted": _("%(name)s deleted"),
    "config-template.created": _("Config template %(name)s added"),
    "config-template.version-created": _("Config template %(name)s added"),
    "config-template.version-deleted": _("Config template %(name)s deleted"),
    "config-template.linked": _("%(name)s %(version)s linked to %(place)s"),
    "config-template.relinked": _("%(name)s %(version)s linked to %(place)s, %(before)s before"),
    "config-template.unlinked": _("%(name)s %(version)s no longer linked to %(place)s"),
    "webhook.created": _("Webhook %(name)s set up"),
    "webhook.changed": _("Webhook %(name)s changed"),
    "webhook.removed": _("Webhook %(name)s taken away"),
    "webhook.secret-renewed": _("Webhook %(name)s signs with a new secret"),
    "person.created": _("Account %(name)s created"),
    "person.described": _("Account %(name)s described anew"),
    "person.changed": _("Account %(name)s changed"),
    "person.password-set": _("Password of %(name)s set"),
    "person.signed-in": _("%(name)s signed in"),
    "person.signed-out": _("%(name)s signed out"),
    "person.sign-in-failed": _("Wrong password for %(name)s"),
    "person.locked-out": _("Signing in as %(name)s blocked for a while: too many wrong passwords"),
    "person.unlocked": _("Signing in as %(name)s allowed again"),
    "person.session-ended": _("Session of %(name)s ended"),
    "person.device-changed": _("%(name)s said whether the device is shared"),
    "person.groups-followed": _("Groups of %(name)s followed those at the sign-in provider"),
    "person.reset-link": _("Link to set a new password made for %(name)s"),
    "person.preferences-set": _("%(name)s changed how dates are shown"),
    "group.created": _("Group %(name)s created"),
    "group.changed": _("Group %(name)s changed"),
    "group.removed": _("Group %(name)s removed"),
    "api-token.created": _("Access token of %(name)s created"),
    "api-token.revoked": _("Access token of %(name)s revoked"),
    "role.created": _("Role %(name)s made"),
    "role.changed": _("Role %(name)s changed"),
    "role.removed": _("Role %(name)s deleted"),
    "role.ended": _("Role %(role)s of %(to)s has ended and was cleared away"),
    "role.given": _("Role %(role)s given to %(to)s"),
    "role.taken": _("Role %(role)s taken from %(to)s"),
}

# The groups of the filter, by what a kind begins with.
GROUPS: Mapping[str, tuple[Promise, tuple[str, ...]]] = {
    "deployments": (_("Deployments"), ("deployment.", "rollout.", "operation.")),
    "health": (_("Health"), ("instance.", "agent.")),
    "configuration": (
        _("Configuration"),
        ("configuration.", "revision.", "validation.", "secret."),
    ),
    "places": (_("Places and lines"), ("site.", "target.", "context.", "capability.")),
    "solutions": (_("Solutions"), ("solution.", "schema.", "config-template.")),
    "webhooks": (_("Webhooks"), ("webhook.",)),
    "access": (_("People and access"), ("person.", "group.", "role.", "token.", "api-token.")),
}

HEALTH: Mapping[str, Promise] = {
    "running": _("running"),
    "stopped": _("stopped"),
    "failed": _("failed"),
    "unknown": _("unknown"),
}


def sentence(event: Event) -> str:
    """Return what happened, without who and where: the columns beside it say those."""
    known = SENTENCES.get(event.kind)
    if known is None:
        return f"{event.kind} {event.object_name}"
    return str(known) % (_Gaps(event.params) | _names(event))


def unknown_patterns(patterns: Iterable[str]) -> list[str]:
    """Return those of a webhook's patterns that no kind of event ever fits."""
    known = {name for kind in SENTENCES for name in names_of(kind)}
    return [one for one in patterns if one not in known]


def health_word(state: object) -> str:
    """Return how a copy is, as its agent sees it."""
    return str(HEALTH.get(str(state), HEALTH["unknown"]))


class _Gaps(dict[str, object]):
    """Events outlive the code that wrote them: what one does not carry leaves a gap."""

    def __missing__(self, key: str) -> str:
        return "…"

    def __or__(self, other: Mapping[str, object]) -> "_Gaps":  # type: ignore[override]
        return _Gaps({**self, **other})


def _names(event: Event) -> dict[str, object]:
    params = event.params
    role = ROLES.get(str(params.get("role")))
    return {
        "name": event.object_name,
        "deed": _deed(params),
        "lines": ", ".join(str(line) for line in params.get("lines", ())),
        "keys": ", ".join(str(key) for key in params.get("keys", ())),
        "needs": ", ".join(str(name) for name in params.get("needs", ())),
        "role": role.label if role else params.get("label", params.get("role")),
        "health": health_word(params.get("after")),
    }


def _deed(params: Mapping[str, object]) -> str:
    solution, revision = params.get("solution", ""), params.get("revision")
    if revision:
        return _now("Deployment of %(solution)s %(revision)s") % {
            "solution": solution,
            "revision": revision,
        }
    return _now("Uninstallation of %(solution)s") % {"solution": solution}
