"""Schemas: the rules for configuration keys."""

from typing import ClassVar

import django_filters
from django.db.models import QuerySet
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.mixins import RetrieveModelMixin
from rest_framework.request import Request
from rest_framework.response import Response

from orchestration.models import Schema, SchemaVersion
from orchestration.queries import sight, solutions
from orchestration.queries.templates import schema_of
from orchestration.services import catalog, discarding
from portal.api.filters import IdFilter
from portal.api.reading import Listed
from portal.api.resource import Resource
from portal.api.rights import Rights
from portal.api.serializers.schemas import (
    JSON_SCHEMA,
    NewSchemaVersion,
    NewSchemaVersionShape,
    SchemaShape,
    SchemaVersionShape,
)
from portal.api.sorting import Sortable
from rbac.permissions import Perm


class SchemaFilters(django_filters.FilterSet):  # type: ignore[misc]  # untyped
    """By context and name."""

    context = IdFilter(field_name="context_id")
    name = django_filters.CharFilter(field_name="name")


class SchemaVersionFilters(django_filters.FilterSet):  # type: ignore[misc]  # untyped
    """By context, name and version."""

    context = IdFilter(field_name="schema__context_id")
    schema = IdFilter(field_name="schema_id")
    name = django_filters.CharFilter(field_name="schema__name")
    version = django_filters.CharFilter(field_name="version")


class Schemas(Listed, RetrieveModelMixin, Resource[Schema]):
    """Named sets of rules."""

    rights: ClassVar[Rights] = {"list": sight.SOLUTIONS, "retrieve": sight.SOLUTIONS}
    sortable: ClassVar[Sortable] = {"id": "pk", "name": "name"}
    serializer_class = SchemaShape
    filterset_class = SchemaFilters

    def get_queryset(self) -> QuerySet[Schema]:
        """Schemas of the catalogs the person may see."""
        seen = solutions.schema_versions(self.by).order_by().values("schema")
        return Schema.objects.filter(pk__in=seen).prefetch_related("versions")


class SchemaVersions(Listed, RetrieveModelMixin, Resource[SchemaVersion]):
    """Immutable versions of schemas."""

    rights: ClassVar[Rights] = {
        "list": sight.SOLUTIONS,
        "retrieve": sight.SOLUTIONS,
        "json_schema": sight.SOLUTIONS,
        "create": (Perm.AUTHOR_SOLUTIONS,),
        "destroy": (Perm.AUTHOR_SOLUTIONS,),
    }
    sortable: ClassVar[Sortable] = {"id": "pk", "created_at": "created_at"}
    serializer_class = SchemaVersionShape
    filterset_class = SchemaVersionFilters

    def get_queryset(self) -> QuerySet[SchemaVersion]:
        """Versions in the catalogs the person may see."""
        return solutions.schema_versions(self.by).select_related("schema", "created_by")

    @extend_schema(request=NewSchemaVersion, responses={201: NewSchemaVersionShape})
    def create(self, request: Request) -> Response:
        """Add a schema version from its text."""
        made, warnings = catalog.create_schema_version(self.by, **self.given(NewSchemaVersion))
        context = self.get_serializer_context() | {"warnings": warnings}
        return Response(NewSchemaVersionShape(made, context=context).data, status=201)

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, pk: int) -> Response:
        """Delete a version that no template is held to."""
        discarding.schema_version(self.by, self.get_object())
        return Response(status=204)

    @extend_schema(responses={(200, JSON_SCHEMA): OpenApiTypes.OBJECT})
    @action(detail=True, url_path="json-schema")
    def json_schema(self, request: Request, pk: int) -> Response:
        """The rules as JSON Schema 2020-12, as far as it can say them."""
        document = schema_of(self.get_object()).json_schema()
        return Response(document, content_type=JSON_SCHEMA)
