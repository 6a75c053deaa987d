"""The audit trail."""

from django.db import models

from orchestration.models.agent import Agent
from orchestration.models.context import Context
from orchestration.models.node import Node
from rbac.models import User


class Event(models.Model):
    """Who did what to which object, when, from where, with which outcome.

    Append-only. ``actor`` keeps the name when the person or agent is gone.
    """

    context = models.ForeignKey(Context, models.CASCADE, null=True, related_name="+")
    node = models.ForeignKey(Node, models.SET_NULL, null=True, related_name="events")
    kind = models.CharField(max_length=60)
    outcome = models.CharField(max_length=12, default="done")
    user = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    agent = models.ForeignKey(Agent, models.SET_NULL, null=True, related_name="+")
    actor = models.CharField(max_length=150)
    object_type = models.CharField(max_length=30)
    object_id = models.BigIntegerField(null=True)
    object_name = models.CharField(max_length=200, blank=True)
    params = models.JSONField(default=dict)
    address = models.GenericIPAddressField(null=True)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("-pk",)
        indexes = (models.Index(fields=["object_type", "object_id"], name="event_object"),)

    def __str__(self) -> str:
        return f"{self.kind} {self.object_name}"
