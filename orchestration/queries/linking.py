"""What config templates give at places, loaded for many lines at once.

A template is evaluated where it is linked, and again at every place below with values of its own:
what comes out differently there is that place's. No rights here: whoever calls has asked.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import reduce
from operator import or_
from typing import Any, NamedTuple

from django.db.models import Q

from orchestration.expressions import split_path
from orchestration.expressions.names import versioned_name
from orchestration.models import ConfigTemplateVersion, ConfigurationRevision, Node, TemplateLink
from orchestration.queries.saved import current_values_of
from orchestration.queries.templates import compiled
from orchestration.resolution import (
    CompiledTemplate,
    PathNode,
    Resolution,
    ResolutionProblem,
    difference,
    resolve,
)
from orchestration.resolution.secrets import put


@dataclass
class Layer:
    """What config templates give at one place; the fields are those of a `PathNode`."""

    linked: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    named: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    config_records: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    problems: tuple[ResolutionProblem, ...] = ()


@dataclass(frozen=True)
class Counting:
    """The versions linked to places, by place, and the saves for them, by template and place."""

    linked: Mapping[int, Sequence[ConfigTemplateVersion]]
    saves: Mapping[int, Mapping[int, ConfigurationRevision]]


@dataclass(frozen=True)
class Supposed:
    """What would be linked, or set for config templates, in the place of what is.

    ``links`` holds every version that would be linked to a place, in order, by the id of the place;
    ``values`` what would be set for a template, by the ids of template and place.
    """

    links: Mapping[int, Sequence[ConfigTemplateVersion]] = field(default_factory=dict)
    values: Mapping[int, Mapping[int, Mapping[str, Any]]] = field(default_factory=dict)


NOTHING_SUPPOSED = Supposed()


class _Given(NamedTuple):
    """A version that counts at a place: where it is linked, and how it came out."""

    version: ConfigTemplateVersion
    at: str
    outcome: Resolution


class Links:
    """The config templates that count at some places, for a fixed number of queries.

    ``nodes`` holds the places and all above them. ``named`` are the templates that are read by
    name: ``$config`` finds them on lines to whose way they are not linked, too. ``describe`` gives
    what ``$target`` may ask for, by the id of a line. ``supposed`` is what is not saved yet.
    Without ``counting`` it is what is linked and saved now that counts.
    """

    def __init__(
        self,
        nodes: Mapping[int, Node],
        named: Collection[str],
        describe: Callable[[int], Mapping[str, object]],
        supposed: Supposed = NOTHING_SUPPOSED,
        counting: Counting | None = None,
    ) -> None:
        self._nodes, self._describe = nodes, describe
        linked = counting.linked if counting else _linked_now(nodes)
        there = {pk: versions for pk, versions in supposed.links.items() if pk in nodes}
        self._linked = {pk: list(versions) for pk, versions in {**linked, **there}.items()}
        context = next((node.context_id for node in nodes.values()), 0)
        self._named = versions_named(context, named)
        used = [version for versions in self._linked.values() for version in versions]
        templates = {version.template_id for version in (*used, *self._named)}
        saves = counting.saves if counting else _saves_now(templates, nodes)
        self._values = {template: dict(by_node) for template, by_node in saves.items()}
        for template, wished in supposed.values.items():
            places = self._values.setdefault(template, {})
            places.update((pk, _unsaved(template, pk, wish)) for pk, wish in wished.items())
        self._paths: dict[tuple[int, int | None], tuple[PathNode, ...]] = {}
        self._given: dict[int, dict[str, _Given]] = {}
        self._outcomes: dict[tuple[int, int], Resolution] = {}

    def layer(self, node: Node) -> Layer | None:
        """What there is at a place of its own; of a line also everything that is wrong."""
        if not (self._linked or self._named):
            return None
        layer, above, here = Layer(), self._at(node.parent_id), self._at(node.pk)
        if node.kind == Node.Kind.TARGET:
            self._finish(layer, node, here)
        if here is above:
            return layer if layer.problems or layer.named else None
        linked = self._linked.get(node.pk, ())
        for name, given in here.items():
            if given.version in linked:
                _add(layer, name, given.outcome)
            elif given is not above[name]:
                _add(layer, name, given.outcome, above[name].outcome)
        return layer

    def saves(self) -> Iterator[ConfigurationRevision]:
        """Every save that counts for a config template anywhere here."""
        for by_node in self._values.values():
            yield from by_node.values()

    def save(self, node: Node, name: str, at: Node) -> ConfigurationRevision | None:
        """The current save at a place for a template that counts at another one below it."""
        template = self._at(node.pk)[name].version.template_id
        return self._values.get(template, {}).get(at.pk)

    def _finish(self, layer: Layer, node: Node, here: Mapping[str, _Given]) -> None:
        """Add to a line what it reads by name, and what is wrong with all it reads."""
        wrong = [problem for given in here.values() for problem in _problems(given)]
        for version in self._named:
            if version.reference in here:
                continue
            outcome = self._outcome(version, node)
            layer.named[version.reference] = outcome.configuration or {}
            layer.config_records[version.reference] = outcome.provenance_json()
            wrong.extend(_problems(_Given(version, node.title, outcome)))
        layer.problems = tuple(wrong)

    def _at(self, pk: int | None) -> dict[str, _Given]:
        """Every version that counts at a place, those linked first in front."""
        if pk is None:
            return {}
        if pk not in self._given:
            node = self._nodes[pk]
            found = self._at(node.parent_id)
            if any(pk in saves for saves in self._values.values()) or pk in self._linked:
                found = {name: self._again(given, node) for name, given in found.items()}
            for version in self._linked.get(pk, ()):
                found.pop(version.reference, None)
                outcome = self._outcome(version, node)
                found[version.reference] = _Given(version, node.title, outcome)
            self._given[pk] = found
        return self._given[pk]

    def _again(self, given: _Given, node: Node) -> _Given:
        """What counts above, evaluated once more where the place has values for it."""
        if node.pk not in self._values.get(given.version.template_id, {}):
            return given
        return given._replace(outcome=self._outcome(given.version, node))

    def _outcome(self, version: ConfigTemplateVersion, node: Node) -> Resolution:
        """A version evaluated at a place."""
        key = (version.pk, node.pk)
        if key not in self._outcomes:
            on_line = node.kind == Node.Kind.TARGET
            self._outcomes[key] = resolve(
                compiled(version),
                path=self._path(version.template_id, node.pk),
                levels=node.context.levels,
                target=self._describe(node.pk) if on_line else {},
            )
        return self._outcomes[key]

    def _path(self, template: int, pk: int | None) -> tuple[PathNode, ...]:
        """The way to a place with the template's own values."""
        if pk is None:
            return ()
        key = (template, pk)
        if key not in self._paths:
            node = self._nodes[pk]
            own = path_node(node, self._values.get(template, {}).get(pk))
            self._paths[key] = (*self._path(template, node.parent_id), own)
        return self._paths[key]


def _unsaved(template: int, node: int, values: Mapping[str, Any]) -> ConfigurationRevision:
    return ConfigurationRevision(template_id=template, node_id=node, values=dict(values))


def read_by_name(template: CompiledTemplate) -> set[str]:
    """The config templates that a template names in ``$config``, by ``Name/Version``."""
    parts = (template.template, template.specification)
    names = {
        str(next(iter(read.arguments), ""))
        for part in parts
        for info in (part.keys if part else ())
        for read in info.reads
        if read.function == "config"
    }
    return {versioned_name(name) for name in names if "/" in name.strip("/")}


def path_node(
    node: Node, revision: ConfigurationRevision | None, secrets: Mapping[str, str] | None = None
) -> PathNode:
    """A place as the engine knows it, with what is set there."""
    return PathNode(
        level=node.level_name or node.kind,
        name=node.title,
        values=revision.values if revision else {},
        ref=node.pk,
        revision_ref=revision.pk if revision else None,
        time_zone=node.time_zone,
        labels=node.labels,
        secrets=secrets,
    )


def versions_named(context: int, names: Collection[str]) -> list[ConfigTemplateVersion]:
    """The versions of a context with these names, ``Name/Version``."""
    pairs = [name.rpartition("/") for name in names if "\0" not in name]
    if not pairs:
        return []
    wanted = [Q(template__node__name=name, version=version) for name, _, version in pairs]
    rows = ConfigTemplateVersion.objects.filter(
        reduce(or_, wanted), template__node__context=context
    )
    return list(rows.select_related("template__node"))


def _linked_now(nodes: Iterable[int]) -> dict[int, Sequence[ConfigTemplateVersion]]:
    found: dict[int, list[ConfigTemplateVersion]] = {}
    rows = TemplateLink.objects.filter(node__in=list(nodes)).order_by("pk")
    for row in rows.select_related("version__template__node"):
        found.setdefault(row.node_id, []).append(row.version)
    return {**found}


def _saves_now(
    templates: Collection[int], nodes: Iterable[int]
) -> dict[int, dict[int, ConfigurationRevision]]:
    return current_values_of(templates, nodes) if templates else {}


def _add(layer: Layer, name: str, now: Resolution, before: Resolution | None = None) -> None:
    """Add what a template gives, and where it is from; after another outcome only what differs."""
    if now.configuration is None:
        return
    given: dict[str, Any] = now.configuration
    record = now.provenance_json()
    if before is not None:
        changes = difference(before.configuration, given)
        given, keys = {}, {}
        for change in changes:
            if change.kind != "removed":
                given = put(given, split_path(change.key), _value(now, change.key))
                keys[change.key] = record["keys"].get(change.key, "expression")
        record = {**record, "keys": keys}
    if given:
        layer.linked[name] = given
        layer.config_records[name] = record


def _value(now: Resolution, key: str) -> Any:  # noqa: ANN401  any JSON value
    value: Any = now.configuration
    for part in split_path(key):
        value = value[part]
    return value


def _problems(given: _Given) -> Iterator[ResolutionProblem]:
    for problem in given.outcome.problems:
        yield replace(problem, template=f"{given.version.reference} ({given.at})")
