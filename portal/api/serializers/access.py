"""People and roles."""

from typing import Any

from django.contrib.auth.models import Group
from django.utils import timezone
from rest_framework import serializers

from orchestration.queries import access
from portal.api.fields import Body, Seen, SeenByName
from portal.api.serializers.labels import NodeLabel, PersonField
from portal.api.shapes import Shape
from rbac.models import RoleAssignment, User


class AssignmentShape(Shape[RoleAssignment]):
    """A role of a user or a group at a place, and all below it."""

    role = serializers.CharField(source="role_id")
    label = serializers.CharField(source="role.label")
    is_over = serializers.BooleanField(source="over")
    user = PersonField()
    group = serializers.SlugRelatedField[Group](slug_field="name", read_only=True, allow_null=True)
    node = NodeLabel()
    given_by = PersonField()

    class Meta:
        model = RoleAssignment
        fields = (
            "id", "role", "label", "user", "group", "node", "expires_at", "is_over", "given_by",
            "given_at",
        )  # fmt: skip


class NewAssignment(Body):
    """A role to give: to a user or to a group, by name."""

    role = SeenByName(access.roles, "key")
    node = Seen(access.places)
    user = SeenByName(access.people, "username", required=False)
    group = SeenByName(access.groups, "name", required=False)
    expires_at = serializers.DateTimeField(required=False, allow_null=True)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Want exactly one holder, and an end that is still to come."""
        if ("user" in attrs) == ("group" in attrs):
            raise serializers.ValidationError({"user": ["Name a user or a group, one of them."]})
        end = attrs.get("expires_at")
        if end is not None and end <= timezone.now():
            raise serializers.ValidationError({"expires_at": ["This is in the past."]})
        return attrs


class UserShape(Shape[User]):
    """An account as it goes out."""

    full_name = serializers.CharField(source="get_full_name")
    groups = serializers.SlugRelatedField[Group](slug_field="name", many=True, read_only=True)

    class Meta:
        model = User
        fields = (
            "id", "username", "full_name", "email", "is_active", "is_staff", "is_superuser",
            "groups", "last_login", "date_joined",
        )  # fmt: skip


class NewUser(Body):
    """An account to make."""

    username = serializers.CharField(max_length=150)
    password = serializers.CharField(max_length=256, trim_whitespace=False)
    full_name = serializers.CharField(max_length=150, allow_blank=True, required=False)
    email = serializers.EmailField(allow_blank=True, required=False)


class UserChange(Body):
    """What may change of an account."""

    is_active = serializers.BooleanField(required=False)
    is_staff = serializers.BooleanField(required=False)
    groups = serializers.ListField(
        child=SeenByName(access.groups, "name"), max_length=100, required=False
    )


class NewPassword(Body):
    """A password to set."""

    password = serializers.CharField(max_length=256, trim_whitespace=False)


class HeldRole(Shape[RoleAssignment]):
    """One of the reader's own roles."""

    role = serializers.CharField(source="role_id")
    label = serializers.CharField(source="role.label")
    node = NodeLabel()

    class Meta:
        model = RoleAssignment
        fields = ("role", "label", "node", "expires_at")


class MeShape(Shape[User]):
    """Who somebody is and what they may do where."""

    full_name = serializers.CharField(source="get_full_name")
    roles = serializers.SerializerMethodField()
    rights = serializers.SerializerMethodField()

    class Meta:
        model = User
        fields = (
            "id", "username", "full_name", "email", "is_superuser", "language", "time_zone",
            "roles", "rights",
        )  # fmt: skip

    def get_roles(self, user: User) -> list[dict[str, Any]]:
        """Roles held directly or through groups."""
        return [dict(row) for row in HeldRole(self.told("roles"), many=True).data]

    def get_rights(self, user: User) -> dict[str, list[dict[str, Any]]]:
        """By right: the topmost places where it is held."""
        rights: dict[str, list[dict[str, Any]]] = self.told("rights")
        return rights
