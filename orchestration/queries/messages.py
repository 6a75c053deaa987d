"""What a webhook is told: codes, ids and names; a validator also what it is to judge, masked."""

from collections.abc import Mapping
from typing import Any

from django.conf import settings

from orchestration.models import Delivery, Event, Validation
from orchestration.queries.secrecy import veil_of
from orchestration.states import ValidationState
from rbac.access import may
from rbac.permissions import Perm

VERSION = 1
ASKING = "validation.requested"
_LONGEST = 200  # characters of one text
# Of what events carry, the parts that never hold a value or a log: anything new has to be named.
TOLD = frozenset({
    "category", "code", "component", "digest", "from", "kind", "lines", "needs",
    "number", "phase", "place", "replacement", "retryable", "revision", "role", "solution",
    "template", "to", "version",
})  # fmt: skip


def message(delivery: Delivery) -> dict[str, Any]:
    """The body of a delivery."""
    body: dict[str, Any] = {
        "version": VERSION,
        "delivery": str(delivery.uid),
        "kind": delivery.kind,
        "test": delivery.event is None,
    }
    if delivery.event is not None:
        body["event"] = _event(delivery.event)
        if asked := _asked(delivery, delivery.event):
            body["validation"] = _question(asked)
    return body


def _asked(delivery: Delivery, event: Event) -> Validation | None:
    """The question that a webhook is to answer: one that names this kind is a validator's.

    Its owner sees the values there. A question that was answered meanwhile is none.
    """
    webhook = delivery.webhook
    if event.kind != ASKING or ASKING not in webhook.kinds or event.node is None:
        return None
    if not may(webhook.owner, Perm.VIEW_VALUES, event.node):
        return None
    rows = Validation.objects.filter(revision=event.object_id, state=ValidationState.PENDING)
    return rows.select_related(
        "revision__template_version__schema__schema",
        "revision__template_version__template__node",
        "revision__instance__target__node",
    ).first()


def _question(asked: Validation) -> dict[str, Any]:
    revision, veil = asked.revision, veil_of(asked.revision)
    target = revision.instance.target.node
    return {
        "id": str(asked.uid),
        "callback": f"{settings.PUBLIC_URL}/api/v1/validations/{asked.uid}/",
        "due_at": asked.due_at.isoformat(),
        "solution": revision.template_version.template.node.name,
        "version": revision.template_version.version,
        "instance": revision.instance.name,
        "target": {"id": target.pk, "name": target.name, "title": target.title},
        "revision": {"id": revision.pk, "label": revision.label, "digest": revision.digest},
        "configuration": veil.masked(revision.configuration),
        "components": veil.components(revision.components),
    }


def _event(event: Event) -> dict[str, Any]:
    return {
        "id": event.pk,
        "at": event.at.isoformat(),
        "outcome": event.outcome,
        "actor": event.actor,
        "object": {
            "type": event.object_type,
            "id": event.object_id,
            "name": event.object_name,
        },
        "place": _place(event),
        "params": _told(event.params),
    }


def _place(event: Event) -> dict[str, Any] | None:
    node = event.node
    if node is None:
        return None
    return {"id": node.pk, "kind": node.kind, "name": node.name, "title": node.title}


def _told(params: Mapping[str, Any]) -> dict[str, Any]:
    return {key: _plain(value) for key, value in params.items() if key in TOLD}


def _plain(value: object) -> object:
    if isinstance(value, list):
        return [_plain(one) for one in value]
    if isinstance(value, bool | int) or value is None:
        return value
    return str(value)[:_LONGEST]
