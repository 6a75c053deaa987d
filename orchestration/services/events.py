"""Writing the audit trail."""

from collections.abc import Iterable
from contextvars import ContextVar

from django.db.models import Model

from orchestration import hints, outbox
from orchestration.models import Agent, Event, Node
from orchestration.services.writing import insert_rows
from rbac.models import User

# Where the request that is being served came from; set by the web layer.
source_address: ContextVar[str | None] = ContextVar("source_address", default=None)

Actor = User | Agent | None


def draft(
    kind: str,
    subject: Model,
    node: Node | None,
    by: Actor,
    /,
    *,
    outcome: str = "done",
    **params: object,
) -> Event:
    """An event that is not saved yet, for writing many at once.

    ``by`` is a person, an agent, or None for the product itself.
    """
    return Event(
        context_id=node.context_id if node else None,
        node=node,
        kind=kind,
        outcome=outcome,
        user=by if isinstance(by, User) else None,
        agent=by if isinstance(by, Agent) else None,
        actor=_name(by),
        object_type=type(subject).__name__,
        object_id=subject.pk,
        object_name=str(subject)[:200],
        params=params,
        address=source_address.get(),
    )


def record(
    kind: str,
    subject: Model,
    node: Node | None,
    by: Actor,
    /,
    *,
    outcome: str = "done",
    **params: object,
) -> Event:
    """Add one row to the audit trail, in the caller's transaction."""
    event = draft(kind, subject, node, by, outcome=outcome, **params)
    event.save(force_insert=True)
    _post([event])
    return event


def record_all(drafts: Iterable[Event]) -> None:
    """Add many rows to the audit trail, in the caller's transaction."""
    _post(insert_rows(drafts))


def move(node: Node, to: Node | None) -> None:
    """Let the history of a place that goes away be found at another."""
    Event.objects.filter(node=node).update(node=to)


def _post(saved: Iterable[Event]) -> None:
    if outbox.post(saved):
        hints.wake("orchestration.tasks.deliver_due")


def _name(by: Actor) -> str:
    if isinstance(by, User):
        return by.get_full_name() or by.get_username()
    return by.name if isinstance(by, Agent) else "Sitewright"
