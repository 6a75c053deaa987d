"""Contexts and what they define for everything inside them."""

from django.db import models


class Context(models.Model):
    """An environment: its hierarchy levels by name, and its capabilities."""

    name = models.CharField(max_length=64, unique=True)
    display_name = models.CharField(max_length=120, blank=True)
    levels = models.JSONField(default=list, help_text="Level names from the top down.")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("name",)

    def __str__(self) -> str:
        return self.display_name or self.name

    def level_name(self, level: int | None) -> str:
        """The context's own word for a level, empty where a node has none."""
        if level is None or level >= len(self.levels):
            return ""
        return str(self.levels[level])


class Capability(models.Model):
    """Something a line can do and a solution may need, for example ``soap``."""

    context = models.ForeignKey(Context, models.CASCADE, related_name="capabilities")
    name = models.CharField(max_length=64)
    description = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ("name",)
        verbose_name_plural = "capabilities"
        constraints = (models.UniqueConstraint(fields=["context", "name"], name="capability_name"),)

    def __str__(self) -> str:
        return self.name
