"""The audit trail."""

from rest_framework import serializers

from orchestration.models import Event
from portal.api.serializers.labels import NodeLabel
from portal.api.shapes import Shape


class EventShape(Shape[Event]):
    """Who did what to which object, when, with which outcome."""

    node = NodeLabel(allow_null=True)
    user = serializers.IntegerField(source="user_id", allow_null=True)
    agent = serializers.IntegerField(source="agent_id", allow_null=True)

    class Meta:
        model = Event
        fields = (
            "id", "at", "kind", "outcome", "actor", "user", "agent", "node",
            "object_type", "object_id", "object_name", "params",
        )  # fmt: skip
