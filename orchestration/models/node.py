"""The one tree on which values, roles, windows, links and events hang."""

from django.db import models

from orchestration.models.context import Context
from orchestration.models.fields import BytewiseField
from rbac.permissions import Perm


class Node(models.Model):
    """A place, a line, or a solution or config template in the catalog.

    ``path`` is made of ids that never change (``/7/31/``), never of names.
    """

    class Kind(models.TextChoices):
        """What hangs on the node."""

        CONTEXT = "context"
        SITE = "site"
        TARGET = "target"
        CATALOG = "catalog"
        SOLUTION = "solution"
        CONFIG = "config"

    context = models.ForeignKey(Context, models.CASCADE, related_name="nodes")
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children"
    )
    kind = models.CharField(max_length=10, choices=Kind.choices)
    level = models.PositiveSmallIntegerField(null=True, blank=True)
    path = BytewiseField(max_length=255, unique=True, editable=False)
    name = models.CharField(max_length=64)
    display_name = models.CharField(max_length=120, blank=True)
    time_zone = models.CharField(max_length=64, blank=True)
    labels = models.JSONField(default=dict, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = "place"
        ordering = ("path",)
        default_permissions = ()
        permissions = tuple((perm.value, perm.label) for perm in Perm)
        constraints = (models.UniqueConstraint(fields=["parent", "name"], name="node_name"),)

    def __str__(self) -> str:
        return self.title

    @property
    def title(self) -> str:
        """What a person calls the place."""
        return self.display_name or self.name

    @property
    def level_name(self) -> str:
        """The context's own word for the node's level, for example Line."""
        return self.context.level_name(self.level)

    def path_ids(self) -> list[int]:
        """The ids from the root down to this node, itself included."""
        return [int(part) for part in self.path.strip("/").split("/")]
