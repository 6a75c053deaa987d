"""Sites, targets and values as sheets: CSV, workbooks, YAML or plain rows, in and out."""

from http import HTTPStatus
from typing import Any, ClassVar

from django.http import QueryDict, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils.translation import ngettext
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.renderers import BaseRenderer, JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from orchestration.queries import bulk_rows
from orchestration.queries.bulk_columns import Kind
from orchestration.services.bulk_import import import_rows
from orchestration.services.bulk_plan import BulkPlan, Sheet
from portal.api import problems
from portal.api.exports import CsvFile, YamlFile
from portal.api.resource import Asked
from portal.api.rights import Rights
from portal.api.serializers.bulk_rows import (
    BulkPlanShape,
    ExportQuery,
    ImportQuery,
    RowsShape,
    SheetFile,
    SheetRows,
)
from portal.web.sheet_reasons import problems_of
from portal.web.sheets import Type, read, rows_of, write
from rbac.permissions import Perm

_REFUSED = "import-refused"


class XlsxFile(JSONRenderer):
    """Names the format; what is no file, a problem, stays JSON."""

    media_type = Type.XLSX.media_type
    format = "xlsx"


FILES = (CsvFile, XlsxFile, YamlFile)
BODIES = {"multipart/form-data": SheetFile, "application/json": SheetRows}
ANSWERS = {
    (200, "application/json"): RowsShape,
    **{(200, kind.media_type): OpenApiTypes.BINARY for kind in (CsvFile, XlsxFile)},
    (200, YamlFile.media_type): {"type": "array", "items": {"type": "object"}},
}


class SheetImport(Asked):
    """Rows of one kind come in."""

    kind: ClassVar[Kind]

    @extend_schema(parameters=[ImportQuery], request=BODIES, responses=BulkPlanShape)
    def post(self, request: Request) -> Response:
        """Make what rows want: all of them, or none. A dry run says what would be done.

        Each row needs the right that changing it by hand needs. One that cannot be done, and
        nothing is: 422, with every reason, row and column; a dry run says them with 200. With
        ``expected``, the digest of a dry run, nothing is done either (409) if something changed
        meanwhile.
        """
        query = ImportQuery(data=request.query_params.dict())
        query.is_valid(raise_exception=True)
        plan = import_rows(self.by, self._sheet(request), **query.validated_data)
        return Response(BulkPlanShape(plan).data) if plan.ok or plan.dry_run else _refused(plan)

    def _sheet(self, request: Request) -> Sheet:
        if isinstance(request.data, QueryDict):
            file = self.given(SheetFile)["file"]
            return read(self.kind, file.name, file.read())
        return Sheet(self.kind, tuple(rows_of(self.kind, self.given(SheetRows)["rows"])))


class SheetExport(Asked):
    """Rows of one kind go out, as far as the person may see them."""

    kind: ClassVar[Kind]

    def get_renderers(self) -> list[BaseRenderer]:
        """Offer files beside JSON."""
        return [*super().get_renderers(), *(kind() for kind in FILES)]

    @extend_schema(parameters=[ExportQuery], responses=ANSWERS)
    def get(self, request: Request) -> HttpResponseBase:
        """All rows, exactly as an import takes them. Secrets are not among the values."""
        query = ExportQuery(data=request.query_params.dict(), context={"by": self.by})
        query.is_valid(raise_exception=True)
        rows = bulk_rows.rows(self.by, self.kind, query.validated_data.get("under"))
        wanted: Any = request.accepted_renderer
        if not isinstance(wanted, FILES):
            return Response({"rows": list(rows)})
        file = write(self.kind, rows, Type(wanted.format))
        answer = StreamingHttpResponse(file.content, content_type=file.type.media_type)
        answer["Content-Disposition"] = f'attachment; filename="{file.name}"'
        return answer


class SiteImport(SheetImport):
    """Sites from a sheet."""

    kind = Kind.SITES
    rights: ClassVar[Rights] = {"post": (Perm.EDIT_HIERARCHY,)}


class TargetImport(SheetImport):
    """Targets from a sheet."""

    kind = Kind.TARGETS
    rights: ClassVar[Rights] = {"post": (Perm.EDIT_TARGETS,)}


class ValueImport(SheetImport):
    """Values from a sheet."""

    kind = Kind.VALUES
    rights: ClassVar[Rights] = {"post": (Perm.EDIT_IT_VALUES, Perm.EDIT_OT_VALUES)}


class SiteExport(SheetExport):
    """Sites as a sheet."""

    kind = Kind.SITES
    rights: ClassVar[Rights] = {"get": (Perm.VIEW_HIERARCHY,)}


class TargetExport(SheetExport):
    """Targets as a sheet."""

    kind = Kind.TARGETS
    rights: ClassVar[Rights] = {"get": (Perm.VIEW_HIERARCHY,)}


class ValueExport(SheetExport):
    """Values as a sheet."""

    kind = Kind.VALUES
    rights: ClassVar[Rights] = {"get": (Perm.VIEW_VALUES,)}


def _refused(plan: BulkPlan) -> Response:
    wrong = sum(result.error is not None for result in plan.results)
    said = ngettext(
        "%(count)s row cannot be imported, so nothing was changed.",
        "%(count)s rows cannot be imported, so nothing was changed.",
        wrong,
    ) % {"count": wrong}
    found = [problem for result in plan.results for problem in problems_of(result)]
    status = HTTPStatus.UNPROCESSABLE_ENTITY
    body = problems.body(status, _REFUSED, said, problems=found)
    return Response(body, status=status, content_type=problems.MEDIA_TYPE)
