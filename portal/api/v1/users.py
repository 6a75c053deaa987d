"""Accounts. Only administrators of the whole installation get here."""

from typing import Any, ClassVar

import django_filters
from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.mixins import RetrieveModelMixin
from rest_framework.request import Request
from rest_framework.response import Response

from orchestration.queries import access
from orchestration.services import people
from portal.api.filters import SearchFilter, TruthFilter
from portal.api.reading import Listed
from portal.api.resource import Resource
from portal.api.rights import Open, Rights
from portal.api.serializers.access import NewPassword, NewUser, UserChange, UserShape
from portal.api.sorting import Sortable
from rbac.models import User


class UserFilters(django_filters.FilterSet):  # type: ignore[misc]  # untyped
    """By name and whether the account is open."""

    username = django_filters.CharFilter()
    search = SearchFilter("username", "first_name", "last_name")
    is_active = TruthFilter("is_active")


class Users(Listed, RetrieveModelMixin, Resource[User]):
    """People who can sign in."""

    rights: ClassVar[Rights] = {
        "list": Open.SUPERUSER,
        "retrieve": Open.SUPERUSER,
        "create": Open.SUPERUSER,
        "partial_update": Open.SUPERUSER,
        "password": Open.SUPERUSER,
    }
    sortable: ClassVar[Sortable] = {
        "id": "pk",
        "username": "username",
        "date_joined": "date_joined",
    }
    serializer_class = UserShape
    filterset_class = UserFilters
    ordering = ("pk",)

    def get_queryset(self) -> QuerySet[User]:
        """Everybody."""
        return access.people(self.by).prefetch_related("groups")

    @extend_schema(request=NewUser, responses={201: UserShape})
    def create(self, request: Request) -> Response:
        """Make an account; what it may do is a matter of roles."""
        made = people.create(self.by, **self.given(NewUser))
        return Response(self.shown(made), status=201)

    @extend_schema(request=UserChange, responses=UserShape)
    def partial_update(self, request: Request, pk: int) -> Response:
        """Let a person in or shut them out, and set their groups."""
        user = self.get_object()
        now: dict[str, Any] = {
            "is_active": user.is_active,
            "is_staff": user.is_staff,
            "groups": list(user.groups.all()),
        }
        changed = people.change(self.by, user, **(now | self.given(UserChange)))
        return Response(self.shown(changed))

    @extend_schema(request=NewPassword, responses={204: None})
    @action(detail=True, methods=["post"])
    def password(self, request: Request, pk: int) -> Response:
        """Set a password."""
        people.set_password(self.by, self.get_object(), self.given(NewPassword)["password"])
        return Response(status=204)
