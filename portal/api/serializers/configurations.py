"""Configuration values at places, and their history."""

from collections.abc import Mapping
from typing import Any

from rest_framework import serializers

from orchestration.expressions import Parts, lookup, split_path
from orchestration.models import ConfigurationRevision
from orchestration.queries import config_templates, places, solutions
from orchestration.queries.values import Field, Sheet
from orchestration.resolution import MASK, Veil
from orchestration.resolution.secrets import put, secret_leaves
from orchestration.rules import UNSET
from portal.api.fields import Body, Seen, Values, comment_field
from portal.api.serializers.labels import NodeLabel, PersonField
from portal.api.shapes import Shape
from portal.web.sentences import refusal

MOST_EDITS = 2000


class SavedShape(Shape[ConfigurationRevision]):
    """One save of values as it goes out; a ``sheet`` in the context says what is secret."""

    values = serializers.SerializerMethodField()

    node = serializers.IntegerField(source="node_id")
    solution = serializers.IntegerField(source="template_id")
    author = PersonField()

    class Meta:
        model = ConfigurationRevision
        fields = ("node", "solution", "number", "values", "comment", "author", "created_at")

    def get_values(self, revision: ConfigurationRevision) -> dict[str, Any]:
        """What was set, secrets masked."""
        return masked(self.told("sheet"), revision.values)


class FieldShape(serializers.Serializer[Field]):
    """One key at a place: its rule, its value here, and what it inherits from where."""

    key = serializers.CharField(source="rule.key")
    label = serializers.CharField(source="rule.label")
    type = serializers.CharField(source="rule.type")
    unit = serializers.CharField(source="rule.unit")
    required = serializers.BooleanField(source="rule.required")
    own = serializers.SerializerMethodField()
    inherited = serializers.SerializerMethodField()
    inherited_from = NodeLabel(allow_null=True)
    inherited_template = serializers.CharField()
    editable = serializers.BooleanField(source="verdict.ok")
    reason = serializers.SerializerMethodField()

    def get_own(self, field: Field) -> Any:  # noqa: ANN401  any JSON value
        """What is set here; null when nothing is."""
        return _shown(field, field.own)

    def get_inherited(self, field: Field) -> Any:  # noqa: ANN401  any JSON value
        """What counts when nothing is set here."""
        return _shown(field, field.inherited)

    def get_reason(self, field: Field) -> str:
        """Why the person may not change it; empty when they may."""
        return refusal(field.verdict)


class SheetShape(serializers.Serializer[Sheet]):
    """All values of a solution at one place. ``base`` goes into the next PUT."""

    node = NodeLabel()
    base = serializers.IntegerField()
    values = serializers.SerializerMethodField()
    comment = serializers.SerializerMethodField()
    author = PersonField(source="revision.author")
    created_at = serializers.SerializerMethodField()
    fields = FieldShape(many=True)

    def get_values(self, sheet: Sheet) -> dict[str, Any]:
        """What is set here, as one object, secrets masked."""
        return masked(sheet, sheet.revision.values) if sheet.revision else {}

    def get_comment(self, sheet: Sheet) -> str:
        """What the last author remarked."""
        return sheet.revision.comment if sheet.revision else ""

    def get_created_at(self, sheet: Sheet) -> str | None:
        """When the values were saved."""
        return sheet.revision.created_at.isoformat() if sheet.revision else None


class SavedValues(Body):
    """Values to save at one place, whole, and the revision they started from."""

    values = Values()
    base = serializers.IntegerField(min_value=0)
    version = serializers.IntegerField(min_value=1, required=False)
    comment = comment_field()


class OneEdit(Body):
    """Values to save at one of several places."""

    node = Seen(places.nodes)
    values = Values()
    base = serializers.IntegerField(min_value=0)


class SavedTogether(Body):
    """Values to save at several places: all of them, or none.

    Of a solution, whose ``version`` is given, or of a config template.
    """

    version = Seen(solutions.template_versions, required=False)
    config_template_version = Seen(config_templates.template_versions, required=False)
    edits = OneEdit(many=True, max_length=MOST_EDITS)  # type: ignore[call-arg]  # of the list
    comment = comment_field()

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Check that one version is given."""
        if ("version" in attrs) == ("config_template_version" in attrs):
            raise serializers.ValidationError({"version": ["Give one version, of either kind."]})
        return attrs


def masked(sheet: Sheet, values: Mapping[str, Any]) -> dict[str, Any]:
    """Return values without the secrets in them; of a map every leaf is masked alone."""
    shown = Veil().masked(values)
    for parts in secret_leaves(values, _secrets(sheet)):
        shown = put(shown, parts, MASK)
    return shown


def unmasked(sheet: Sheet, values: Mapping[str, Any]) -> dict[str, Any]:
    """Return values as they are to be saved: a mask that came back means the secret there was."""
    own = sheet.revision.values if sheet.revision else {}
    secret, found = _secrets(sheet), dict(values)
    for parts in {*secret, *secret_leaves(own, secret)}:
        if lookup(found, parts) == MASK:
            found = put(found, parts, lookup(own, parts))
    return found


def _secrets(sheet: Sheet) -> list[Parts]:
    fields = (split_path(field.rule.key) for field in sheet.fields if field.rule.secret)
    return [*fields, *sheet.secret_parts]


def _shown(field: Field, value: Any) -> Any:  # noqa: ANN401  any JSON value
    if value is UNSET or value is None:
        return None
    return MASK if field.rule.secret else value
