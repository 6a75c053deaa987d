"""Schemas: the rules for configuration keys."""

from django.db import models

from orchestration.models.context import Context
from rbac.models import User


class Schema(models.Model):
    """A named set of rules, in versions."""

    context = models.ForeignKey(Context, models.CASCADE, related_name="schemas")
    name = models.CharField(max_length=64)

    class Meta:
        ordering = ("name",)
        constraints = (models.UniqueConstraint(fields=["context", "name"], name="schema_name"),)

    def __str__(self) -> str:
        return self.name


class SchemaVersion(models.Model):
    """One immutable version of a schema, kept as the text its author wrote."""

    schema = models.ForeignKey(Schema, models.CASCADE, related_name="versions")
    version = models.CharField(max_length=64)
    text = models.TextField()
    created_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("schema__name", "-created_at")
        constraints = (
            models.UniqueConstraint(fields=["schema", "version"], name="schema_version"),
        )

    def __str__(self) -> str:
        return f"{self.schema.name}/{self.version}"
