"""People, and the roles they hold at nodes.

The role assignment is the truth. The permission rows that guardian reads hang
on it by a cascading key, so taking one of two overlapping roles never takes
the rights of the other.
"""

from django.conf import settings
from django.contrib.auth.models import AbstractUser, Group
from django.db import models
from django.utils import timezone
from guardian.models import GroupObjectPermissionBase, UserObjectPermissionBase

from rbac.permissions import Perm


class User(AbstractUser):
    """A person, or a pipeline that signs in like one."""

    time_zone = models.CharField(max_length=64, blank=True)
    language = models.CharField(max_length=16, blank=True)


class Role(models.Model):
    """A bundle of rights under a name people know: one that ships, or one made here.

    ``rights`` holds codenames; a right that this version no longer knows counts for nothing.
    """

    key = models.SlugField(max_length=40, unique=True)
    label = models.CharField(max_length=80)
    description = models.CharField(max_length=300, blank=True)
    rights = models.JSONField(default=list)
    shipped = models.BooleanField(default=False, editable=False)

    class Meta:
        ordering = ("-shipped", "pk")

    def __str__(self) -> str:
        return self.label

    @property
    def perms(self) -> frozenset[Perm]:
        """The rights it carries."""
        return frozenset(perm for perm in Perm if perm.value in self.rights)


class RoleAssignment(models.Model):
    """A role, held by one user or one group, at a node and all below it."""

    role = models.ForeignKey(
        Role, models.PROTECT, to_field="key", db_column="role", related_name="assignments"
    )
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
        return f"{self.role.label}: {self.user or self.group}"

    @property
    def over(self) -> bool:
        """Whether its end has come: it gives nothing any more."""
        return self.expires_at is not None and self.expires_at <= timezone.now()


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
