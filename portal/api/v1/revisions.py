"""Installed copies and their published revisions."""

from typing import ClassVar

import django_filters
from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.decorators import action
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from orchestration.models import SolutionInstance, SolutionVersion
from orchestration.queries import revisions, sight, solutions
from orchestration.services import publishing
from portal.api.enums import INSTANCE_STATES
from portal.api.filters import IdFilter, TruthFilter, UnderFilter
from portal.api.reading import Listed
from portal.api.resource import Resource
from portal.api.rights import Rights
from portal.api.serializers.reviews import ChangeShape
from portal.api.serializers.revisions import (
    InstanceDetail,
    InstanceShape,
    RevisionDetail,
    RevisionShape,
)
from portal.api.sorting import Sortable
from rbac.permissions import Perm

RUNNING = "running"


class InstanceFilters(django_filters.FilterSet):  # type: ignore[misc]  # untyped
    """By line, place, solution and state."""

    under = UnderFilter(field_name="target__node__path")
    target = IdFilter(field_name="target_id")
    solution = IdFilter(field_name="template_id")
    state = django_filters.ChoiceFilter(choices=INSTANCE_STATES)
    configuration_pending = TruthFilter("configuration_pending")


class RevisionFilters(django_filters.FilterSet):  # type: ignore[misc]  # untyped
    """By line, place, solution and installed copy."""

    under = UnderFilter(field_name="instance__target__node__path")
    target = IdFilter(field_name="instance__target_id")
    solution = IdFilter(field_name="instance__template_id")
    version = IdFilter(field_name="template_version_id")
    instance = IdFilter(field_name="instance_id")


class Instances(Listed, Resource[SolutionInstance]):
    """Installed and published copies of solutions on lines."""

    rights: ClassVar[Rights] = {"list": sight.INSTALLED, "retrieve": sight.INSTALLED}
    sortable: ClassVar[Sortable] = {
        "id": "pk",
        "name": "name",
        "state": "state",
        "target": "target__node__name",
    }
    serializer_class = InstanceShape
    filterset_class = InstanceFilters
    ordering = ("pk",)

    def get_queryset(self) -> QuerySet[SolutionInstance]:
        """Copies on lines the person may see."""
        return solutions.instances(self.by)

    @extend_schema(responses=InstanceDetail)
    def retrieve(self, request: Request, pk: int) -> Response:
        """One copy, with the shared ones it uses and those that use it."""
        return Response(self.shown(self.get_object(), InstanceDetail))


class Revisions(Listed, Resource[SolutionVersion]):
    """Published revisions."""

    rights: ClassVar[Rights] = {
        "list": sight.INSTALLED,
        "retrieve": sight.INSTALLED,
        "compare": sight.INSTALLED,
        "destroy": (Perm.PUBLISH,),
    }
    sortable: ClassVar[Sortable] = {"id": "pk", "published_at": "published_at", "number": "number"}
    serializer_class = RevisionShape
    filterset_class = RevisionFilters

    def get_queryset(self) -> QuerySet[SolutionVersion]:
        """Revisions on lines the person may see."""
        return revisions.revisions(self.by)

    @extend_schema(responses=RevisionDetail)
    def retrieve(self, request: Request, pk: int) -> Response:
        """One revision, with its configuration and the origin of every value."""
        return Response(self.shown(self.get_object(), RevisionDetail))

    @extend_schema(
        parameters=[
            OpenApiParameter(
                "with", str, required=True, description="Id of another revision, or `running`."
            )
        ],
        responses=ChangeShape(many=True),
    )
    @action(detail=True, filterset_class=None, pagination_class=None)
    def compare(self, request: Request, pk: int) -> Response:
        """How this revision differs from another one, key by key: from that one to this.

        From ``running``, from what runs in its place now: everything is added where nothing does.
        """
        other, after = request.query_params.get("with", ""), self.get_object()
        if other == RUNNING:
            before = after.instance.current
        elif other.isdecimal():
            before = get_object_or_404(self.get_queryset(), pk=int(other))
        else:
            said = f"Give the id of another revision, or “{RUNNING}”."
            raise ValidationError({"with": [said]})
        changes = revisions.compare(before, after)
        return Response(self.listed(changes, ChangeShape))

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, pk: int) -> Response:
        """Delete a revision that was never deployed, or no longer is."""
        publishing.delete(self.by, self.get_object())
        return Response(status=204)
