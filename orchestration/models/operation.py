"""Work on many lines that one call asked for and workers do."""

import uuid

from django.db import models
from django.utils import timezone

from orchestration.models.deployment import Deployment
from orchestration.models.instance import SolutionVersion
from orchestration.models.target import Target
from orchestration.states import OperationState
from rbac.models import User


class Operation(models.Model):
    """Reviewing, publishing or deploying for many lines, some hundred at a time.

    ``next_action_at`` is when a worker may take the row: one that has it sets the time ahead,
    which is its lease, and ``fence``, without which nothing of its work counts. ``tries`` says
    how often it was taken since work on it last got on. ``asked`` is what to do, ``scope`` what
    the caller's token left of their rights.
    """

    class Kind(models.TextChoices):
        """What is done for each line."""

        REVIEW = "review"
        PUBLISH = "publish"
        DEPLOY = "deploy"

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    kind = models.CharField(max_length=10, choices=Kind.choices)
    asked = models.JSONField(default=dict)
    scope = models.JSONField(default=dict)
    state = models.CharField(
        max_length=24,
        choices=[(s.value, s.value) for s in OperationState],
        default=OperationState.PENDING,
    )
    total = models.PositiveIntegerField(default=0)
    done = models.PositiveIntegerField(default=0)
    failed = models.PositiveIntegerField(default=0)
    started_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="operations")
    retry_of = models.ForeignKey("self", models.SET_NULL, null=True, related_name="retries")
    created_at = models.DateTimeField(auto_now_add=True)
    began_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    next_action_at = models.DateTimeField(null=True, default=timezone.now)
    fence = models.PositiveIntegerField(default=0)
    tries = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ("-pk",)
        indexes = (
            models.Index(
                fields=["next_action_at"],
                condition=models.Q(next_action_at__isnull=False),
                name="operation_due",
            ),
        )

    def __str__(self) -> str:
        what = f"{self.asked.get('solution', '')} {self.asked.get('version', '')}"
        return f"{self.get_kind_display()} {what}".strip()

    @property
    def active(self) -> bool:
        """Whether there is still something to do."""
        return self.finished_at is None


class OperationResult(models.Model):
    """What an operation did for one line.

    ``asked`` is the id or the name the caller gave. A line they may not see is as one that is not
    there: it has no ``target``. ``code`` and ``params`` say why it failed.
    """

    class Outcome(models.TextChoices):
        """How it ended for the line."""

        WAITING = "waiting"
        SUCCEEDED = "succeeded"
        UNCHANGED = "unchanged"
        FAILED = "failed"
        CANCELLED = "cancelled"

    operation = models.ForeignKey(Operation, models.CASCADE, related_name="results")
    number = models.PositiveIntegerField()
    asked = models.JSONField()
    target = models.ForeignKey(Target, models.SET_NULL, null=True, related_name="+")
    outcome = models.CharField(max_length=10, choices=Outcome.choices, default=Outcome.WAITING)
    code = models.CharField(max_length=60, blank=True)
    params = models.JSONField(default=dict)
    revision = models.ForeignKey(SolutionVersion, models.SET_NULL, null=True, related_name="+")
    deployment = models.ForeignKey(Deployment, models.SET_NULL, null=True, related_name="+")
    ended_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("operation", "number")
        constraints = (
            models.UniqueConstraint(fields=["operation", "number"], name="operation_result"),
            models.UniqueConstraint(fields=["operation", "target"], name="operation_line_once"),
        )
        indexes = (
            models.Index(fields=["operation", "outcome", "number"], name="operation_outcome"),
        )

    def __str__(self) -> str:
        return f"{self.asked}: {self.outcome}"
