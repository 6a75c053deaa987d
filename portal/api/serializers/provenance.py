"""Where every value of a configuration comes from, as data and as a sentence."""

from collections.abc import Iterable, Mapping
from typing import Any

from rest_framework import serializers

from orchestration.resolution import Change, Origin, Shadow
from portal.api.serializers.labels import name_of
from portal.web.origins import Storyteller, with_value
from portal.web.provenance import settings


class SetShape(serializers.Serializer[Any]):
    """Where one value is set.

    ``source`` is value (set at the place ``level``, ``name``), schema-default, template, include,
    config, expression, injection or unset; ``template`` is the config template that it is set for.
    ``node``, ``revision`` (of the place's values), ``by`` and ``at`` are null, and ``by`` empty,
    where nobody set it, or at a place whose values one may not see.
    """

    source = serializers.CharField()
    level = serializers.CharField()
    name = serializers.CharField()
    template = serializers.CharField()
    node = serializers.IntegerField(allow_null=True)
    revision = serializers.IntegerField(allow_null=True)
    by = serializers.CharField()
    at = serializers.DateTimeField(allow_null=True)
    sentence = serializers.CharField()


class ShadowShape(SetShape):
    """A value that would count if the one that does were not set; null where it is not told."""

    value = serializers.JSONField(allow_null=True)


class ReadShape(SetShape):
    """Where a value is from that an expression reads."""

    shadows = ShadowShape(many=True)


class OriginShape(ReadShape):
    """Where the value of one key is from, and what it shadows, the nearest first.

    ``sentence`` says both in the reader's language: "85, set by Ana at Line 3 on 4 May, over 80
    from Factory Chicago". ``inputs`` are what an expression reads, by key.
    """

    inputs = serializers.DictField(child=ReadShape())


def provenance(
    story: Storyteller, leaves: Iterable[Change], found: Mapping[str, Origin]
) -> dict[str, Any]:
    """Return the origin of every leaf by dotted key."""
    return {
        row.key: _origin(story, row.key, found[row.key], with_value(str(row.value), row.origin))
        for row in settings(leaves, found, story)
        if row.key in found
    }


def _origin(story: Storyteller, key: str, origin: Origin, sentence: str) -> dict[str, Any]:
    inputs = {read: _read(story, read, one) for read, one in origin.inputs.items()}
    return {**_read(story, key, origin), "sentence": sentence, "inputs": inputs}


def _read(story: Storyteller, key: str, origin: Origin) -> dict[str, Any]:
    shadows = [_shadow(story, shadow, origin.set_as or key) for shadow in origin.shadows]
    told = {"sentence": story.sentence(origin, key), "shadows": shadows}
    return {**_set_at(story, origin, origin.set_as or key), **told}


def _shadow(story: Storyteller, shadow: Shadow, key: str) -> dict[str, Any]:
    told = {"sentence": story.shadowed(shadow, key), "value": story.value_of(shadow, key)}
    return {**_set_at(story, shadow, key), **told}


def _set_at(story: Storyteller, origin: Origin | Shadow, key: str) -> dict[str, Any]:
    save = story.save_of(origin, key)
    return {
        "source": origin.source,
        "level": origin.level,
        "name": origin.name,
        "template": origin.template,
        "node": save.node_id if save else None,
        "revision": save.number if save else None,
        "by": name_of(save.author) if save else "",
        "at": save.created_at if save else None,
    }
