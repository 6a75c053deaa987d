"""What an edit would change, before it is made."""

from typing import ClassVar

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from orchestration.queries import impact, places, sight, solutions, values
from orchestration.queries.impact import Impact
from orchestration.services import catalog
from portal.api.resource import Asked
from portal.api.rights import Rights
from portal.api.serializers.configurations import unmasked
from portal.api.serializers.impact import (
    ImpactShape,
    Limited,
    WishedLink,
    WishedTemplate,
    WishedValues,
)
from portal.web import foresight
from rbac.access import may
from rbac.permissions import Perm


class ValuesImpact(Asked):
    """What it would change to save values."""

    rights: ClassVar[Rights] = {"post": (Perm.EDIT_OT_VALUES, Perm.EDIT_IT_VALUES)}
    only_reads: ClassVar[tuple[str, ...]] = ("post",)

    @extend_schema(request=WishedValues, responses=ImpactShape)
    def post(self, request: Request) -> Response:
        """Say which installed or published copies would get other configurations, and how.

        Changes nothing. Copies with identical differences are one group.
        """
        wanted = self.given(WishedValues)
        version, edits = wanted.get("version"), wanted["edits"]
        version = version or wanted["config_template_version"]
        sheets = values.sheets(self.by, version, [edit["node"] for edit in edits])
        wishes = {
            sheet.node: unmasked(sheet, edit["values"])
            for sheet, edit in zip(sheets, edits, strict=True)
        }
        found = foresight.of_values(self.by, version, wishes)
        return Response(_shown(found, wanted["limit"]))


class LinkImpact(Asked):
    """What linking a config template to a place changes."""

    rights: ClassVar[Rights] = {"post": (Perm.EDIT_IT_VALUES,)}
    only_reads: ClassVar[tuple[str, ...]] = ("post",)

    @extend_schema(request=WishedLink, responses=ImpactShape)
    def post(self, request: Request, node: int) -> Response:
        """Say what linking a version, another one than now, or unlinking it would change.

        Changes nothing. Copies with identical differences are one group, whatever their solution.
        """
        place = get_object_or_404(places.nodes(self.by), pk=node)
        may(self.by, Perm.EDIT_IT_VALUES, place).require()
        wanted = self.given(WishedLink)
        found = impact.of_link(self.by, place, wanted["version"], linked=not wanted["remove"])
        return Response(_shown(found, wanted["limit"]))


class DraftImpact(Asked):
    """What a version of a solution would change that does not exist yet."""

    rights: ClassVar[Rights] = {"post": (Perm.AUTHOR_SOLUTIONS,)}
    only_reads: ClassVar[tuple[str, ...]] = ("post",)

    @extend_schema(request=WishedTemplate, responses=ImpactShape)
    def post(self, request: Request, solution: int) -> Response:
        """Say what publishing these texts would change on the lines that have the solution.

        Changes nothing, and keeps nothing of the texts.
        """
        template = get_object_or_404(solutions.templates(self.by), pk=solution)
        wanted = self.given(WishedTemplate)
        limit, node = wanted.pop("limit"), template.node
        source = catalog.SolutionSource(node.name, "", **wanted)
        newer = catalog.compiled_draft(self.by, node.context, source)
        return Response(_shown(impact.of_template(self.by, template, newer), limit))


class VersionImpact(Asked):
    """What a version of a solution changes."""

    rights: ClassVar[Rights] = {"post": sight.VALUES}
    only_reads: ClassVar[tuple[str, ...]] = ("post",)

    @extend_schema(request=Limited, responses=ImpactShape)
    def post(self, request: Request, version: int) -> Response:
        """Say what publishing this version would change on the lines that have an older one.

        Changes nothing. Lines that nobody publishes it for keep what they have.
        """
        rows = solutions.template_versions(self.by)
        newer = get_object_or_404(rows, pk=version)
        limit = self.given(Limited)["limit"]
        return Response(_shown(impact.of_version(self.by, newer), limit))


def _shown(found: Impact, limit: int) -> object:
    return ImpactShape(found, context={"limit": limit}).data
