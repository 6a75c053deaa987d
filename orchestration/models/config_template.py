"""Config templates: configuration that is tied to no application, linked to places."""

from typing import TypeAlias

from django.db import models

from orchestration.models.node import Node
from orchestration.models.solution import SolutionTemplate, SolutionTemplateVersion
from orchestration.models.template import TemplateVersion
from rbac.models import User


class ConfigTemplate(models.Model):
    """Values that many solutions share. Owns a node in the catalog, so it is granted like a place.

    What is set for it at places is kept by that node, as for a solution.
    """

    node = models.OneToOneField(
        Node, models.CASCADE, primary_key=True, related_name="config_template"
    )
    description = models.CharField(max_length=500, blank=True)

    class Meta:
        ordering = ("node__name",)

    def __str__(self) -> str:
        return self.node.title


class ConfigTemplateVersion(TemplateVersion):
    """One immutable version: configuration template and rules."""

    template = models.ForeignKey(ConfigTemplate, models.CASCADE, related_name="versions")

    class Meta:
        ordering = ("template", "-sort_key")
        constraints = (
            models.UniqueConstraint(fields=["template", "version"], name="config_template_version"),
        )

    def __str__(self) -> str:
        return f"{self.template.node.title} {self.version}"

    @property
    def reference(self) -> str:
        """``Name/Version``: what templates call it."""
        return f"{self.template.node.name}/{self.version}"


class TemplateLink(models.Model):
    """A config template version that counts at a place and below.

    A place has one version of a template at most. Of two templates with the same key the one
    that was linked later wins, so the order of the rows is kept: another version keeps its row.
    """

    node = models.ForeignKey(Node, models.CASCADE, related_name="links")
    template = models.ForeignKey(ConfigTemplate, models.PROTECT, related_name="links")
    version = models.ForeignKey(ConfigTemplateVersion, models.PROTECT, related_name="links")
    linked_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    linked_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("node", "pk")
        constraints = (models.UniqueConstraint(fields=["node", "template"], name="template_link"),)

    def __str__(self) -> str:
        return f"{self.version.reference} at {self.node}"


AnyTemplate: TypeAlias = SolutionTemplate | ConfigTemplate
AnyVersion: TypeAlias = SolutionTemplateVersion | ConfigTemplateVersion
