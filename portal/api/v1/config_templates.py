"""Config templates in the catalog, and the places they are linked to."""

from collections.abc import Iterable
from typing import Any, ClassVar

import django_filters
from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.mixins import RetrieveModelMixin
from rest_framework.request import Request
from rest_framework.response import Response

from orchestration.models import ConfigTemplate, ConfigTemplateVersion, Node, TemplateLink
from orchestration.queries import config_templates as queries
from orchestration.queries import configuring, sight
from orchestration.queries.templates import rules_of
from orchestration.rules import Schema
from orchestration.services import config_templates, discarding
from portal.api.filters import IdFilter
from portal.api.reading import Listed
from portal.api.resource import Asked, Resource
from portal.api.rights import Rights
from portal.api.serializers.config_templates import (
    ConfigTemplateShape,
    ConfigTemplateVersionShape,
    LinkShape,
    NewConfigTemplateVersion,
    NewLink,
)
from portal.api.serializers.schemas import JSON_SCHEMA
from portal.api.sorting import Sortable
from rbac.permissions import Perm

_LINKERS = (Perm.AUTHOR_SOLUTIONS, Perm.EDIT_IT_VALUES)


class ConfigTemplateFilters(django_filters.FilterSet):  # type: ignore[misc]  # untyped
    """By context and name."""

    context = IdFilter(field_name="node__context_id")
    name = django_filters.CharFilter(field_name="node__name")


class ConfigTemplateVersionFilters(django_filters.FilterSet):  # type: ignore[misc]  # untyped
    """By context, config template, name and version."""

    context = IdFilter(field_name="template__node__context_id")
    config_template = IdFilter(field_name="template_id")
    name = django_filters.CharFilter(field_name="template__node__name")
    version = django_filters.CharFilter(field_name="version")


class ConfigTemplates(Listed, RetrieveModelMixin, Resource[ConfigTemplate]):
    """Values that many solutions share."""

    rights: ClassVar[Rights] = {"list": sight.SOLUTIONS, "retrieve": sight.SOLUTIONS}
    sortable: ClassVar[Sortable] = {"id": "pk", "name": "node__name"}
    serializer_class = ConfigTemplateShape
    filterset_class = ConfigTemplateFilters

    def get_queryset(self) -> QuerySet[ConfigTemplate]:
        """Config templates the person may see."""
        return queries.templates(self.by).prefetch_related("versions")


class ConfigTemplateVersions(Listed, RetrieveModelMixin, Resource[ConfigTemplateVersion]):
    """Immutable versions of config templates."""

    rights: ClassVar[Rights] = {
        "list": sight.SOLUTIONS,
        "retrieve": sight.SOLUTIONS,
        "json_schema": sight.SOLUTIONS,
        "create": (Perm.AUTHOR_SOLUTIONS,),
        "destroy": (Perm.AUTHOR_SOLUTIONS,),
    }
    sortable: ClassVar[Sortable] = {"id": "pk", "version": "sort_key", "created_at": "created_at"}
    serializer_class = ConfigTemplateVersionShape
    filterset_class = ConfigTemplateVersionFilters

    def get_queryset(self) -> QuerySet[ConfigTemplateVersion]:
        """Versions of the config templates the person may see."""
        return queries.template_versions(self.by).select_related("created_by")

    @extend_schema(request=NewConfigTemplateVersion, responses={201: ConfigTemplateVersionShape})
    def create(self, request: Request) -> Response:
        """Add a config template version, and the template itself if it is new."""
        wanted = self.given(NewConfigTemplateVersion)
        context = wanted.pop("context")
        source = config_templates.ConfigSource(**wanted)
        made = config_templates.create_version(self.by, context, source)
        return Response(self.shown(made), status=201)

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, pk: int) -> Response:
        """Delete a version that is linked nowhere."""
        discarding.config_version(self.by, self.get_object())
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


class OfPlace(Asked):
    """A view of what is linked to a place."""

    def place(self) -> Node:
        """The place in the address, if the person may see its values."""
        return get_object_or_404(configuring.nodes(self.by), pk=self.kwargs["node"])


class Links(OfPlace):
    """The config templates linked to a place."""

    rights: ClassVar[Rights] = {"get": sight.VALUES, "post": _LINKERS}

    @extend_schema(responses=LinkShape(many=True))
    def get(self, request: Request, node: int) -> Response:
        """What is linked here and above, in the order of precedence: the nearest first."""
        rows = queries.reaching(self.by, self.place())
        links = [link for row in rows for link in (row.link, *row.others)]
        return Response(self.listed(links, LinkShape))

    @extend_schema(request=NewLink, responses={201: LinkShape})
    def post(self, request: Request, node: int) -> Response:
        """Link a version here, in the place of another one of its template.

        Copies below are pending from then on. The same version again is no change.
        """
        version = self.given(NewLink)["config_template_version"]
        made = config_templates.link(self.by, self.place(), version)
        return Response(LinkShape(made, context={"by": self.by}).data, status=201)


class Link(OfPlace):
    """One config template linked to a place."""

    rights: ClassVar[Rights] = {"get": sight.VALUES, "delete": _LINKERS}

    def row(self) -> TemplateLink:
        """The link in the address."""
        rows = queries.links_at(self.by, self.place())
        return get_object_or_404(rows, pk=self.kwargs["link"])

    def held(self) -> Iterable[QuerySet[Any]]:
        """The link."""
        return (TemplateLink.objects.filter(pk=self.kwargs["link"]),)

    @extend_schema(responses=LinkShape)
    def get(self, request: Request, node: int, link: int) -> Response:
        """What is linked, since when and by whom."""
        return Response(LinkShape(self.row(), context={"by": self.by}).data)

    @extend_schema(responses={204: None})
    def delete(self, request: Request, node: int, link: int) -> Response:
        """Let it count here no more; values set for it are kept."""
        config_templates.unlink(self.by, self.row())
        return Response(status=204)
