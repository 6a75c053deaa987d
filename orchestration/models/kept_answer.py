"""Answers kept for programs that ask the same again because they did not hear the first."""

from django.db import models
from django.utils import timezone

from rbac.models import User


class KeptAnswer(models.Model):
    """One call that a person marked with a key of their own, and its answer once there is one.

    ``fingerprint`` is of what was asked, ``standing`` of the rights with which. Without
    ``answered_at`` the call goes on, at most until ``claimed_until``; ``attempt`` is the fence of
    whoever works on it. The answer is encrypted; it is empty where it must not be kept.
    """

    user = models.ForeignKey(User, models.CASCADE, related_name="+")
    key = models.CharField(max_length=255)
    fingerprint = models.CharField(max_length=64)
    standing = models.CharField(max_length=64)
    attempt = models.PositiveIntegerField(default=1)
    claimed_until = models.DateTimeField()
    status = models.PositiveSmallIntegerField(null=True)
    key_id = models.CharField(max_length=12, blank=True)
    ciphertext = models.TextField(blank=True)
    created_at = models.DateTimeField(default=timezone.now, db_index=True)
    answered_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["user", "key"], name="kept_answer"),)

    def __str__(self) -> str:
        return self.key
