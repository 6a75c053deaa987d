"""What waits for a worker, for one person: how much, and since when."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Min, QuerySet
from django.utils import timezone

from orchestration.models import Delivery, Deployment, Operation
from orchestration.queries import troubles
from orchestration.queries.operations import operations
from orchestration.queries.webhooks import deliveries
from orchestration.states import DeliveryState
from rbac.models import User


@dataclass(frozen=True)
class Queue:
    """One kind of work. ``key`` names it; ``oldest`` is when the first of it was to be done."""

    key: str
    due: int
    oldest: datetime | None


def queues(by: User) -> Iterator[Queue]:
    """Yield what a worker should have looked at by now: attempts, operations and the outbox."""
    now = timezone.now()
    working = operations(by).filter(next_action_at__lte=now)
    calls = deliveries(by).filter(next_attempt_at__lte=now)
    yield _queue("deployments", Deployment.objects, troubles.due(by), "next_action_at")
    yield _queue("operations", Operation.objects, working, "next_action_at")
    yield _queue("deliveries", Delivery.objects, calls, "next_attempt_at")


def given_up(by: User) -> int:
    """How many deliveries to other systems were given up."""
    return deliveries(by).filter(state=DeliveryState.GIVEN_UP).order_by().count()


def _queue(key: str, every: Any, rows: QuerySet[Any], field: str) -> Queue:  # noqa: ANN401  a manager of any model
    # By id: what the rows carry for lists would make the database group by all of it.
    counted = every.filter(pk__in=rows.order_by().values("pk"))
    found = counted.aggregate(due=Count("pk"), oldest=Min(field))
    return Queue(key, found["due"], found["oldest"])
