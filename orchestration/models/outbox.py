"""The outbox: what must reach the outside, and how each try to bring it there went."""

import uuid

from django.db import models
from django.utils import timezone

from orchestration.models.event import Event
from orchestration.models.webhook import Webhook
from orchestration.states import DeliveryState


class Delivery(models.Model):
    """One event that one webhook is to hear of; without an event it is a test.

    Written in the transaction of the event. ``next_attempt_at`` is when a worker must look at it,
    so that no message is needed for it to go out; it is empty once the delivery is over.
    """

    webhook = models.ForeignKey(Webhook, models.CASCADE, related_name="deliveries")
    event = models.ForeignKey(Event, models.CASCADE, null=True, related_name="+")
    uid = models.UUIDField(default=uuid.uuid4, unique=True)
    state = models.CharField(
        max_length=12,
        choices=[(s.value, s.value) for s in DeliveryState],
        default=DeliveryState.WAITING,
    )
    attempts = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField(default=timezone.now)
    next_attempt_at = models.DateTimeField(null=True, default=timezone.now)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("-pk",)
        verbose_name_plural = "deliveries"
        indexes = (
            models.Index(
                fields=["webhook", "id"],
                condition=models.Q(next_attempt_at__isnull=False),
                name="delivery_waiting",
            ),
            models.Index(
                fields=["finished_at"],
                condition=models.Q(finished_at__isnull=False),
                name="delivery_over",
            ),
        )

    def __str__(self) -> str:
        return f"{self.kind} {self.uid}"

    @property
    def kind(self) -> str:
        """What it tells of, for example ``deployment.failed``."""
        return self.event.kind if self.event else "webhook.test"


class DeliveryAttempt(models.Model):
    """One call. ``status`` is the answer's, null where none came; ``code`` says then why.

    ``excerpt`` is the beginning of the answer, without the webhook's secret.
    """

    delivery = models.ForeignKey(Delivery, models.CASCADE, related_name="tries")
    at = models.DateTimeField(default=timezone.now)
    status = models.PositiveSmallIntegerField(null=True)
    code = models.CharField(max_length=30, blank=True)
    milliseconds = models.PositiveIntegerField(default=0)
    excerpt = models.TextField(blank=True)

    class Meta:
        ordering = ("-pk",)

    def __str__(self) -> str:
        return f"{self.status or self.code} in {self.milliseconds} ms"
