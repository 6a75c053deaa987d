"""The hierarchy: sites and targets as places."""

from typing import ClassVar

import django_filters
from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from orchestration.models import Node
from orchestration.queries import finding, places, sight
from orchestration.services import moving
from orchestration.services import places as changes
from portal.api.filters import IdFilter, SearchFilter, UnderFilter
from portal.api.reading import Listed
from portal.api.resource import Resource
from portal.api.rights import Rights
from portal.api.serializers.places import (
    Branch,
    FoundShape,
    NewParent,
    NewSite,
    PlaceChange,
    PlaceDetail,
    PlaceShape,
    nested,
)
from portal.api.sorting import Sortable
from rbac.permissions import Perm


class NodeFilters(django_filters.FilterSet):  # type: ignore[misc]  # untyped
    """``under`` is a place: it and all below it."""

    under = UnderFilter(field_name="path")
    context = IdFilter(field_name="context_id")
    kind = django_filters.ChoiceFilter(choices=Node.Kind.choices)
    level = IdFilter(field_name="level", min_value=0)
    name = django_filters.CharFilter(field_name="name")
    search = SearchFilter("name", "display_name")


class Nodes(Listed, Resource[Node]):
    """Places: context roots, sites and targets."""

    rights: ClassVar[Rights] = {
        "list": sight.PLACES,
        "retrieve": sight.PLACES,
        "tree": sight.PLACES,
        "find": sight.PLACES,
        "create": (Perm.EDIT_HIERARCHY,),
        "partial_update": (Perm.EDIT_HIERARCHY, Perm.EDIT_TARGETS),
        "destroy": (Perm.EDIT_HIERARCHY, Perm.EDIT_TARGETS),
        "move": (Perm.EDIT_HIERARCHY, Perm.EDIT_TARGETS),
    }
    sortable: ClassVar[Sortable] = {"id": "pk", "name": "name", "path": "path", "kind": "kind"}
    serializer_class = PlaceShape
    filterset_class = NodeFilters
    ordering = ("path",)

    def get_queryset(self) -> QuerySet[Node]:
        """Places the person may see."""
        return places.nodes(self.by)

    @extend_schema(responses=PlaceDetail)
    def retrieve(self, request: Request, pk: int) -> Response:
        """One place, with the way to it."""
        return Response(self.shown(self.get_object(), PlaceDetail))

    @extend_schema(responses=Branch(many=True))
    @action(detail=False, pagination_class=None)
    def tree(self, request: Request) -> Response:
        """Places as a tree, from those that the person may see down; takes the list's filters."""
        return Response(nested(list(self.filter_queryset(self.get_queryset()))))

    @extend_schema(
        parameters=[
            OpenApiParameter(
                "name", str, required=True, description="A name, or a way: `Contoso/Plano/Line 3`."
            )
        ],
        responses=FoundShape(many=True),
    )
    @action(detail=False, filterset_class=None, pagination_class=None)
    def find(self, request: Request) -> Response:
        """Places by what people call them; of a way, places in between may be left out."""
        found = finding.find(self.by, request.query_params.get("name", "").replace("\x00", ""))
        return Response(self.listed(found, FoundShape))

    @extend_schema(request=NewSite, responses={201: PlaceShape})
    def create(self, request: Request) -> Response:
        """Add a site one level below its parent."""
        made = changes.create_site(self.by, **self.given(NewSite))
        return Response(self.shown(made), status=201)

    @extend_schema(request=PlaceChange, responses=PlaceShape)
    def partial_update(self, request: Request, pk: int) -> Response:
        """Rename a place, or change its time zone."""
        node = self.get_object()
        now = {key: getattr(node, key) for key in ("name", "display_name", "time_zone")}
        changed = changes.change_node(self.by, node, **(now | self.given(PlaceChange)))
        return Response(self.shown(changed))

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, pk: int) -> Response:
        """Delete a place that holds nothing any more."""
        changes.remove(self.by, self.get_object())
        return Response(status=204)

    @extend_schema(request=NewParent, responses=PlaceShape)
    @action(detail=True, methods=["post"])
    def move(self, request: Request, pk: int) -> Response:
        """Hang a place with all below it elsewhere, on the same level.

        Copies below are pending from then on: what they inherit may differ.
        """
        moved = moving.move(self.by, self.get_object(), self.given(NewParent)["parent"])
        return Response(self.shown(moved))
