"""What a place inherits: values set at places above, and those of linked config templates.

No rights here: whoever calls has asked for the place; of those above it is said what may be seen.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from orchestration.models import AnyVersion, ConfigurationRevision, Node, SolutionTemplateVersion
from orchestration.queries.linking import Layer, Links
from orchestration.resolution import MASK, Origin, origins
from orchestration.resolution.secrets import as_reference
from rbac.access import may
from rbac.models import User
from rbac.permissions import Perm


@dataclass(frozen=True)
class Inherited:
    """A value from above: where it was set, who did where one may see that, for which template.

    ``template`` is empty for the solution's own values.
    """

    value: Any
    node: Node
    save: ConfigurationRevision | None
    template: str = ""


_Template: TypeAlias = tuple[str, Mapping[str, Any], Mapping[str, Origin]]


class Inheritance:
    """What places inherit of one template; ``nodes`` holds them and all places above them."""

    def __init__(
        self,
        by: User,
        version: AnyVersion,
        nodes: Mapping[int, Node],
        current: Mapping[int, ConfigurationRevision],
    ) -> None:
        self._nodes, self._current = nodes, current
        self._seen = {pk for pk, node in nodes.items() if may(by, Perm.VIEW_VALUES, node)}
        shared = isinstance(version, SolutionTemplateVersion)
        self._parsed: dict[int, list[_Template]] = {}
        self._links = Links(nodes if shared else {}, (), self._described)

    def of(self, node: Node, key: str) -> Inherited | None:
        """The nearest value for a key, None where nobody set one."""
        return next(self._layers(node, key), None)

    def _layers(self, node: Node, key: str) -> Iterator[Inherited]:
        """Every value from above, the nearest first; a place's own goes before what is linked."""
        for pk in reversed(node.path_ids()):
            save = self._current.get(pk)
            if pk != node.pk and save and (found := value_at(save.values, key)) is not None:
                yield Inherited(found, self._nodes[pk], self._seen_save(save))
            yield from self._linked(self._nodes[pk], key)

    def _linked(self, node: Node, key: str) -> Iterator[Inherited]:
        for name, values, known in self._templates(node):
            value, origin = value_at(values, key), known.get(key)
            if value is None:
                continue
            ref = origin.node_ref if origin else None
            at = self._nodes.get(ref, node) if isinstance(ref, int) else node
            save = self._links.save(node, name, at)
            shown = MASK if as_reference(value) is not None else value
            yield Inherited(shown, at, save and self._seen_save(save), name)

    def _templates(self, node: Node) -> list[_Template]:
        """The templates that give a place something: name, values and origins, the first wins."""
        if node.pk not in self._parsed:
            layer = self._links.layer(node) or Layer()
            self._parsed[node.pk] = [
                (name, values, origins(layer.config_records[name]))
                for name, values in reversed(layer.linked.items())
            ]
        return self._parsed[node.pk]

    def _seen_save(self, save: ConfigurationRevision) -> ConfigurationRevision | None:
        return save if save.node_id in self._seen else None

    def _described(self, pk: int) -> Mapping[str, object]:
        node = self._nodes[pk]
        return {"name": node.name, "displayName": node.title, "id": pk, "labels": node.labels}


def value_at(values: Mapping[str, Any] | None, key: str) -> Any:  # noqa: ANN401  any JSON value
    """The value under a dotted key, None where nothing is set."""
    at: Any = values
    for part in key.split("."):
        at = at.get(part) if isinstance(at, Mapping) else None
    return at
