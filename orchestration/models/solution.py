"""Solution templates: applications, in immutable versions."""

from django.db import models

from orchestration.models.context import Capability
from orchestration.models.node import Node
from orchestration.models.template import TemplateVersion
from rbac.models import User


class SolutionTemplate(models.Model):
    """An application. Owns a node in the catalog, so it is granted like a place.

    With ``external_validation`` another system has to agree to each revision before it may be
    deployed, within ``validation_hours``.
    """

    node = models.OneToOneField(Node, models.CASCADE, primary_key=True, related_name="solution")
    description = models.CharField(max_length=500, blank=True)
    capabilities = models.ManyToManyField(Capability, blank=True, related_name="solutions")
    external_validation = models.BooleanField(default=False)
    validation_hours = models.PositiveIntegerField(default=24)

    class Meta:
        ordering = ("node__name",)

    def __str__(self) -> str:
        return self.node.title


class SolutionTemplateVersion(TemplateVersion):
    """One immutable version: configuration template, rules and components.

    A version that is withdrawn is not published or deployed any more. Lines that run it go on.
    """

    template = models.ForeignKey(SolutionTemplate, models.CASCADE, related_name="versions")
    specification = models.JSONField(default=dict)
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    withdrawn_because = models.CharField(max_length=300, blank=True)
    replacement = models.ForeignKey("self", models.SET_NULL, null=True, related_name="+")

    class Meta:
        ordering = ("template", "-sort_key")
        constraints = (
            models.UniqueConstraint(
                fields=["template", "version"], name="solution_template_version"
            ),
        )

    def __str__(self) -> str:
        return f"{self.template.node.title} {self.version}"
