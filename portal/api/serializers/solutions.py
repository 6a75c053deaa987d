"""Solutions in the catalog, and their versions."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from orchestration.models import SolutionTemplate, SolutionTemplateVersion
from orchestration.queries import places
from portal.api.fields import Body, Seen, Values, name_field, title_field
from portal.api.serializers.labels import PersonField
from portal.api.serializers.schemas import text_field
from portal.api.serializers.withdrawals import WithdrawalShape
from portal.api.shapes import Shape


class SolutionShape(Shape[SolutionTemplate]):
    """A solution as it goes out; newest version first. Its id is its catalog node's."""

    id = serializers.IntegerField(source="pk")
    context = serializers.IntegerField(source="node.context_id")
    name = serializers.CharField(source="node.name")
    title = serializers.CharField(source="node.title")
    capabilities = serializers.SerializerMethodField()
    versions = serializers.SerializerMethodField()

    class Meta:
        model = SolutionTemplate
        fields = ("id", "context", "name", "title", "description", "capabilities", "versions")

    def get_capabilities(self, solution: SolutionTemplate) -> list[str]:
        """What a line must be able to do, by name."""
        return sorted(capability.name for capability in solution.capabilities.all())

    def get_versions(self, solution: SolutionTemplate) -> list[dict[str, str | int]]:
        """Id and number of each version."""
        return [{"id": row.pk, "version": row.version} for row in solution.versions.all()]


class SolutionVersionShape(Shape[SolutionTemplateVersion]):
    """A solution version as it goes out."""

    context = serializers.IntegerField(source="template.node.context_id")
    solution = serializers.IntegerField(source="template_id")
    name = serializers.CharField(source="template.node.name")
    schema = serializers.SerializerMethodField()
    warnings = serializers.ListField(child=serializers.CharField())
    created_by = PersonField()
    withdrawn = serializers.SerializerMethodField()

    class Meta:
        model = SolutionTemplateVersion
        fields = (
            "id", "context", "solution", "name", "version", "schema", "config_text",
            "specification", "warnings", "created_by", "created_at", "withdrawn",
        )  # fmt: skip

    @extend_schema_field(WithdrawalShape(allow_null=True))
    def get_withdrawn(self, version: SolutionTemplateVersion) -> Any:  # noqa: ANN401  JSON
        """Why it must not be used any more; null where it may."""
        return WithdrawalShape(version).data if version.withdrawn_at else None

    def get_schema(self, version: SolutionTemplateVersion) -> str | None:
        """The schema version as ``Name/Version``; null where the rules stand in the template."""
        return str(version.schema) if version.schema else None


class NewSolutionVersion(Body):
    """A solution version to make, and the solution with it if it is new.

    ``schema`` names the rules as ``Name/Version`` where the template does not say.
    """

    context = Seen(places.contexts)
    name = name_field()
    version = name_field()
    config_text = text_field()
    specification = Values(required=False)
    schema = serializers.CharField(max_length=130, allow_blank=True, required=False)
    display_name = title_field()
    description = serializers.CharField(max_length=500, allow_blank=True, required=False)
    capabilities = serializers.ListField(child=name_field(), max_length=200, required=False)
