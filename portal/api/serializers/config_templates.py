"""Config templates in the catalog, their versions, and where they are linked."""

from rest_framework import serializers

from orchestration.models import ConfigTemplate, ConfigTemplateVersion, TemplateLink
from orchestration.queries import config_templates, places
from portal.api.fields import Body, Seen, name_field, title_field
from portal.api.serializers.labels import NodeLabel, PersonField
from portal.api.serializers.schemas import text_field
from portal.api.shapes import Shape


class ConfigTemplateShape(Shape[ConfigTemplate]):
    """A config template as it goes out; newest version first. Its id is its catalog node's."""

    id = serializers.IntegerField(source="pk")
    context = serializers.IntegerField(source="node.context_id")
    name = serializers.CharField(source="node.name")
    title = serializers.CharField(source="node.title")
    versions = serializers.SerializerMethodField()

    class Meta:
        model = ConfigTemplate
        fields = ("id", "context", "name", "title", "description", "versions")

    def get_versions(self, template: ConfigTemplate) -> list[dict[str, str | int]]:
        """Id and number of each version."""
        return [{"id": row.pk, "version": row.version} for row in template.versions.all()]


class ConfigTemplateVersionShape(Shape[ConfigTemplateVersion]):
    """A config template version as it goes out."""

    context = serializers.IntegerField(source="template.node.context_id")
    config_template = serializers.IntegerField(source="template_id")
    name = serializers.CharField(source="template.node.name")
    schema = serializers.SerializerMethodField()
    warnings = serializers.ListField(child=serializers.CharField())
    created_by = PersonField()

    class Meta:
        model = ConfigTemplateVersion
        fields = (
            "id", "context", "config_template", "name", "version", "schema", "config_text",
            "warnings", "created_by", "created_at",
        )  # fmt: skip

    def get_schema(self, version: ConfigTemplateVersion) -> str | None:
        """The schema version as ``Name/Version``; null where the rules stand in the template."""
        return str(version.schema) if version.schema else None


class NewConfigTemplateVersion(Body):
    """A config template version to make, and the template with it if it is new."""

    context = Seen(places.contexts)
    name = name_field()
    version = name_field()
    config_text = text_field()
    schema = serializers.CharField(max_length=130, allow_blank=True, required=False)
    display_name = title_field()
    description = serializers.CharField(max_length=500, allow_blank=True, required=False)


class LinkShape(Shape[TemplateLink]):
    """A config template version that counts at a place and below."""

    node = NodeLabel()
    config_template = serializers.IntegerField(source="template_id")
    name = serializers.CharField(source="template.node.name")
    title = serializers.CharField(source="template.node.title")
    config_template_version = serializers.IntegerField(source="version_id")
    version = serializers.CharField(source="version.version")
    linked_by = PersonField()

    class Meta:
        model = TemplateLink
        fields = (
            "id", "node", "config_template", "name", "title", "config_template_version", "version",
            "linked_by", "linked_at",
        )  # fmt: skip


class NewLink(Body):
    """The version to link; it takes the place of another one of its template."""

    config_template_version = Seen(config_templates.template_versions)
