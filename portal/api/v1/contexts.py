"""Contexts: levels and capabilities."""

from collections.abc import Iterable
from typing import Any, ClassVar

from django.db.models import Prefetch, QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.mixins import RetrieveModelMixin
from rest_framework.request import Request
from rest_framework.response import Response

from orchestration.models import Capability, Context, Node
from orchestration.queries import places
from orchestration.services import contexts
from portal.api.reading import Listed
from portal.api.resource import Resource
from portal.api.rights import Open, Rights
from portal.api.serializers.contexts import (
    CapabilityBody,
    CapabilityShape,
    ContextChange,
    ContextShape,
    NewContext,
)
from portal.api.sorting import Sortable
from rbac.permissions import Perm


class Contexts(Listed, RetrieveModelMixin, Resource[Context]):
    """Environments with their own levels and capabilities."""

    rights: ClassVar[Rights] = {
        "list": tuple(Perm),
        "retrieve": tuple(Perm),
        "create": Open.SUPERUSER,
        "partial_update": (Perm.MANAGE_CONTEXT,),
        "capabilities": tuple(Perm),
        "add_capability": (Perm.MANAGE_CONTEXT,),
        "capability": tuple(Perm),
        "remove_capability": (Perm.MANAGE_CONTEXT,),
    }
    sortable: ClassVar[Sortable] = {"id": "pk", "name": "name"}
    serializer_class = ContextShape
    ordering = ("pk",)

    def get_queryset(self) -> QuerySet[Context]:
        """Contexts in which the person may see anything."""
        # Apart from `nodes`, which would else hold nothing but the root for everybody.
        roots = Prefetch("nodes", Node.objects.filter(parent=None), to_attr="roots")
        return places.contexts(self.by).prefetch_related(roots, "capabilities")

    def held(self) -> Iterable[QuerySet[Any]]:
        """The context with its root and its capabilities."""
        pk = self.kwargs["pk"]
        return (
            Context.objects.filter(pk=pk),
            Node.objects.filter(context=pk, parent=None),
            Capability.objects.filter(context=pk).order_by("pk"),
        )

    @extend_schema(request=NewContext, responses={201: ContextShape})
    def create(self, request: Request) -> Response:
        """Make a context with its root and its catalog."""
        made = contexts.create(self.by, **self.given(NewContext))
        return Response(self.shown(self.get_queryset().get(pk=made.pk)), status=201)

    @extend_schema(request=ContextChange, responses=ContextShape)
    def partial_update(self, request: Request, pk: int) -> Response:
        """Rename a context or its levels; levels in use cannot go."""
        context = self.get_object()
        now = {"display_name": context.display_name, "levels": context.levels}
        contexts.change(self.by, context, **(now | self.given(ContextChange)))
        return Response(self.shown(self.get_object()))

    @extend_schema(request=CapabilityBody, responses={201: CapabilityShape})
    @action(detail=True, methods=["post"], url_path="capabilities", pagination_class=None)
    def add_capability(self, request: Request, pk: int) -> Response:
        """Add a capability, or change the description of the one there is."""
        made = contexts.add_capability(self.by, self.get_object(), **self.given(CapabilityBody))
        return Response(self.shown(made, CapabilityShape), status=201)

    @extend_schema(responses=CapabilityShape(many=True))
    @add_capability.mapping.get
    def capabilities(self, request: Request, pk: int) -> Response:
        """What lines can do and solutions may need."""
        return Response(self.listed(self.get_object().capabilities.all(), CapabilityShape))

    @extend_schema(responses=CapabilityShape)
    @action(detail=True, url_path="capabilities/<int:capability>")
    def capability(self, request: Request, pk: int, capability: int) -> Response:
        """One capability."""
        return Response(self.shown(self._capability(), CapabilityShape))

    @extend_schema(request=None, responses={204: None})
    @capability.mapping.delete
    def remove_capability(self, request: Request, pk: int, capability: int) -> Response:
        """Remove a capability that nothing has or needs."""
        contexts.remove_capability(self.by, self._capability())
        return Response(status=204)

    def _capability(self) -> Capability:
        return get_object_or_404(self.get_object().capabilities, pk=self.kwargs["capability"])
