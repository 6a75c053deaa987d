"""Named secrets: set, and never given out."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from orchestration.models import NamedSecret
from portal.api.fields import Body
from portal.api.serializers.labels import NodeLabel, PersonField
from portal.api.shapes import Shape


class SecretShape(Shape[NamedSecret]):
    """A named secret without its value: which version counts, who set it, when."""

    node = NodeLabel()
    version = serializers.IntegerField(source="newest.number")
    keys = serializers.ListField(source="newest.keys", child=serializers.CharField())
    set_by = PersonField(source="newest.created_by")
    set_at = serializers.DateTimeField(source="newest.created_at")

    class Meta:
        model = NamedSecret
        fields = ("node", "name", "version", "keys", "set_by", "set_at")


@extend_schema_field(
    {
        "oneOf": [
            {"type": "string"},
            {"type": "object", "additionalProperties": {"type": "string"}},
        ]
    }
)
class SecretText(serializers.Field[Any, Any, Any, Any]):
    """A text, or texts by key."""

    default_error_messages = {
        "no_text": "Give a text, or an object of texts.",
        "unstorable": "Holds characters that cannot be stored.",
    }

    def to_internal_value(self, data: object) -> str | dict[str, str]:
        """Return the text or the texts; what is wrong is said without repeating it."""
        texts = data if isinstance(data, dict) else {"": data}
        for one in (*texts, *texts.values()):
            if not isinstance(one, str):
                self.fail("no_text")
            if any("\ud800" <= character <= "\udfff" for character in one):
                self.fail("unstorable")
        return data  # type: ignore[return-value]  # looked at above


class NewSecret(Body):
    """The value of a named secret."""

    value = SecretText(write_only=True)
