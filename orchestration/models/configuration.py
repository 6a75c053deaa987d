"""What people set, and who set it when."""

from django.db import models

from orchestration.models.node import Node
from rbac.models import User


class ConfigurationRevision(models.Model):
    """The values of one template at one node, whole, as of one save.

    ``template`` is the catalog node of a solution or of a config template. The
    highest number is current. The unique number is what stops two people who
    started from the same revision from both winning. ``set_in`` says for each
    dotted key by its number the save in which it got its value.
    """

    node = models.ForeignKey(Node, models.CASCADE, related_name="configuration_revisions")
    template = models.ForeignKey(Node, models.CASCADE, related_name="saves")
    number = models.PositiveIntegerField()
    values = models.JSONField(default=dict)
    set_in = models.JSONField(default=dict)
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
