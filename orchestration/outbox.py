"""What must reach the outside: a row for each webhook that listens, beside the event itself.

The row is written in the event's own transaction: who hears of a change hears of one that was
made, and of every one. Workers bring the rows out (`orchestration.services.deliveries`).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from weakref import WeakKeyDictionary

from django.db import transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from orchestration.models import Delivery, Event, Webhook

ANY = "*"
_BATCH = 500


@dataclass(frozen=True)
class Listener:
    """A webhook that is switched on, as far as matching needs it."""

    webhook: int
    path: str
    kinds: frozenset[str]

    def hears(self, kind: str, path: str) -> bool:
        """Whether an event of this kind at a node with this path is one it asked for."""
        return path.startswith(self.path) and not self.kinds.isdisjoint(names_of(kind))


# Read once a transaction, so that publishing ten thousand revisions asks once.
_known: WeakKeyDictionary[BaseDatabaseWrapper, list[Listener]] = WeakKeyDictionary()


def names_of(kind: str) -> tuple[str, str, str]:
    """The patterns that a kind of event fits: itself, its family, any."""
    return kind, f"{kind.partition('.')[0]}.{ANY}", ANY


def post(events: Iterable[Event]) -> bool:
    """Write what webhooks are to hear of these saved events; returns whether there is anything."""
    listeners = _listeners()
    if not listeners:
        return False
    rows = [
        Delivery(webhook_id=one.webhook, event=event)
        for event in events
        if event.node is not None
        for one in listeners
        if one.hears(event.kind, event.node.path)
    ]
    Delivery.objects.bulk_create(rows, batch_size=_BATCH)
    return bool(rows)


def forget() -> None:
    """Read the listeners anew in this transaction, because it changes them."""
    _known.pop(transaction.get_connection(), None)


def _listeners() -> list[Listener]:
    connection = transaction.get_connection()
    if not any(callback is forget for _, callback, _ in connection.run_on_commit):
        # None of ours is waiting: what may still lie here belongs to a transaction that is over.
        _known.pop(connection, None)
    if connection not in _known:
        if not connection.in_atomic_block:
            return _read()
        _known[connection] = _read()
        transaction.on_commit(forget)
    return _known[connection]


def _read() -> list[Listener]:
    rows = Webhook.objects.filter(enabled=True).order_by()
    return [
        Listener(pk, path, frozenset(kinds))
        for pk, path, kinds in rows.values_list("pk", "node__path", "kinds")
    ]
