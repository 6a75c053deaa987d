"""Targets: the lines one deploys to."""

from typing import Any

from rest_framework import serializers

from orchestration.models import Target
from orchestration.queries import agents, places
from portal.api.fields import Body, Seen, Values, name_field, title_field
from portal.api.serializers.labels import AgentLabel
from portal.api.serializers.places import visible_parent
from portal.api.shapes import Shape


class TargetShape(Shape[Target]):
    """A target as it goes out; its id is its place's id."""

    id = serializers.IntegerField(source="pk")
    context = serializers.IntegerField(source="node.context_id")
    site = serializers.SerializerMethodField()
    level = serializers.IntegerField(source="node.level")
    level_name = serializers.CharField(source="node.level_name")
    name = serializers.CharField(source="node.name")
    display_name = serializers.CharField(source="node.display_name")
    title = serializers.CharField(source="node.title")
    time_zone = serializers.CharField(source="node.time_zone")
    capabilities = serializers.SerializerMethodField()
    agent = AgentLabel(allow_null=True)

    class Meta:
        model = Target
        fields = (
            "id", "context", "site", "level", "level_name", "name", "display_name", "title",
            "time_zone", "scope", "capabilities", "specification", "agent",
        )  # fmt: skip

    def get_site(self, target: Target) -> int | None:
        """The id of the place above, for those who may see it."""
        return visible_parent(target.node, self.by)

    def get_capabilities(self, target: Target) -> list[str]:
        """What the line can do, by name."""
        return sorted(capability.name for capability in target.capabilities.all())


def _names(**kwargs: Any) -> serializers.ListField:  # noqa: ANN401
    return serializers.ListField(child=name_field(), max_length=200, required=False, **kwargs)


class NewTarget(Body):
    """A target to make below a site."""

    parent = Seen(places.nodes)
    name = name_field()
    display_name = title_field()
    scope = serializers.CharField(max_length=63, required=False)
    capabilities = _names()
    specification = Values(required=False)
    level = serializers.IntegerField(min_value=0, max_value=100, required=False)


class TargetChange(Body):
    """What may change of a target. Its name is changed as a place's."""

    scope = serializers.CharField(max_length=63, required=False)
    capabilities = _names()
    specification = Values(required=False)
    agent = Seen(agents.agents, required=False, allow_null=True)
