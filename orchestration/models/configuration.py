"""What people set, and who set it when."""

from django.db import models

from orchestration.models.node import Node
from orchestration.models.solution import SolutionTemplate
from rbac.models import User


class ConfigurationRevision(models.Model):
    """The values of one solution at one node, whole, as of one save.

    The highest number is current. The unique number is what stops two people
    who started from the same revision from both winning.
    """

    node = models.ForeignKey(Node, models.CASCADE, related_name="configuration_revisions")
    template = models.ForeignKey(
        SolutionTemplate, models.CASCADE, related_name="configuration_revisions"
    )
    number = models.PositiveIntegerField()
    values = models.JSONField(default=dict)
    comment = models.CharField(max_length=300, blank=True)
    author = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("node", "template", "-number")
        constraints = (
            models.UniqueConstraint(
                fields=["node", "template", "number"], name="configuration_revision"
            ),
        )

    def __str__(self) -> str:
        return f"{self.node} {self.template} #{self.number}"
