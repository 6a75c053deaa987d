"""Configuration values: what people set at a place for a solution."""

from typing import Any, ClassVar

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from orchestration.models import Node, SolutionTemplateVersion
from orchestration.queries import places, sight, solutions, values
from orchestration.services import configuration
from orchestration.services.configuration import Edit
from portal.api.resource import Asked
from portal.api.rights import Rights
from portal.api.serializers.configurations import (
    SavedShape,
    SavedTogether,
    SavedValues,
    SheetShape,
    unmasked,
)
from rbac.permissions import Perm

_EDITORS = (Perm.EDIT_OT_VALUES, Perm.EDIT_IT_VALUES)
_VERSION = OpenApiParameter(
    "version", int, description="Id of the solution version whose rules count; else the newest."
)


class Placed(Asked):
    """A view of one solution at one place."""

    def place(self) -> Node:
        """The place in the address, if the person may see it."""
        return get_object_or_404(places.nodes(self.by), pk=self.kwargs["node"])

    def versions(self) -> QuerySet[SolutionTemplateVersion]:
        """Versions of the solution in the address, if the person may see it."""
        return solutions.template_versions(self.by).filter(template=self.kwargs["solution"])

    def version(self, wanted: int | None = None) -> SolutionTemplateVersion:
        """The version asked for, or the newest."""
        rows = self.versions()
        if wanted is not None:
            return get_object_or_404(rows, pk=wanted)
        return get_object_or_404(rows.order_by("-sort_key")[:1])

    def sheet(self, version: SolutionTemplateVersion, node: Node) -> values.Sheet:
        """What is set there now."""
        return values.sheet(self.by, version, node)


class Configuration(Placed):
    """The values of one solution at one place."""

    rights: ClassVar[Rights] = {"get": sight.VALUES, "put": _EDITORS}

    @extend_schema(parameters=[_VERSION], responses=SheetShape)
    def get(self, request: Request, node: int, solution: int) -> Response:
        """What is set here, what is inherited, and what the person may change."""
        wanted = request.query_params.get("version", "")
        version = self.version(int(wanted) if wanted.isdecimal() else None)
        return Response(self._shown(self.sheet(version, self.place())))

    @extend_schema(request=SavedValues, responses=SheetShape)
    def put(self, request: Request, node: int, solution: int) -> Response:
        """Save the values, whole. ``base`` is the number they started from; stale: 409."""
        wanted = self.given(SavedValues)
        named = wanted.get("version")
        version = self.version(named.pk if named else None)
        place = self.place()
        new = unmasked(self.sheet(version, place), wanted["values"])
        edit = Edit(place, new, wanted["base"])
        configuration.save(self.by, version, [edit], comment=wanted["comment"])
        return Response(self._shown(self.sheet(version, place)))

    def _shown(self, sheet: values.Sheet) -> dict[str, Any]:
        return dict(SheetShape(sheet).data)


class ConfigurationHistory(Placed):
    """Every save of one solution's values at one place."""

    rights: ClassVar[Rights] = {"get": sight.VALUES}

    @extend_schema(responses=SavedShape(many=True))
    def get(self, request: Request, node: int, solution: int) -> Response:
        """Newest first."""
        version, place = self.version(), self.place()
        sheet = self.sheet(version, place)
        rows = values.history(self.by, version.template, place)
        return Response(SavedShape(rows, many=True, context={"sheet": sheet}).data)


class Configurations(Asked):
    """Values at several places at once."""

    rights: ClassVar[Rights] = {"post": _EDITORS}

    @extend_schema(request=SavedTogether, responses=SavedShape(many=True))
    def post(self, request: Request) -> Response:
        """Save values at several places: all of them, or none."""
        wanted = self.given(SavedTogether)
        version = wanted["version"]
        nodes = [edit["node"] for edit in wanted["edits"]]
        sheets = values.sheets(self.by, version, nodes)
        edits = [
            Edit(edit["node"], unmasked(sheet, edit["values"]), edit["base"])
            for edit, sheet in zip(wanted["edits"], sheets, strict=True)
        ]
        rows = configuration.save(self.by, version, edits, comment=wanted["comment"])
        context = {"sheet": sheets[0]} if sheets else {}
        return Response(SavedShape(rows, many=True, context=context).data)
