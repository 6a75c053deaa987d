"""Solution templates: applications, in immutable versions."""

from django.db import models

from orchestration.models.context import Capability
from orchestration.models.node import Node
from orchestration.models.template import TemplateVersion


class SolutionTemplate(models.Model):
    """An application. Owns a node in the catalog, so it is granted like a place."""

    node = models.OneToOneField(Node, models.CASCADE, primary_key=True, related_name="solution")
    description = models.CharField(max_length=500, blank=True)
    capabilities = models.ManyToManyField(Capability, blank=True, related_name="solutions")

    class Meta:
        ordering = ("node__name",)

    def __str__(self) -> str:
        return self.node.title


class SolutionTemplateVersion(TemplateVersion):
    """One immutable version: configuration template, rules and components."""

    template = models.ForeignKey(SolutionTemplate, models.CASCADE, related_name="versions")
    specification = models.JSONField(default=dict)

    class Meta:
        ordering = ("template", "-sort_key")
        constraints = (
            models.UniqueConstraint(
                fields=["template", "version"], name="solution_template_version"
            ),
        )

    def __str__(self) -> str:
        return f"{self.template.node.title} {self.version}"
