"""Webhooks: addresses outside that are told what happens at a place."""

from typing import Any

from django.db import models

from orchestration.models.node import Node
from orchestration.models.secret import Encrypted
from rbac.models import User


class Webhook(Encrypted):
    """An address that hears of events at a node and below; its ciphertext is the signing secret.

    ``kinds`` are patterns of event kinds: ``*``, ``deployment.*`` or ``deployment.failed``.
    ``owner`` is who saved it last: it is told nothing that this person may not see.
    ``failures`` counts the calls in a row that reached nobody, and ``rests_until`` is when the
    next one may be made. ``lease`` names the worker that is calling, until ``leased_until``.
    """

    node = models.ForeignKey(Node, models.CASCADE, related_name="webhooks")
    name = models.CharField(max_length=64)
    url = models.CharField(max_length=500)
    kinds: models.Field[Any, Any] = models.JSONField(default=list)
    enabled = models.BooleanField(default=True)
    owner = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    failures = models.PositiveIntegerField(default=0)
    rests_until = models.DateTimeField(null=True)
    lease = models.UUIDField(null=True)
    leased_until = models.DateTimeField(null=True)

    class Meta:
        ordering = ("node", "name")
        constraints = (models.UniqueConstraint(fields=["node", "name"], name="webhook_name"),)

    def __str__(self) -> str:
        return self.name
