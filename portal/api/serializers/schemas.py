"""Schemas and their versions."""

from typing import Any

from rest_framework import serializers

from orchestration.models import Schema, SchemaVersion
from orchestration.queries import places
from portal.api.fields import Body, Seen, name_field
from portal.api.serializers.labels import PersonField
from portal.api.shapes import Shape

MOST_TEXT = 1024 * 1024
JSON_SCHEMA = "application/schema+json"


class SchemaShape(Shape[Schema]):
    """A schema as it goes out; newest version first."""

    context = serializers.IntegerField(source="context_id")
    versions = serializers.SerializerMethodField()

    class Meta:
        model = Schema
        fields = ("id", "context", "name", "versions")

    def get_versions(self, schema: Schema) -> list[dict[str, str | int]]:
        """Id and number of each version."""
        return [{"id": row.pk, "version": row.version} for row in schema.versions.all()]


class SchemaVersionShape(Shape[SchemaVersion]):
    """A schema version as it goes out, with the text its author wrote."""

    context = serializers.IntegerField(source="schema.context_id")
    schema = serializers.IntegerField(source="schema_id")
    name = serializers.CharField(source="schema.name")
    created_by = PersonField()

    class Meta:
        model = SchemaVersion
        fields = ("id", "context", "schema", "name", "version", "text", "created_by", "created_at")


class NewSchemaVersionShape(SchemaVersionShape):
    """A schema version just made, with warnings about older spellings."""

    warnings = serializers.SerializerMethodField()

    class Meta(SchemaVersionShape.Meta):
        fields = (*SchemaVersionShape.Meta.fields, "warnings")

    def get_warnings(self, _version: SchemaVersion) -> list[str]:
        """What a later look should mend."""
        return list(self.told("warnings"))


def text_field(**kwargs: Any) -> serializers.CharField:  # noqa: ANN401
    """Return a field for a file's text, exactly as it is."""
    return serializers.CharField(max_length=MOST_TEXT, trim_whitespace=False, **kwargs)


class NewSchemaVersion(Body):
    """A schema version to make. Name and version may stand in the text instead."""

    context = Seen(places.contexts)
    text = text_field()
    name = name_field(required=False)
    version = name_field(required=False)
