"""Roles as they come in and go out."""

from rest_framework import serializers

from portal.api.fields import Body
from portal.api.shapes import Shape
from rbac.models import Role
from rbac.permissions import Perm


class RoleShape(Shape[Role]):
    """A bundle of rights; ``shipped`` ones belong to the product and stay as they are."""

    rights = serializers.ListField(child=serializers.CharField())

    class Meta:
        model = Role
        fields = ("id", "key", "label", "description", "shipped", "rights")


class NewRole(Body):
    """A role to make."""

    label = serializers.CharField(max_length=80)
    description = serializers.CharField(max_length=300, allow_blank=True, default="")
    rights = serializers.ListField(
        child=serializers.ChoiceField(choices=[perm.value for perm in Perm]),
        allow_empty=False,
        max_length=len(Perm),
    )


class RoleChange(Body):
    """What may change of a role made here; what is left out stays."""

    label = serializers.CharField(max_length=80, required=False)
    description = serializers.CharField(max_length=300, allow_blank=True, required=False)
    rights = serializers.ListField(
        child=serializers.ChoiceField(choices=[perm.value for perm in Perm]),
        allow_empty=False,
        max_length=len(Perm),
        required=False,
    )
