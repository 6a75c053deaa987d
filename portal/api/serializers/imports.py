"""Importing the files of a solution at once."""

from collections.abc import Mapping
from typing import Any

from rest_framework import serializers

from orchestration.queries import places
from orchestration.services import importing
from orchestration.services.importing import Imported
from portal.api.fields import Body, Seen, name_field, title_field
from portal.api.serializers.schemas import text_field


class Import(Body):
    """Files to import at once, as text or as uploads; all of it, or nothing.

    A template is a solution's, or with the ``kind`` ``config`` a config template's. ``values`` are
    set at the place ``at``. ``capabilities`` may be one text with commas.
    """

    context = Seen(places.contexts)
    kind = serializers.ChoiceField(importing.KINDS, required=False)
    name = name_field(required=False)
    version = name_field(required=False)
    display_name = title_field()
    schema_name = name_field(required=False)
    schema_version = name_field(required=False)
    schema = text_field(required=False)
    template = text_field(required=False)
    specification = text_field(required=False)
    values = text_field(required=False)
    at = Seen(places.nodes, required=False)
    capabilities = serializers.ListField(child=name_field(), max_length=200, required=False)

    def to_internal_value(self, data: Any) -> Any:  # noqa: ANN401  as the base class has it
        """Read uploads as text, then go on as for any body."""
        if isinstance(data, Mapping):
            data = {key: _text(key, data) for key in data}
        return super().to_internal_value(data)


class ImportedShape(serializers.Serializer[Imported]):
    """What an import made, or found there already and the same."""

    schema_version = serializers.SerializerMethodField()
    solution_version = serializers.SerializerMethodField()
    config_template_version = serializers.SerializerMethodField()
    configuration = serializers.SerializerMethodField()
    warnings = serializers.ListField(child=serializers.CharField())

    def get_schema_version(self, imported: Imported) -> dict[str, Any] | None:
        """Id and name of the schema version."""
        row = imported.schema
        return {"id": row.pk, "name": str(row)} if row else None

    def get_solution_version(self, imported: Imported) -> dict[str, Any] | None:
        """Ids and name of the solution version."""
        row = imported.solution
        return {"id": row.pk, "solution": row.template_id, "name": str(row)} if row else None

    def get_config_template_version(self, imported: Imported) -> dict[str, Any] | None:
        """Ids and name of the config template version."""
        row = imported.config
        return {"id": row.pk, "config_template": row.template_id, "name": str(row)} if row else None

    def get_configuration(self, imported: Imported) -> dict[str, int] | None:
        """Place and number of the values saved; null when there were none, or none differ."""
        row = imported.values
        return {"node": row.node_id, "number": row.number} if row else None


def _text(key: str, data: Any) -> Any:  # noqa: ANN401  JSON or a form
    value = data[key]
    if key == "capabilities":
        listed = data.getlist(key) if hasattr(data, "getlist") else value
        if isinstance(listed, str):
            listed = [listed]
        if isinstance(listed, list) and all(isinstance(one, str) for one in listed):
            return [name.strip() for one in listed for name in one.split(",") if name.strip()]
        return listed
    if not hasattr(value, "read"):
        return value
    try:
        return value.read().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise serializers.ValidationError({key: ["The file is not UTF-8 text."]}) from error
