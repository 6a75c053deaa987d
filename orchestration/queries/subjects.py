"""The plain data that resolutions read, loaded for many lines at once.

No rights here: whoever calls has asked.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from django.db.models import prefetch_related_objects

from orchestration.models import AnyTemplate, ConfigurationRevision, Node, Target
from orchestration.queries import secrets
from orchestration.queries.linking import NOTHING_SUPPOSED, Counting, Links, Supposed, path_node
from orchestration.queries.saved import current_values
from orchestration.resolution import Injected, PathNode, Subject

_NO_SECRETS: Mapping[str, str] = {}
_NO_CAPABILITIES: frozenset[str] = frozenset()


class Subjects:
    """What a template's resolution reads on each of some lines, for a fixed number of queries.

    A place is one `PathNode`, shared by all lines below it: the engine merges it once. Without
    ``values``, by node, it is the newest ones that count. ``named`` are the config templates that
    the template names in ``$config``, ``supposed`` what is not saved yet for config templates,
    ``counting`` those that count in the place of the ones linked now.
    """

    def __init__(
        self,
        template: AnyTemplate,
        targets: Sequence[Target],
        values: Mapping[int, ConfigurationRevision] | None = None,
        *,
        named: Collection[str] = (),
        supposed: Supposed = NOTHING_SUPPOSED,
        counting: Counting | None = None,
    ) -> None:
        prefetch_related_objects(targets, "node__context")
        self._capabilities = _capabilities(targets)
        above = {pk for target in targets for pk in target.node.path_ids()[:-1]}
        self._nodes = Node.objects.select_related("context").in_bulk(above)
        if values is None:
            values = current_values(template, [*above, *(target.pk for target in targets)])
        self._values = values
        self._targets = {target.pk: target for target in targets}
        nodes = self._nodes | {target.pk: target.node for target in targets}
        self._links = Links(nodes, named, self._properties_of, supposed, counting)
        self._secrets = secrets.counting(nodes)
        self._above: dict[int | None, tuple[PathNode, ...]] = {None: ()}

    def of(self, target: Target, instance: str, injections: Sequence[Injected] = ()) -> Subject:
        """What the engine needs for the copy called ``instance`` on one of the lines."""
        path = (*self._down_to(target.node.parent_id), self._path_node(target.node))
        return Subject(target.pk, path, self._properties(target), instance, None, injections)

    def capabilities(self, target: Target) -> frozenset[str]:
        """The names of what one of the lines can do."""
        return self._capabilities.get(target.pk, _NO_CAPABILITIES)

    def _down_to(self, pk: int | None) -> tuple[PathNode, ...]:
        """The places from the root down to one, with the values set on them."""
        if pk not in self._above:
            node = self._nodes[pk or 0]
            self._above[pk] = (*self._down_to(node.parent_id), self._path_node(node))
        return self._above[pk]

    def _path_node(self, node: Node) -> PathNode:
        secrets = self._secrets.get(node.pk, _NO_SECRETS)
        own, layer = path_node(node, self._values.get(node.pk), secrets), self._links.layer(node)
        return replace(own, **vars(layer)) if layer else own

    def _properties_of(self, pk: int) -> dict[str, object]:
        return self._properties(self._targets[pk])

    def _properties(self, target: Target) -> dict[str, object]:
        """What ``$target(…)`` may ask for."""
        node = target.node
        site = self._nodes.get(node.parent_id or 0)
        return {
            "name": node.name,
            "displayName": node.title,
            "id": node.pk,
            "level": node.level_name,
            "scope": target.scope,
            "capabilities": sorted(self.capabilities(target)),
            "site": site.name if site else "",
            "labels": node.labels,
        }


def _capabilities(targets: Sequence[Target]) -> dict[int, frozenset[str]]:
    """Names by line: rows of the two ids and a name, which is much less than prefetched objects."""
    found: dict[int, set[str]] = {}
    rows = Target.capabilities.through.objects.filter(target__in=[one.pk for one in targets])
    for target, name in rows.values_list("target", "capability__name"):
        found.setdefault(target, set()).add(name)
    return {target: frozenset(names) for target, names in found.items()}
