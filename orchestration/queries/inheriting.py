"""What a place inherits: values set at places above, and those of linked config templates.

No rights here: whoever calls has asked for the place; of those above it is said what may be seen.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeAlias

from orchestration.models import AnyVersion, ConfigurationRevision, Node, SolutionTemplateVersion
from orchestration.queries.linking import Layer, Links
from orchestration.queries.setters import setters_of
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


# Gives the value for a dotted key, None where there is none.
Look: TypeAlias = Callable[[str], Inherited | None]


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
        self._above: dict[int | None, list[Look]] = {None: []}
        shared = isinstance(version, SolutionTemplateVersion)
        self._links = Links(nodes if shared else {}, (), self._described)
        self._setters = setters_of([*current.values(), *self._links.saves()])

    def of(self, node: Node) -> Look:
        """A look at what a place inherits: the nearest value for a key."""
        looks = [*self._linked(node), *self._down_to(node.parent_id)]
        return lambda key: next((found for look in looks if (found := look(key))), None)

    def _down_to(self, pk: int | None) -> list[Look]:
        """Everything set at a place and above, the nearest first; its own before what is linked."""
        if pk not in self._above:
            node = self._nodes[pk or 0]
            own = [partial(self._own, save)] if (save := self._current.get(node.pk)) else []
            self._above[pk] = [*own, *self._linked(node), *self._down_to(node.parent_id)]
        return self._above[pk]

    def _linked(self, node: Node) -> list[Look]:
        """The config templates that give a place something; the one that wins first."""
        layer = self._links.layer(node) or Layer()
        return [
            partial(self._shared, node, name, values, origins(layer.config_records[name]))
            for name, values in reversed(layer.linked.items())
        ]

    def _own(self, save: ConfigurationRevision, key: str) -> Inherited | None:
        value = value_at(save.values, key)
        if value is None:
            return None
        return Inherited(value, self._nodes[save.node_id], self._seen_save(save, key))

    def _shared(
        self,
        node: Node,
        name: str,
        values: Mapping[str, Any],
        known: Mapping[str, Origin],
        key: str,
    ) -> Inherited | None:
        value, origin = value_at(values, key), known.get(key)
        if value is None:
            return None
        ref = origin.node_ref if origin else None
        at = self._nodes.get(ref, node) if isinstance(ref, int) else node
        save = self._links.save(node, name, at)
        shown = MASK if as_reference(value) is not None else value
        return Inherited(shown, at, self._seen_save(save, key) if save else None, name)

    def _seen_save(self, save: ConfigurationRevision, key: str) -> ConfigurationRevision | None:
        return self._setters.of(save, key) if save.node_id in self._seen else None

    def _described(self, pk: int) -> Mapping[str, object]:
        node = self._nodes[pk]
        return {"name": node.name, "displayName": node.title, "id": pk, "labels": node.labels}


def value_at(values: Mapping[str, Any] | None, key: str) -> Any:  # noqa: ANN401  any JSON value
    """The value under a dotted key, None where nothing is set."""
    at: Any = values
    for part in key.split("."):
        at = at.get(part) if isinstance(at, Mapping) else None
    return at
