"""Agents at the sites, and the tokens they enrol with."""

from django.db import models
from django.utils import timezone

from orchestration.models.node import Node
from orchestration.states import AgentState
from rbac.models import User


class EnrolmentToken(models.Model):
    """Permission to knock: how often, until when, for which targets."""

    digest = models.CharField(max_length=64, unique=True, editable=False)
    hint = models.CharField(max_length=8, editable=False)
    node = models.ForeignKey(Node, models.CASCADE, related_name="enrolment_tokens")
    targets = models.ManyToManyField(Node, blank=True, related_name="+")
    labels = models.JSONField(default=dict, blank=True)
    auto_approve = models.BooleanField(default=False)
    uses_left = models.PositiveIntegerField(default=1)
    expires_at = models.DateTimeField()
    created_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("-created_at",)

    def __str__(self) -> str:
        return f"{self.node.name} {self.hint}…"

    @property
    def usable(self) -> bool:
        """Whether the token still opens the door."""
        return self.uses_left > 0 and self.expires_at > timezone.now()


class Agent(models.Model):
    """A program at a site that serves targets and calls in by itself.

    (``epoch``, ``seq``) orders the desired states the agent is given: ``seq``
    grows with every change, ``epoch`` only by a person's recorded decision.
    """

    node = models.ForeignKey(Node, models.PROTECT, related_name="agents")
    name = models.CharField(max_length=64)
    state = models.CharField(
        max_length=16,
        choices=[(s.value, s.value) for s in AgentState],
        default=AgentState.PENDING,
    )
    sign_key = models.CharField(max_length=64, unique=True)
    seal_key = models.CharField(max_length=64)
    fingerprint = models.CharField(max_length=120)
    facts = models.JSONField(default=dict)
    enrolled_with = models.ForeignKey(
        EnrolmentToken, models.SET_NULL, null=True, related_name="agents"
    )
    enrolled_at = models.DateTimeField(auto_now_add=True)
    epoch = models.PositiveBigIntegerField(default=1)
    seq = models.PositiveBigIntegerField(default=0)
    applied_seq = models.PositiveBigIntegerField(default=0)
    last_seen_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name
