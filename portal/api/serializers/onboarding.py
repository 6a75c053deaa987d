"""A factory with its lines, made at once."""

from typing import Any

from rest_framework import serializers

from orchestration.queries import places
from orchestration.services.onboarding import MOST_LINES
from portal.api.fields import Body, Seen, name_field, title_field
from portal.api.serializers.labels import TargetLabel
from portal.api.serializers.places import PlaceShape


class NewFactory(Body):
    """A site and what its lines have in common.

    In ``line_name`` and ``line_display_name``, ``{factory}`` becomes the name of the site and
    ``{n}`` the number of the line.
    """

    parent = Seen(places.nodes)
    name = name_field()
    lines = serializers.IntegerField(min_value=1, max_value=MOST_LINES)
    display_name = title_field()
    time_zone = serializers.CharField(max_length=64, allow_blank=True, required=False)
    line_name = name_field(required=False)
    line_display_name = serializers.CharField(max_length=120, required=False)
    scope = serializers.CharField(max_length=63, required=False)
    capabilities = serializers.ListField(child=name_field(), max_length=200, required=False)


class FactoryShape(serializers.Serializer[Any]):
    """What was made."""

    site = PlaceShape()
    targets = TargetLabel(many=True)
