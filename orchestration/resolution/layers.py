"""Merging what is set on the way from the root to a target, and remembering who set it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from orchestration.expressions import Kind, Parts, Problem, SecretReference, Value, join_path
from orchestration.resolution.model import PathNode

# Who set a value: the depth of the place on the path, with the config template linked there, if
# it was one; DEFAULT for a schema's default. Small, because every leaf of every target has one.
Mark: TypeAlias = int | tuple[int, str]
# The marks of a tree of values: one mark for all below, or the marks of each key.
Marks: TypeAlias = int | tuple[int, str] | dict[str, "Marks"]

DEFAULT = -1


@dataclass(frozen=True, slots=True)
class Place:
    """A node with everything above it merged in. Shared by all targets below; never changed."""

    path: tuple[PathNode, ...]
    values: dict[str, Value]
    marks: dict[str, Marks]
    configs: dict[str, Value] = field(default_factory=dict)
    sites: dict[str, dict[str, Value]] = field(default_factory=dict)
    warnings: tuple[Problem, ...] = ()

    @classmethod
    def root(cls, defaults: Mapping[str, Value]) -> "Place":
        """Make the place above all: nothing but the defaults of the schema."""
        values, marks = overlay({}, {}, defaults, DEFAULT)
        return cls((), values, marks)

    def below(self, node: PathNode) -> "Place":
        """Go down to a node: its linked config templates, then its own values, win."""
        values, marks, configs, warnings = self.values, self.marks, self.configs, self.warnings
        depth = len(self.path)
        if node.linked:
            configs = dict(configs)
            warnings += tuple(_overlapping(node))
            for name, linked in node.linked.items():
                values, marks = overlay(values, marks, linked, (depth, name))
                configs[name] = overlay(configs.get(name, {}), {}, linked, depth)[0]
        if node.values:
            values, marks = overlay(values, marks, node.values, depth)
        sites = {**self.sites, node.level: self._site(node)}
        return Place((*self.path, node), values, marks, configs, sites, warnings)

    def down(self, nodes: Sequence[PathNode]) -> "Place":
        """Go down several nodes."""
        place = self
        for node in nodes:
            place = place.below(node)
        return place

    def _site(self, node: PathNode) -> dict[str, Value]:
        site: dict[str, Value] = {"name": node.name, "labels": dict(node.labels)}
        above = self.sites.get(self.path[-1].level, {}) if self.path else {}
        zone = node.time_zone or above.get("timeZone")
        return {**site, "timeZone": zone} if zone else site


def overlay(
    values: Mapping[str, Value], marks: Mapping[str, Marks], layer: Mapping[str, Value], mark: Mark
) -> tuple[dict[str, Value], dict[str, Marks]]:
    """Lay values over others: maps merge, anything else replaces, null sets nothing."""
    merged, marked = dict(values), dict(marks)
    for key, value in layer.items():
        if value is None:
            continue
        if not isinstance(value, dict):
            merged[key], marked[key] = value, mark
            continue
        reference = SecretReference.read(value)
        below = merged.get(key)
        if reference is not None:
            merged[key], marked[key] = reference, mark
        elif isinstance(below, dict):
            merged[key], marked[key] = overlay(below, _each(marked.get(key), below), value, mark)
        else:
            merged[key], marked[key] = overlay({}, {}, value, mark)[0], mark
    return merged, marked


def _each(marks: Marks | None, values: Mapping[str, Value]) -> dict[str, Marks]:
    if isinstance(marks, dict):
        return marks
    return dict.fromkeys(values, DEFAULT if marks is None else marks)


def marks_at(marks: Marks | None, parts: Parts) -> Marks | None:
    """Give the marks of what stands at a path; None where nothing is set."""
    for part in parts:
        if not isinstance(marks, dict):
            return marks
        marks = marks.get(part)
    return marks


def leaves(values: Mapping[str, Value], above: Parts = ()) -> list[tuple[Parts, Value]]:
    """Give every leaf below a map, with its path; an empty map is a leaf."""
    found: list[tuple[Parts, Value]] = []
    for key, value in values.items():
        if isinstance(value, dict) and value:
            found.extend(leaves(value, (*above, key)))
        else:
            found.append(((*above, key), value))
    return found


def _overlapping(node: PathNode) -> list[Problem]:
    """Warn of keys that two config templates linked to one node both hold."""
    seen: dict[Parts, str] = {}
    warnings = []
    for name, linked in node.linked.items():
        for parts, value in leaves(linked):
            if value is None:
                continue
            if parts in seen:
                message = f"{seen[parts]} and {name}, both linked to {node.name}, hold this key"
                hint = f"{name} was linked later and wins"
                warnings.append(Problem(Kind.SCHEMA, join_path(parts), message, hint))
            seen[parts] = name
    return warnings
