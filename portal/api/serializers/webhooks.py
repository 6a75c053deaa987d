"""Webhooks, and the log of their deliveries."""

from rest_framework import serializers

from orchestration.models import Delivery, DeliveryAttempt, Webhook
from orchestration.queries import access
from orchestration.services.addresses import LONGEST
from orchestration.services.webhooks import MOST_KINDS, NewSecret
from portal.api.fields import Body, Seen, name_field
from portal.api.serializers.labels import NodeLabel, PersonField
from portal.api.shapes import Shape
from portal.web.event_sentences import unknown_patterns


class WebhookShape(Shape[Webhook]):
    """An address that hears of events. ``owner`` is whose rights decide what it is told."""

    node = NodeLabel()
    kinds = serializers.ListField(child=serializers.CharField())
    owner = PersonField()
    waiting = serializers.IntegerField()
    given_up = serializers.IntegerField()

    class Meta:
        model = Webhook
        fields = (
            "id", "node", "name", "url", "kinds", "enabled", "owner", "created_at",
            "failures", "rests_until", "waiting", "given_up",
        )  # fmt: skip


class WebhookSecret(serializers.Serializer[NewSecret]):
    """The secret that deliveries are signed with, told this once."""

    id = serializers.IntegerField(source="webhook.pk")
    secret = serializers.CharField()


def kinds_field(*, required: bool = True) -> serializers.ListField:
    """Return a field for patterns of event kinds: ``*``, ``deployment.*``, ``site.changed``."""
    child = serializers.CharField(max_length=60)
    return serializers.ListField(
        child=child, min_length=1, max_length=MOST_KINDS, required=required
    )


class WebhookChanges(Body):
    """What may be changed of a webhook."""

    name = name_field(required=False)
    url = serializers.CharField(max_length=LONGEST, required=False)
    kinds = kinds_field(required=False)
    enabled = serializers.BooleanField(required=False)

    def validate_kinds(self, value: list[str]) -> list[str]:
        """Refuse kinds that never happen: a slip of the pen would be silence."""
        if unknown := unknown_patterns(value):
            named = ", ".join(unknown)
            raise serializers.ValidationError(f"There is no such kind of event: {named}.")
        return value


class NewWebhook(WebhookChanges):
    """A webhook to set up."""

    node = Seen(access.places)
    name = name_field()
    url = serializers.CharField(max_length=LONGEST)
    kinds = kinds_field()


class AttemptShape(Shape[DeliveryAttempt]):
    """One call: the answer's status, or why there was none, and how it began."""

    class Meta:
        model = DeliveryAttempt
        fields = ("at", "status", "code", "milliseconds", "excerpt")


class DeliveryShape(Shape[Delivery]):
    """One event on its way to a webhook, with its calls, newest first."""

    id = serializers.UUIDField(source="uid")
    kind = serializers.CharField()
    event = serializers.IntegerField(source="event_id", allow_null=True)
    tries = AttemptShape(many=True)

    class Meta:
        model = Delivery
        fields = (
            "id", "kind", "event", "state", "attempts", "created_at", "next_attempt_at",
            "finished_at", "tries",
        )  # fmt: skip
