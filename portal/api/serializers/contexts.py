"""Contexts and capabilities."""

from typing import Any

from rest_framework import serializers

from orchestration.models import Capability, Context, Node
from portal.api.fields import Body, name_field, title_field
from portal.api.shapes import Shape


class CapabilityShape(Shape[Capability]):
    """A capability as it goes out."""

    class Meta:
        model = Capability
        fields = ("id", "name", "description")


class CapabilityBody(Body):
    """A capability as it comes in."""

    name = name_field()
    description = serializers.CharField(max_length=200, allow_blank=True, default="")


class ContextShape(Shape[Context]):
    """A context as it goes out; ``root`` is the node that roles for all of it hang on."""

    levels = serializers.ListField(child=serializers.CharField())
    capabilities = CapabilityShape(many=True)
    root = serializers.SerializerMethodField()

    class Meta:
        model = Context
        fields = ("id", "name", "display_name", "levels", "capabilities", "root", "created_at")

    def get_root(self, context: Context) -> int:
        """The id of the context's own node."""
        roots: list[Node] = context.roots  # type: ignore[attr-defined]  # prefetched by the view
        return roots[0].pk


def _levels(**kwargs: Any) -> serializers.ListField:  # noqa: ANN401
    level = serializers.CharField(max_length=60, allow_blank=True)
    return serializers.ListField(child=level, max_length=32, **kwargs)


class NewContext(Body):
    """A context to make."""

    name = name_field()
    display_name = title_field()
    levels = _levels()


class ContextChange(Body):
    """What may change of a context."""

    display_name = title_field()
    levels = _levels(required=False)
