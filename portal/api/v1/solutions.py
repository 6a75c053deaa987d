"""Solutions in the catalog."""

from typing import ClassVar

import django_filters
from django.db.models import QuerySet
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.mixins import RetrieveModelMixin
from rest_framework.request import Request
from rest_framework.response import Response

from orchestration.models import SolutionTemplate, SolutionTemplateVersion
from orchestration.queries import sight, solutions
from orchestration.queries.templates import rules_of
from orchestration.rules import Schema
from orchestration.services import catalog, discarding
from portal.api.filters import IdFilter, SearchFilter
from portal.api.reading import Listed
from portal.api.resource import Resource
from portal.api.rights import Rights
from portal.api.serializers.schemas import JSON_SCHEMA
from portal.api.serializers.solutions import (
    NewSolutionVersion,
    SolutionShape,
    SolutionVersionShape,
)
from portal.api.sorting import Sortable
from rbac.permissions import Perm


class SolutionFilters(django_filters.FilterSet):  # type: ignore[misc]  # untyped
    """``capability`` finds what needs it."""

    context = IdFilter(field_name="node__context_id")
    name = django_filters.CharFilter(field_name="node__name")
    search = SearchFilter("node__name", "node__display_name", "description")
    capability = django_filters.CharFilter(field_name="capabilities__name")


class SolutionVersionFilters(django_filters.FilterSet):  # type: ignore[misc]  # untyped
    """By context, solution, name and version."""

    context = IdFilter(field_name="template__node__context_id")
    solution = IdFilter(field_name="template_id")
    name = django_filters.CharFilter(field_name="template__node__name")
    version = django_filters.CharFilter(field_name="version")


class Solutions(Listed, RetrieveModelMixin, Resource[SolutionTemplate]):
    """Applications that lines can run."""

    rights: ClassVar[Rights] = {"list": sight.SOLUTIONS, "retrieve": sight.SOLUTIONS}
    sortable: ClassVar[Sortable] = {"id": "pk", "name": "node__name"}
    serializer_class = SolutionShape
    filterset_class = SolutionFilters

    def get_queryset(self) -> QuerySet[SolutionTemplate]:
        """Solutions the person may see."""
        return solutions.templates(self.by).prefetch_related("capabilities", "versions")


class SolutionVersions(Listed, RetrieveModelMixin, Resource[SolutionTemplateVersion]):
    """Immutable versions of solutions."""

    rights: ClassVar[Rights] = {
        "list": sight.SOLUTIONS,
        "retrieve": sight.SOLUTIONS,
        "json_schema": sight.SOLUTIONS,
        "create": (Perm.AUTHOR_SOLUTIONS,),
        "destroy": (Perm.AUTHOR_SOLUTIONS,),
    }
    sortable: ClassVar[Sortable] = {"id": "pk", "version": "sort_key", "created_at": "created_at"}
    serializer_class = SolutionVersionShape
    filterset_class = SolutionVersionFilters

    def get_queryset(self) -> QuerySet[SolutionTemplateVersion]:
        """Versions of the solutions the person may see."""
        return solutions.template_versions(self.by).select_related("created_by")

    @extend_schema(request=NewSolutionVersion, responses={201: SolutionVersionShape})
    def create(self, request: Request) -> Response:
        """Add a solution version, and the solution itself if it is new."""
        wanted = self.given(NewSolutionVersion)
        context = wanted.pop("context")
        source = catalog.SolutionSource(**wanted)
        made = catalog.create_solution_version(self.by, context, source)
        return Response(self.shown(made), status=201)

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, pk: int) -> Response:
        """Delete a version of which nothing was ever published."""
        discarding.solution_version(self.by, self.get_object())
        return Response(status=204)

    @extend_schema(responses={(200, JSON_SCHEMA): OpenApiTypes.OBJECT})
    @action(detail=True, url_path="json-schema")
    def json_schema(self, request: Request, pk: int) -> Response:
        """The rules of the version, inline ones too, as JSON Schema 2020-12.

        Without rules anything goes, and the schema says so.
        """
        version = self.get_object()
        rules = rules_of(version) or Schema(str(version), (), (), ())
        return Response(rules.json_schema(), content_type=JSON_SCHEMA)
