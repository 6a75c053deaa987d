"""Why somebody may do something at a place, and who may."""

from rest_framework import serializers

from orchestration.queries.explaining import Holder, Right
from portal.api.serializers.labels import name_of
from portal.api.shapes import Shape
from rbac.models import RoleAssignment, User


class ReasonShape(Shape[RoleAssignment]):
    """A role that gives a right; ``node`` is null where the reader may only know the name."""

    role = serializers.CharField(source="role_id")
    label = serializers.CharField(source="role.label")
    node = serializers.SerializerMethodField()
    place = serializers.CharField(source="node.title")
    group = serializers.SerializerMethodField()

    class Meta:
        model = RoleAssignment
        fields = ("role", "label", "node", "place", "group", "expires_at")

    def get_node(self, row: RoleAssignment) -> int | None:
        """The id of the place at which it was given."""
        known: set[int] = self.told("known")
        return row.node_id if row.node_id in known else None

    def get_group(self, row: RoleAssignment) -> str | None:
        """The group through which somebody has it; null when it is their own."""
        return row.group.name if row.group else None


class RightShape(serializers.Serializer[Right]):
    """One right, and why it is there or who could give it."""

    right = serializers.CharField(source="perm.value")
    label = serializers.CharField(source="perm.label")
    held = serializers.BooleanField()
    everywhere = serializers.BooleanField()
    through = ReasonShape(many=True)
    ask = serializers.SerializerMethodField()

    def get_ask(self, right: Right) -> list[str]:
        """User names of those who could give it, the nearest first; empty where it is held."""
        return [name_of(person) for person in right.askable]


class AccessShape(serializers.Serializer[object]):
    """What one person may do at one place."""

    user = serializers.CharField()
    is_active = serializers.BooleanField()
    rights = RightShape(many=True)


class HolderShape(serializers.Serializer[Holder]):
    """Somebody who has the right; ``everywhere``: as an administrator of the installation."""

    user = serializers.CharField(source="person.username")
    full_name = serializers.SerializerMethodField()
    everywhere = serializers.BooleanField()
    through = ReasonShape(many=True)

    def get_full_name(self, holder: Holder) -> str:
        """First and last name."""
        person: User = holder.person
        return person.get_full_name()
