"""Webhooks and the log of their deliveries, for one person."""

from django.db.models import Count, Prefetch, Q, QuerySet

from orchestration.models import Delivery, DeliveryAttempt, Webhook
from orchestration.states import DeliveryState
from rbac.access import visible
from rbac.models import User
from rbac.permissions import Perm


def webhooks(by: User) -> QuerySet[Webhook]:
    """Webhooks at the places whose access a person manages, with what waits and what was lost."""
    rows = Webhook.objects.select_related("node__context", "owner").annotate(
        waiting=Count("deliveries", filter=Q(deliveries__state=DeliveryState.WAITING)),
        given_up=Count("deliveries", filter=Q(deliveries__state=DeliveryState.GIVEN_UP)),
    )
    return visible(by, Perm.MANAGE_ACCESS, rows, "node__path").order_by("node__path", "name")


def deliveries(by: User) -> QuerySet[Delivery]:
    """What such webhooks were told or are to hear, newest first, each with its calls."""
    calls = DeliveryAttempt.objects.order_by("-pk")
    rows = Delivery.objects.select_related("webhook__node", "event")
    seen = visible(by, Perm.MANAGE_ACCESS, rows, "webhook__node__path")
    return seen.prefetch_related(Prefetch("tries", calls)).order_by("-pk")
