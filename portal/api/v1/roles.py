"""The roles there are, and making more of the same rights."""

from typing import ClassVar

import django_filters
from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.mixins import RetrieveModelMixin
from rest_framework.request import Request
from rest_framework.response import Response

from orchestration.queries import access
from orchestration.services import custom_roles
from portal.api.filters import TruthFilter
from portal.api.reading import Listed
from portal.api.resource import Resource
from portal.api.rights import Rights
from portal.api.serializers.roles import NewRole, RoleChange, RoleShape
from rbac.models import Role
from rbac.permissions import Perm


class RoleFilters(django_filters.FilterSet):  # type: ignore[misc]  # untyped
    """By key, and whether it ships."""

    key = django_filters.CharFilter()
    shipped = TruthFilter("shipped")


class Roles(Listed, RetrieveModelMixin, Resource[Role]):
    """Bundles of rights, the same at every place."""

    rights: ClassVar[Rights] = {
        "list": (Perm.MANAGE_ACCESS,),
        "retrieve": (Perm.MANAGE_ACCESS,),
        "create": (Perm.MANAGE_ACCESS,),
        "partial_update": (Perm.MANAGE_ACCESS,),
        "destroy": (Perm.MANAGE_ACCESS,),
    }
    serializer_class = RoleShape
    filterset_class = RoleFilters
    ordering = ("pk",)

    def get_queryset(self) -> QuerySet[Role]:
        """Every role, for who manages access anywhere."""
        return access.roles(self.by)

    @extend_schema(request=NewRole, responses={201: RoleShape})
    def create(self, request: Request) -> Response:
        """Make a role; nobody makes one with rights they lack."""
        wanted = self.given(NewRole)
        made = custom_roles.create(
            self.by,
            wanted["label"],
            [Perm(right) for right in wanted["rights"]],
            description=wanted["description"],
        )
        return Response(self.shown(made), status=201)

    @extend_schema(request=RoleChange, responses=RoleShape)
    def partial_update(self, request: Request, pk: int) -> Response:
        """Change a role made here; everybody who holds it has the new rights at once."""
        role = self.get_object()
        now = {name: getattr(role, name) for name in ("label", "description", "rights")}
        wanted = now | self.given(RoleChange)
        changed = custom_roles.change(
            self.by,
            role,
            label=wanted["label"],
            description=wanted["description"],
            perms=[perm for perm in Perm if perm.value in wanted["rights"]],
        )
        return Response(self.shown(changed))

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, pk: int) -> Response:
        """Delete a role made here that nobody holds."""
        custom_roles.remove(self.by, self.get_object())
        return Response(status=204)
