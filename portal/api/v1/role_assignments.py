"""Who holds which role where."""

from typing import ClassVar

import django_filters
from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.mixins import RetrieveModelMixin
from rest_framework.request import Request
from rest_framework.response import Response

from orchestration.queries import access
from orchestration.services import roles
from portal.api.filters import IdFilter, UnderFilter
from portal.api.reading import Listed
from portal.api.resource import Resource
from portal.api.rights import Rights
from portal.api.serializers.access import AssignmentShape, NewAssignment
from portal.api.sorting import Sortable
from rbac.models import RoleAssignment
from rbac.permissions import Perm


class AssignmentFilters(django_filters.FilterSet):  # type: ignore[misc]  # untyped
    """By place, holder and role."""

    under = UnderFilter(field_name="node__path")
    node = IdFilter(field_name="node_id")
    user = django_filters.CharFilter(field_name="user__username")
    group = django_filters.CharFilter(field_name="group__name")
    role = django_filters.CharFilter()


class RoleAssignments(Listed, RetrieveModelMixin, Resource[RoleAssignment]):
    """Roles at places where the person manages access."""

    rights: ClassVar[Rights] = {
        "list": (Perm.MANAGE_ACCESS,),
        "retrieve": (Perm.MANAGE_ACCESS,),
        "create": (Perm.MANAGE_ACCESS,),
        "destroy": (Perm.MANAGE_ACCESS,),
    }
    sortable: ClassVar[Sortable] = {"id": "pk", "given_at": "given_at"}
    serializer_class = AssignmentShape
    filterset_class = AssignmentFilters

    def get_queryset(self) -> QuerySet[RoleAssignment]:
        """Assignments at places whose access the person manages."""
        return access.assignments(self.by)

    @extend_schema(request=NewAssignment, responses={201: AssignmentShape})
    def create(self, request: Request) -> Response:
        """Give a role; nobody gives more than they have."""
        wanted = self.given(NewAssignment)
        made = roles.give(
            self.by,
            wanted["role"].key,
            wanted.get("user") or wanted["group"],
            wanted["node"],
            expires_at=wanted.get("expires_at"),
        )
        return Response(self.shown(self.get_queryset().get(pk=made.pk)), status=201)

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, pk: int) -> Response:
        """Take a role away; it ends at the next request and on open sockets."""
        roles.take(self.by, self.get_object())
        return Response(status=204)
