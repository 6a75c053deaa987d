"""People, and the roles they hold at nodes.

The role assignment is the truth. The permission rows that guardian reads hang
on it by a cascading key, so taking one of two overlapping roles never takes
the rights of the other.
"""

from django.conf import settings
from django.contrib.auth.models import AbstractUser, Group
from django.db import models
from guardian.models import GroupObjectPermissionBase, UserObjectPermissionBase

from rbac.roles import SHIPPED


class User(AbstractUser):
    """A person, or a pipeline that signs in like one."""

    time_zone = models.CharField(max_length=64, blank=True)
    language = models.CharField(max_length=16, blank=True)


class RoleAssignment(models.Model):
    """A role, held by one user or one group, at a node and all below it."""

    role = models.CharField(max_length=40, choices=[(r.key, r.label) for r in SHIPPED])
    user = models.ForeignKey(
        User, models.CASCADE, null=True, blank=True, related_name="role_assignments"
    )
    group = models.ForeignKey(
        Group, models.CASCADE, null=True, blank=True, related_name="role_assignments"
    )
    node = models.ForeignKey(
        settings.RBAC_NODE_MODEL, models.CASCADE, related_name="role_assignments"
    )
    expires_at = models.DateTimeField(null=True, blank=True)
    given_by = models.ForeignKey(
        User, models.SET_NULL, null=True, blank=True, related_name="+", editable=False
    )
    given_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=models.Q(user__isnull=False) ^ models.Q(group__isnull=False),
                name="assignment_user_or_group",
            ),
            models.UniqueConstraint(
                fields=["role", "user", "node"],
                condition=models.Q(user__isnull=False),
                name="assignment_once_per_user",
            ),
            models.UniqueConstraint(
                fields=["role", "group", "node"],
                condition=models.Q(group__isnull=False),
                name="assignment_once_per_group",
            ),
        )

    def __str__(self) -> str:
        return f"{self.get_role_display()}: {self.user or self.group}"


class NodeUserPermission(UserObjectPermissionBase):
    """One right of one user at one node, because of one assignment."""

    content_object = models.ForeignKey(settings.RBAC_NODE_MODEL, models.CASCADE)
    assignment = models.ForeignKey(RoleAssignment, models.CASCADE)

    class Meta:
        unique_together = (("user", "permission", "content_object", "assignment"),)


class NodeGroupPermission(GroupObjectPermissionBase):
    """One right of one group at one node, because of one assignment."""

    content_object = models.ForeignKey(settings.RBAC_NODE_MODEL, models.CASCADE)
    assignment = models.ForeignKey(RoleAssignment, models.CASCADE)

    class Meta:
        unique_together = (("group", "permission", "content_object", "assignment"),)
