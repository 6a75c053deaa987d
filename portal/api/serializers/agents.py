"""Agents and enrolment tokens."""

from typing import Any

from rest_framework import serializers

from orchestration import states
from orchestration.models import Agent, EnrolmentToken
from orchestration.queries import agents, places
from portal.api.fields import Body, Seen, SeenList
from portal.api.serializers.labels import NodeLabel, PersonField, TargetLabel, WordLabel
from portal.api.shapes import Shape

LONGEST_HOURS = 24 * 90
MOST_USES = 10_000


class AgentShape(Shape[Agent]):
    """An agent as it goes out; ``away`` when it has been silent for longer than it should be."""

    node = NodeLabel()
    word = serializers.SerializerMethodField()
    away = serializers.SerializerMethodField()
    targets = TargetLabel(many=True)

    class Meta:
        model = Agent
        fields = (
            "id", "name", "node", "state", "word", "fingerprint", "facts", "enrolled_at",
            "last_seen_at", "away", "seq", "applied_seq", "targets",
        )  # fmt: skip

    def get_word(self, agent: Agent) -> dict[str, Any]:
        """What a person reads for the state."""
        return dict(WordLabel(states.AGENT[agent.state].word).data)

    def get_away(self, agent: Agent) -> bool:
        """Whether nothing has been heard of it for too long."""
        return agents.away(agent)


class Approval(Body):
    """Which targets the agent is to serve; without any, those of its token or its place."""

    targets = SeenList(places.targets, required=False)


class TokenShape(Shape[EnrolmentToken]):
    """A token as it goes out: never with its secret."""

    node = NodeLabel()
    targets = NodeLabel(many=True)
    created_by = PersonField()

    class Meta:
        model = EnrolmentToken
        fields = (
            "id", "hint", "node", "targets", "auto_approve", "uses_left", "usable",
            "expires_at", "created_by", "created_at",
        )  # fmt: skip


class NewTokenShape(TokenShape):
    """A token just made, with its secret: it is shown this once."""

    secret = serializers.SerializerMethodField()

    class Meta(TokenShape.Meta):
        fields = (*TokenShape.Meta.fields, "secret")

    def get_secret(self, token: EnrolmentToken) -> str:
        """What the agent enrols with."""
        return str(self.told("secret"))


class NewToken(Body):
    """A token to make."""

    node = Seen(places.nodes)
    uses = serializers.IntegerField(min_value=1, max_value=MOST_USES, default=1)
    valid_for_hours = serializers.IntegerField(min_value=1, max_value=LONGEST_HOURS, default=24)
    auto_approve = serializers.BooleanField(default=False)
    targets = SeenList(places.targets, required=False)
