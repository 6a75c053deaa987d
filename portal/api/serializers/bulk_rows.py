"""Rows of sheets that come in, and what becomes of each of them."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from orchestration.queries import places
from orchestration.queries.bulk_columns import Kind
from orchestration.services.apply_plan import Action
from orchestration.services.bulk_plan import MOST_ROWS, BulkPlan, Result
from portal.api.fields import Body, Seen
from portal.api.serializers.applying import DifferenceShape
from portal.web.sheet_reasons import problems_of
from portal.web.sheets import MOST_BYTES


class SheetFile(Body):
    """A file that ends in .csv, .xlsx or .yaml."""

    file = serializers.FileField(allow_empty_file=True, max_length=200)

    def validate_file(self, file: Any) -> Any:  # noqa: ANN401  an upload
        """Refuse what is too large before it is read."""
        if file.size > MOST_BYTES:
            raise serializers.ValidationError(f"At most {MOST_BYTES} bytes.")
        return file


class SheetRows(Body):
    """The same rows as plain data: as in YAML."""

    rows = serializers.ListField(
        child=serializers.DictField(child=serializers.JSONField(allow_null=True)),
        max_length=MOST_ROWS,
    )


class ImportQuery(Body):
    """How an import is done."""

    dry_run = serializers.BooleanField(
        default=False, help_text="Only say what would be done; nothing changes."
    )
    expected = serializers.CharField(
        default="",
        allow_blank=True,
        max_length=64,
        help_text="The `digest` of a dry run: unless the same is still to be done, nothing is.",
    )


class ExportQuery(Body):
    """What is exported."""

    under = Seen(places.nodes, required=False, help_text="A place: it and all below it.")
    format = serializers.ChoiceField(
        choices=["json", "csv", "xlsx", "yaml"], required=False, help_text="The type of file."
    )


class RowsShape(serializers.Serializer[Any]):
    """Rows as an import takes them."""

    rows = serializers.ListField(
        child=serializers.DictField(child=serializers.JSONField(allow_null=True))
    )


class RowResultShape(serializers.Serializer[Result]):
    """What is done with one row; ``column`` is where one looks for the cause of an error."""

    row = serializers.IntegerField(source="number")
    name = serializers.CharField()
    action = serializers.ChoiceField(choices=[action.value for action in Action])
    column = serializers.CharField()
    changes = DifferenceShape(many=True)
    problems = serializers.SerializerMethodField()

    @extend_schema_field(
        {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {"code": {"type": "string"}, "message": {"type": "string"}},
                "additionalProperties": {},
            },
        }
    )
    def get_problems(self, result: Result) -> list[dict[str, Any]]:
        """Why it cannot be done; empty when it can."""
        return list(problems_of(result))


class BulkPlanShape(serializers.Serializer[BulkPlan]):
    """Everything that was done, or with a dry run would be."""

    kind = serializers.ChoiceField(choices=[kind.value for kind in Kind])
    dry_run = serializers.BooleanField()
    ok = serializers.BooleanField()
    digest = serializers.CharField()
    counts = serializers.DictField(child=serializers.IntegerField())
    rows = RowResultShape(source="results", many=True)
