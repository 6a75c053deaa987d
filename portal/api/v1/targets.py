"""Targets: the lines one deploys to."""

from collections.abc import Iterable
from typing import Any, ClassVar

import django_filters
from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.mixins import RetrieveModelMixin
from rest_framework.request import Request
from rest_framework.response import Response

from orchestration.models import Node, Target
from orchestration.queries import places, sight, solutions
from orchestration.services import places as changes
from portal.api.enums import INSTANCE_STATES
from portal.api.filters import IdFilter, SearchFilter, UnderFilter
from portal.api.reading import Listed
from portal.api.resource import Resource, person
from portal.api.rights import Rights
from portal.api.serializers.targets import NewTarget, TargetChange, TargetShape
from portal.api.sorting import Sortable
from rbac.permissions import Perm


class TargetFilters(django_filters.FilterSet):  # type: ignore[misc]  # untyped
    """``state`` finds lines with an installed copy in that state."""

    under = UnderFilter(field_name="node__path")
    context = IdFilter(field_name="node__context_id")
    capability = django_filters.CharFilter(field_name="capabilities__name")
    agent = IdFilter(field_name="agent_id")
    name = django_filters.CharFilter(field_name="node__name")
    search = SearchFilter("node__name", "node__display_name")
    state = django_filters.ChoiceFilter(choices=INSTANCE_STATES, method="in_state")

    def in_state(self, rows: QuerySet[Target], _name: str, state: str) -> QuerySet[Target]:
        """Lines with a copy in a state, as far as the person may know."""
        installed = solutions.instances(person(self.request.user)).filter(state=state)
        return rows.filter(pk__in=installed.order_by().values("target"))


class Targets(Listed, RetrieveModelMixin, Resource[Target]):
    """Lines, and whatever else one deploys to."""

    rights: ClassVar[Rights] = {
        "list": sight.PLACES,
        "retrieve": sight.PLACES,
        "create": (Perm.EDIT_TARGETS,),
        "partial_update": (Perm.EDIT_TARGETS,),
        "destroy": (Perm.EDIT_TARGETS,),
    }
    sortable: ClassVar[Sortable] = {"id": "pk", "name": "node__name"}
    serializer_class = TargetShape
    filterset_class = TargetFilters
    ordering = ("pk",)

    def get_queryset(self) -> QuerySet[Target]:
        """Targets the person may see."""
        return places.targets(self.by).prefetch_related("capabilities")

    def held(self) -> Iterable[QuerySet[Any]]:
        """The line, and its place with the name."""
        pk = self.kwargs["pk"]
        return Node.objects.filter(pk=pk), Target.objects.filter(pk=pk)

    @extend_schema(request=NewTarget, responses={201: TargetShape})
    def create(self, request: Request) -> Response:
        """Add a target below a site."""
        made = changes.create_target(self.by, **self.given(NewTarget))
        return Response(self.shown(made), status=201)

    @extend_schema(request=TargetChange, responses=TargetShape)
    def partial_update(self, request: Request, pk: int) -> Response:
        """Change what a target offers and who serves it."""
        target = self.get_object()
        now: dict[str, Any] = {
            "scope": target.scope,
            "capabilities": [capability.name for capability in target.capabilities.all()],
            "specification": target.specification,
            "agent": target.agent,
        }
        changes.change_target(self.by, target, **(now | self.given(TargetChange)))
        return Response(self.shown(self.get_object()))

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, pk: int) -> Response:
        """Delete a target on which nothing is published or installed."""
        changes.remove(self.by, self.get_object().node)
        return Response(status=204)
