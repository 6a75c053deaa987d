"""What a webhook is told: codes, ids and names, no values."""

from collections.abc import Mapping
from typing import Any

from orchestration.models import Delivery, Event

VERSION = 1
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
    return body


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
