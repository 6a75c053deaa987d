"""Installed copies of solutions, and the revisions published for them."""

import json
from typing import Any

from django.db import models

from orchestration.models.fields import RecordEncoder
from orchestration.models.solution import SolutionTemplate, SolutionTemplateVersion
from orchestration.models.target import Target
from orchestration.states import InstanceState, PublicationState
from rbac.models import User


class SolutionInstance(models.Model):
    """One named installation of a solution on a target.

    ``desired`` and ``generation`` say what should run; ``current`` is the last
    revision seen to run well. ``publication`` is how publishing the newest
    revision stands. ``observed_sequence`` is the newest report taken
    in for ``observed_generation``: neither ever goes back.
    """

    target = models.ForeignKey(Target, models.PROTECT, related_name="instances")
    template = models.ForeignKey(SolutionTemplate, models.PROTECT, related_name="instances")
    name = models.CharField(max_length=64)
    state = models.CharField(
        max_length=20,
        choices=[(s.value, s.value) for s in InstanceState],
        default=InstanceState.NOT_DEPLOYED,
    )
    configuration_pending = models.BooleanField(default=False)
    publication = models.CharField(
        max_length=30,
        choices=[(s.value, s.value) for s in PublicationState],
        default=PublicationState.READY_TO_DEPLOY,
    )
    desired = models.ForeignKey(
        "SolutionVersion", models.PROTECT, null=True, related_name="desired_by"
    )
    current = models.ForeignKey(
        "SolutionVersion", models.PROTECT, null=True, related_name="current_on"
    )
    generation = models.PositiveBigIntegerField(default=0)
    observed_generation = models.PositiveBigIntegerField(default=0)
    observed_sequence = models.PositiveBigIntegerField(default=0)
    health = models.JSONField(default=dict)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ("target__node__path", "name")
        constraints = (models.UniqueConstraint(fields=["target", "name"], name="instance_name"),)

    def __str__(self) -> str:
        solution = self.template.node
        name = solution.title if self.name == solution.name else f"{solution.title} ({self.name})"
        return f"{name} on {self.target}"


class SolutionVersion(models.Model):
    """A revision: the immutable, fully resolved content for one instance.

    ``content`` is the canonical JSON ``{"components": …, "configuration": …}``
    whose SHA-256 is ``digest``; agents fetch exactly these bytes.
    ``provenance`` says for every key where its value came from.
    ``injected`` lists what dependents had put in, in order: ids of copy and revision, ``from``,
    ``to`` and the section's ``digest``; ``injections_digest`` is its hash, empty for none.
    ``made_for`` holds the ids of the copies whose sections were the reason to make it.
    """

    instance = models.ForeignKey(SolutionInstance, models.CASCADE, related_name="revisions")
    template_version = models.ForeignKey(
        SolutionTemplateVersion, models.PROTECT, related_name="revisions"
    )
    number = models.PositiveIntegerField()
    state = models.CharField(
        max_length=30,
        choices=[(s.value, s.value) for s in PublicationState],
        default=PublicationState.READY_TO_DEPLOY,
    )
    content = models.TextField()
    digest = models.CharField(max_length=71, db_index=True)
    provenance = models.JSONField(default=dict, encoder=RecordEncoder)
    injected = models.JSONField(default=list)
    injections_digest = models.CharField(max_length=71, blank=True)
    comment = models.CharField(max_length=300, blank=True)
    made_for = models.JSONField(default=list)
    published_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    published_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("instance", "-published_at", "-pk")
        constraints = (
            models.UniqueConstraint(
                fields=["instance", "template_version", "number"],
                name="solution_version_number",
            ),
        )

    def __str__(self) -> str:
        return self.label

    @property
    def label(self) -> str:
        """``1.0.0.3``: template version 1.0.0, third revision of this instance."""
        return f"{self.template_version.version}.{self.number}"

    @property
    def configuration(self) -> dict[str, Any]:
        """The resolved configuration."""
        configuration: dict[str, Any] = json.loads(self.content)["configuration"]
        return configuration

    @property
    def components(self) -> list[dict[str, Any]]:
        """The evaluated components of the specification."""
        components: list[dict[str, Any]] = json.loads(self.content)["components"]
        return components
