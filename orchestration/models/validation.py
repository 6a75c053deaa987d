"""External validations: the question to another system whether a revision may be deployed."""

import uuid
from typing import Any

from django.db import models
from django.utils import timezone

from orchestration.models.instance import SolutionVersion
from orchestration.states import ValidationState
from rbac.models import User


class Validation(models.Model):
    """One question about one revision. ``uid`` is the id that its answer must carry, once.

    ``errors`` is what the validator found: code, message, target and additionalInfo of each.
    Without an answer until ``due_at`` it has failed.
    """

    revision = models.ForeignKey(SolutionVersion, models.CASCADE, related_name="validations")
    uid = models.UUIDField(default=uuid.uuid4, unique=True)
    state = models.CharField(
        max_length=12,
        choices=[(s.value, s.value) for s in ValidationState],
        default=ValidationState.PENDING,
    )
    errors: models.Field[Any, Any] = models.JSONField(default=list)
    requested_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    requested_at = models.DateTimeField(default=timezone.now)
    due_at = models.DateTimeField()
    answered_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    answered_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("-pk",)
        constraints = (
            models.UniqueConstraint(
                fields=["revision"],
                condition=models.Q(state=ValidationState.PENDING),
                name="one_open_validation",
            ),
        )
        indexes = (
            models.Index(
                fields=["due_at"],
                condition=models.Q(state=ValidationState.PENDING),
                name="validation_due",
            ),
        )

    def __str__(self) -> str:
        return f"{self.revision.instance.template} {self.revision}"
