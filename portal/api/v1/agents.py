"""Agents: the lobby, approving, revoking."""

from typing import ClassVar

import django_filters
from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.mixins import RetrieveModelMixin
from rest_framework.request import Request
from rest_framework.response import Response

from orchestration.models import Agent
from orchestration.queries import agents, sight
from orchestration.services import agents as changes
from portal.api.enums import AGENT_STATES
from portal.api.filters import SearchFilter, UnderFilter
from portal.api.reading import Listed
from portal.api.resource import Resource
from portal.api.rights import Rights
from portal.api.serializers.agents import AgentShape, Approval
from portal.api.sorting import Sortable
from rbac.permissions import Perm


class AgentFilters(django_filters.FilterSet):  # type: ignore[misc]  # untyped
    """``state=Pending`` is the lobby."""

    under = UnderFilter(field_name="node__path")
    state = django_filters.ChoiceFilter(choices=AGENT_STATES)
    name = django_filters.CharFilter(field_name="name")
    search = SearchFilter("name")


class Agents(Listed, RetrieveModelMixin, Resource[Agent]):
    """The programs at the sites."""

    rights: ClassVar[Rights] = {
        "list": sight.AGENTS,
        "retrieve": sight.AGENTS,
        "approve": (Perm.MANAGE_AGENTS,),
        "revoke": (Perm.MANAGE_AGENTS,),
    }
    sortable: ClassVar[Sortable] = {
        "id": "pk",
        "name": "name",
        "state": "state",
        "enrolled_at": "enrolled_at",
    }
    serializer_class = AgentShape
    filterset_class = AgentFilters

    def get_queryset(self) -> QuerySet[Agent]:
        """Agents at places the person may see."""
        return agents.agents(self.by).prefetch_related("targets__node")

    @extend_schema(request=Approval, responses=AgentShape)
    @action(detail=True, methods=["post"])
    def approve(self, request: Request, pk: int) -> Response:
        """Let an agent out of the lobby and give it its targets."""
        agent = self.get_object()
        changes.approve(self.by, agent, **self.given(Approval))
        return Response(self.shown(self.get_object()))

    @extend_schema(request=None, responses=AgentShape)
    @action(detail=True, methods=["post"])
    def revoke(self, request: Request, pk: int) -> Response:
        """Shut an agent out at its next call; what it runs goes on running."""
        changes.revoke(self.by, self.get_object())
        return Response(self.shown(self.get_object()))
