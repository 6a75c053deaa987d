"""Places: context roots, sites and targets, as one tree."""

from typing import Any

from rest_framework import serializers

from orchestration.models import Node
from orchestration.queries import places
from orchestration.queries.finding import Found
from orchestration.queries.places import Crumb
from portal.api.fields import Body, Seen, name_field, title_field
from portal.api.shapes import Shape
from rbac.access import granted_paths
from rbac.models import User
from rbac.permissions import Perm


class PlaceShape(Shape[Node]):
    """A place as it goes out. ``parent`` is null where the person may not see it."""

    parent = serializers.SerializerMethodField()
    context = serializers.IntegerField(source="context_id")
    level_name = serializers.CharField()
    title = serializers.CharField()

    class Meta:
        model = Node
        fields = (
            "id", "kind", "context", "parent", "level", "level_name",
            "name", "display_name", "title", "time_zone", "labels",
        )  # fmt: skip

    def get_parent(self, node: Node) -> int | None:
        """The id of the place above."""
        return visible_parent(node, self.by)


class CrumbShape(serializers.Serializer[Crumb]):
    """One step of the way from the top: a plain label where only the name may be known."""

    id = serializers.SerializerMethodField()
    level_name = serializers.CharField(source="node.level_name")
    title = serializers.CharField(source="node.title")

    def get_id(self, crumb: Crumb) -> int | None:
        """The id, for those who may see the place."""
        return crumb.node.pk if crumb.visible else None


class PlaceDetail(PlaceShape):
    """A place with the way to it."""

    way = serializers.SerializerMethodField()

    class Meta(PlaceShape.Meta):
        fields = (*PlaceShape.Meta.fields, "way")

    def get_way(self, node: Node) -> list[dict[str, Any]]:
        """From the top down to the place itself."""
        crumbs = places.way_to(self.by, node)
        return [dict(CrumbShape(crumb).data) for crumb in crumbs]


class Branch(serializers.Serializer[Node]):
    """A place with all below it, for documentation; `nested` makes the data."""

    id = serializers.IntegerField()
    kind = serializers.CharField()
    name = serializers.CharField()
    title = serializers.CharField()
    level_name = serializers.CharField()
    children = serializers.ListField(child=serializers.DictField())


class FoundShape(serializers.Serializer[Found]):
    """A place that was looked for; ``path`` is the way to it by names and finds it alone."""

    id = serializers.IntegerField(source="node.pk")
    kind = serializers.CharField(source="node.kind")
    context = serializers.IntegerField(source="node.context_id")
    name = serializers.CharField(source="node.name")
    title = serializers.CharField(source="node.title")
    path = serializers.CharField()


class NewSite(Body):
    """A site to make below a context's root or another site."""

    parent = Seen(places.nodes)
    name = name_field()
    display_name = title_field()
    time_zone = serializers.CharField(max_length=64, allow_blank=True, required=False)


class NewParent(Body):
    """Where a place is to hang."""

    parent = Seen(places.nodes)


class PlaceChange(Body):
    """What may change of a site or target."""

    name = name_field(required=False)
    display_name = title_field()
    time_zone = serializers.CharField(max_length=64, allow_blank=True, required=False)


def visible_parent(node: Node, by: User) -> int | None:
    """Return the id of the place above, if the reader may see it."""
    above = node.path[: node.path.rstrip("/").rfind("/") + 1]
    granted = tuple(granted_paths(by, Perm.VIEW_HIERARCHY))
    return node.parent_id if above.startswith(granted) else None


def nested(nodes: list[Node]) -> list[dict[str, Any]]:
    """Return places as a forest; what has no visible parent is a root. Parents come first."""
    branches: dict[int, dict[str, Any]] = {}
    roots: list[dict[str, Any]] = []
    for node in nodes:
        branch = {
            "id": node.pk,
            "kind": node.kind,
            "name": node.name,
            "title": node.title,
            "level_name": node.level_name,
            "children": [],
        }
        branches[node.pk] = branch
        above = branches.get(node.parent_id or 0)
        (above["children"] if above else roots).append(branch)
    return roots
