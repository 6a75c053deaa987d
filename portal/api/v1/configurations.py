"""Configuration values: what people set at a place for a solution or a config template."""

from collections.abc import Iterable
from typing import Any, ClassVar

from django.db.models import QuerySet
from django.http import Http404
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from orchestration.models import AnyVersion, Node, SolutionTemplate
from orchestration.queries import config_templates, places, sight, solutions, values
from orchestration.resolution import veil
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
    "version",
    int,
    description="Id of the version whose rules count; else the newest, or the one that is linked.",
)


class Placed(Asked):
    """A view of one solution or config template at one place; ``solution`` is its catalog node."""

    def place(self) -> Node:
        """The place in the address, if the person may see it."""
        return get_object_or_404(places.nodes(self.by), pk=self.kwargs["node"])

    def versions(self, place: Node) -> list[AnyVersion]:
        """Versions of what the address names, if the person may see it: the one to use first."""
        pk = self.kwargs["solution"]
        rows = solutions.template_versions(self.by).filter(template=pk)
        if found := list(rows.order_by("-sort_key")):
            return [*found]
        shared = get_object_or_404(config_templates.at_place(self.by, place), pk=pk)
        return [*config_templates.versions_at(self.by, place, shared)]

    def version(self, place: Node, wanted: int | None = None) -> AnyVersion:
        """The version asked for, else the newest, or the one that is linked."""
        for version in self.versions(place):
            if wanted in {None, version.pk}:
                return version
        raise Http404

    def sheet(self, version: AnyVersion, node: Node) -> values.Sheet:
        """What is set there now."""
        return values.sheet(self.by, version, node)


class Configuration(Placed):
    """The values of one solution or config template at one place."""

    rights: ClassVar[Rights] = {"get": sight.VALUES, "put": _EDITORS}

    def held(self) -> Iterable[QuerySet[Any]]:
        """What every save of the template holds: its solution, or all that may read it."""
        context = self.place().context_id
        rows = SolutionTemplate.objects.filter(node__context=context).order_by("pk")
        own = rows.filter(pk=self.kwargs["solution"])
        return (own if own.exists() else rows,)

    def echoed(self, sent: Any) -> Any:  # noqa: ANN401  JSON
        """What was sent, without values that are secret."""
        place, wanted = self.place(), self.given(SavedValues)
        parts = self.sheet(self.version(place, wanted.get("version")), place).secret_parts
        values = wanted["values"]
        return {**sent, "values": veil(frozenset(parts), values).masked(values)}

    @extend_schema(parameters=[_VERSION], responses=SheetShape)
    def get(self, request: Request, node: int, solution: int) -> Response:
        """What is set here, what is inherited, and what the person may change."""
        wanted, place = request.query_params.get("version", ""), self.place()
        version = self.version(place, int(wanted) if wanted.isdecimal() else None)
        return Response(self._shown(self.sheet(version, place)))

    @extend_schema(request=SavedValues, responses=SheetShape)
    def put(self, request: Request, node: int, solution: int) -> Response:
        """Save the values, whole. ``base`` is the number they started from; stale: 412."""
        wanted, place = self.given(SavedValues), self.place()
        version = self.version(place, wanted.get("version"))
        new = unmasked(self.sheet(version, place), wanted["values"])
        edit = Edit(place, new, wanted["base"])
        configuration.save(self.by, version, [edit], comment=wanted["comment"])
        return Response(self._shown(self.sheet(version, place)))

    def _shown(self, sheet: values.Sheet) -> dict[str, Any]:
        return dict(SheetShape(sheet).data)


class ConfigurationHistory(Placed):
    """Every save of the values of one solution or config template at one place."""

    rights: ClassVar[Rights] = {"get": sight.VALUES}

    @extend_schema(responses=SavedShape(many=True))
    def get(self, request: Request, node: int, solution: int) -> Response:
        """Newest first."""
        place = self.place()
        version = self.version(place)
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
        version: AnyVersion = wanted.get("version") or wanted["config_template_version"]
        nodes = [edit["node"] for edit in wanted["edits"]]
        sheets = values.sheets(self.by, version, nodes)
        edits = [
            Edit(edit["node"], unmasked(sheet, edit["values"]), edit["base"])
            for edit, sheet in zip(wanted["edits"], sheets, strict=True)
        ]
        rows = configuration.save(self.by, version, edits, comment=wanted["comment"])
        context = {"sheet": sheets[0]} if sheets else {}
        return Response(SavedShape(rows, many=True, context=context).data)
