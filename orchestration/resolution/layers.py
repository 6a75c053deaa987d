"""Merging what is set on the way from the root to a target, and remembering who set it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeAlias

from orchestration.expressions import (
    DEFAULT_LIMITS,
    Kind,
    Parts,
    Problem,
    SecretReference,
    Value,
    join_path,
)
from orchestration.expressions.values import is_deep
from orchestration.resolution.model import PathNode, ResolutionProblem

# Who sets a value: the depth of the place on the path, with the name of the config template linked
# there, if it was that; DEFAULT for a schema's default.
Setter: TypeAlias = int | tuple[int, str]
# All who set a value, the one that counts first. Built while merging, so that the places above
# share it and no leaf has to be looked up on every level again.
Setters: TypeAlias = tuple[Setter, ...]
# The setters of a tree of values: the same for all below, or those of each key.
Marks: TypeAlias = Setters | dict[str, "Marks"]

DEFAULT = -1
_PLACES = 64  # merged places that a run keeps
_LAYOUTS = 16  # layouts that are kept for each of them
_FLAT = frozenset({str, int, float, bool, type(None)})


@dataclass(slots=True)
class Layout:
    """Who sets each value, shared by all places where the same keys are set on the same levels.

    `told` keeps what the record of provenance says of all of them.
    """

    marks: dict[str, Marks]
    told: Value = None


Layouts: TypeAlias = dict[tuple[str, ...], Layout]


@dataclass(slots=True)
class Place:
    """A node with everything above it merged in. Shared by all targets below; never changed.

    One is made for each target; a frozen class would take several times as long to make.

    `holds_secrets` says that a value may be a secret reference.
    """

    path: tuple[PathNode, ...]
    values: dict[str, Value]
    layout: Layout
    configs: dict[str, Value] = field(default_factory=dict)
    sites: dict[str, dict[str, Value]] = field(default_factory=dict)
    warnings: tuple[Problem, ...] = ()
    problems: tuple[ResolutionProblem, ...] = ()
    holds_secrets: bool = False
    secrets: Mapping[str, str] | None = None

    @classmethod
    def root(cls, defaults: Mapping[str, Value]) -> "Place":
        """Make the place above all: nothing but the defaults of the schema."""
        values, marks = overlay({}, {}, defaults, DEFAULT)
        return cls((), values, Layout(marks))

    @property
    def marks(self) -> dict[str, Marks]:
        """Who sets each value."""
        return self.layout.marks

    def below(self, node: PathNode, known: Layouts | None = None) -> "Place":
        """Go down to a node: its linked config templates, then its own values, win.

        `known` keeps the layouts of places below this one that set only plain values.
        """
        if is_flat(node):
            return self._with_flat(node, {} if known is None else known)
        layers = [node.values, *node.linked.values(), *node.named.values()]
        if is_deep(layers, DEFAULT_LIMITS.document_depth):
            return self._refusing(node)
        depth, values, marks, configs = len(self.path), self.values, self.marks, self.configs
        warnings = self.warnings
        if node.named:
            configs = {**node.named, **configs}
        if node.linked:
            configs = dict(configs)
            warnings += tuple(_overlapping(node))
            for name, linked in node.linked.items():
                values, marks = overlay(values, marks, linked, (depth, name))
                configs[name] = overlay(configs.get(name, {}), {}, linked, depth)[0]
        values, marks = overlay(values, marks, node.values, depth)
        secrets = self.holds_secrets or any(map(_mentions_secret, layers))
        return self._at(node, values, Layout(marks), configs, warnings, secrets=secrets)

    def _with_flat(self, node: PathNode, known: Layouts) -> "Place":
        """Go down to a node that sets plain values only: who sets what is worked out once."""
        own, depth = node.values, len(self.path)
        keys = tuple(own)
        layout = self.layout if not keys else known.get(keys)
        if None in own.values():
            values, marks = overlay(self.values, self.marks, own, depth)
            layout = Layout(marks)
        elif layout is None:
            values, marks = overlay(self.values, self.marks, own, depth)
            if len(known) < _LAYOUTS:
                known[keys] = layout = Layout(marks)
            else:
                layout = Layout(marks)
        else:
            values = {**self.values, **own}
        return self._at(
            node, values, layout, self.configs, self.warnings, secrets=self.holds_secrets
        )

    def _at(
        self,
        node: PathNode,
        values: dict[str, Value],
        layout: Layout,
        configs: dict[str, Value],
        warnings: tuple[Problem, ...],
        *,
        secrets: bool,
    ) -> "Place":
        """Make the place below this one."""
        sites = {**self.sites, node.level: self._site(node)}
        path = (*self.path, node)
        problems = (*self.problems, *node.problems) if node.problems else self.problems
        named = {**(self.secrets or {}), **node.secrets} if node.secrets else self.secrets
        if named is None:
            named = node.secrets
        return Place(path, values, layout, configs, sites, warnings, problems, secrets, named)

    def down(self, nodes: Sequence[PathNode]) -> "Place":
        """Go down several nodes."""
        place = self
        for node in nodes:
            place = place.below(node)
        return place

    def _refusing(self, node: PathNode) -> "Place":
        """Go down to a node whose values cannot be used."""
        most = DEFAULT_LIMITS.document_depth
        message = f"the values of {node.name} nest deeper than {most} levels"
        problem = ResolutionProblem("", Kind.LIMIT, message, source=node.name)
        below = self.below(replace(node, values={}, linked={}, named={}))
        return replace(below, problems=(*below.problems, problem))

    def _site(self, node: PathNode) -> dict[str, Value]:
        site: dict[str, Value] = {"name": node.name, "labels": dict(node.labels)}
        above = self.sites.get(self.path[-1].level, {}) if self.path else {}
        zone = node.time_zone or above.get("timeZone")
        return {**site, "timeZone": zone} if zone else site


@dataclass(slots=True)
class Stand:
    """A place above targets, with the layouts of those that set only plain values."""

    place: Place
    layouts: Layouts = field(default_factory=dict)

    def below(self, node: PathNode) -> Place:
        """Go down to a target."""
        return self.place.below(node, self.layouts)


class Places:
    """Merges the places above many targets once each. Serves one run; remembers no target.

    Targets come in the order of the tree as a rule, so a few places are enough to remember.
    """

    def __init__(self, root: Place) -> None:
        self._root = root
        self._known: dict[tuple[int, ...], Stand] = {}

    def at(self, path: Sequence[PathNode]) -> Place:
        """Give the place at the end of a path; the same node objects above are merged once."""
        stand = self.above(path)
        return stand.below(path[-1]) if path else stand.place

    def above(self, path: Sequence[PathNode]) -> Stand:
        """Give the place above the end of a path."""
        nodes = path[:-1]
        key = tuple(map(id, nodes))  # stays unique: the place holds the nodes
        known = self._known.get(key)
        if known is None:
            if len(self._known) >= _PLACES:
                self._known.clear()
            known = self._known[key] = Stand(self._root.down(nodes))
        return known


def overlay(
    values: Mapping[str, Value],
    marks: Mapping[str, Marks],
    layer: Mapping[str, Value],
    setter: Setter,
) -> tuple[dict[str, Value], dict[str, Marks]]:
    """Lay values over others: maps merge, anything else replaces, null sets nothing."""
    merged, marked = dict(values), dict(marks)
    for key, value in layer.items():
        if value is None:
            continue
        below = marked.get(key, ())
        if isinstance(value, dict):
            merged[key], marked[key] = _overlay_map(merged.get(key), below, value, setter)
        else:
            merged[key] = value
            marked[key] = (setter, *(below if type(below) is tuple else _all(below)))
    return merged, marked


def _overlay_map(
    held: Value, below: Marks | None, layer: dict[str, Value], setter: Setter
) -> tuple[Value, Marks]:
    reference = SecretReference.read(layer)
    if reference is not None:
        return reference, (setter, *_all(below))
    if not isinstance(held, dict):
        return overlay({}, {}, layer, setter)[0], (setter, *_all(below))
    return overlay(held, _each(below, held), layer, setter)


def _each(marks: Marks | None, values: Mapping[str, Value]) -> dict[str, Marks]:
    return marks if isinstance(marks, dict) else dict.fromkeys(values, marks or ())


def _all(marks: Marks | None) -> Setters:
    """Give the setters of a tree as one: of a map that is replaced, whoever set a part of it."""
    if not isinstance(marks, dict):
        return marks or ()
    found = {setter for inner in marks.values() for setter in _all(inner)}
    return tuple(sorted(found, key=depth_of, reverse=True))


def depth_of(setter: Setter) -> int:
    """Give the depth of the place on the path; DEFAULT for a default."""
    return setter[0] if isinstance(setter, tuple) else setter


def marks_at(marks: Marks | None, parts: Parts) -> Marks | None:
    """Give the marks of what stands at a path; None where nothing is set."""
    for part in parts:
        if not isinstance(marks, dict):
            return marks
        marks = marks.get(part)
    return marks


def setters_at(marks: Marks | None, parts: Parts) -> Setters:
    """Give who sets the value at a path, the one that counts first."""
    at = marks_at(marks, parts)
    return at if isinstance(at, tuple) else _all(at)


def leaves(values: Mapping[str, Value], above: Parts = ()) -> list[tuple[Parts, Value]]:
    """Give every leaf below a map, with its path; an empty map is a leaf."""
    found: list[tuple[Parts, Value]] = []
    for key, value in values.items():
        if isinstance(value, dict) and value:
            found.extend(leaves(value, (*above, key)))
        else:
            found.append(((*above, key), value))
    return found


def is_flat(node: PathNode) -> bool:
    """Say whether a place sets nothing but texts, numbers, true, false and null, as most do."""
    return not (node.linked or node.named) and _FLAT.issuperset(map(type, node.values.values()))


def _mentions_secret(values: Mapping[str, Value]) -> bool:
    inner = (value for value in values.values() if isinstance(value, dict))
    return any("$secret" in value or _mentions_secret(value) for value in inner)


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
