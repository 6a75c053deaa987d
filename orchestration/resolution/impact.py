"""What an edit would change before it is saved: which targets, and how."""

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from operator import is_

from orchestration.expressions import Value, join_path
from orchestration.resolution.again import Reach, changed_keys, reach_of
from orchestration.resolution.canonical import canonical_json
from orchestration.resolution.compiled import CompiledTemplate
from orchestration.resolution.differences import Change, difference, identical
from orchestration.resolution.layers import Place, Places, Stand, is_flat
from orchestration.resolution.model import PathNode, ResolutionProblem
from orchestration.resolution.resolving import Outcome, Resolution, Subject, outcomes, resolve_at

# Without the values: they hold every target's own name, and may hold secrets.
_COMPONENTS = Change("components", "changed")


@dataclass(frozen=True, slots=True)
class Edit:
    """What is about to change.

    `nodes` are places as they would be, by their `ref`: new values or other linked templates.
    `template` is the template version that would be used, None for the same one.
    """

    nodes: Mapping[Hashable, PathNode] = field(default_factory=dict)
    template: CompiledTemplate | None = None


@dataclass(frozen=True, slots=True)
class Effect:
    """Targets that would change in the same way.

    `problems` are those the targets would have; `was_broken` says that they have some already.
    """

    changes: tuple[Change, ...]
    problems: tuple[ResolutionProblem, ...]
    was_broken: bool
    keys: tuple[Hashable, ...]


def impact(
    compiled: CompiledTemplate,
    subjects: Iterable[Subject],
    edit: Edit,
    *,
    configs: Mapping[str, Value] | None = None,
) -> list[Effect]:
    """Say how an edit would change the targets, those that change alike put together.

    Targets it does not touch, or that set the edited keys themselves, cost next to nothing. Others
    are resolved once, and what the edit reaches is evaluated again; only where something is wrong
    or secret, or more than values changes, a target is resolved twice. The largest group comes
    first.
    """
    comparison = _Comparison(compiled, edit, configs)
    return together(filter(None, map(comparison.effect, subjects)))


def together(effects: Iterable[Effect]) -> list[Effect]:
    """Put together the targets of effects that are the same; the largest group comes first."""
    groups: dict[Hashable, tuple[Effect, list[Hashable]]] = {}
    names: dict[int, tuple[tuple[Change, ...], bytes]] = {}
    for effect in effects:
        changes = effect.changes
        if id(changes) not in names:  # many targets may share them; kept here, the id stays theirs
            names[id(changes)] = (changes, _name(changes))
        reasons = tuple((p.key, p.kind_or_rule, p.message) for p in effect.problems)
        name = (names[id(changes)][1], reasons, effect.was_broken)
        groups.setdefault(name, (effect, []))[1].extend(effect.keys)
    found = [replace(effect, keys=tuple(keys)) for effect, keys in groups.values()]
    return sorted(found, key=lambda effect: -len(effect.keys))


@dataclass(frozen=True, slots=True)
class _Way:
    """The places above some targets, as they are and as they would be.

    `keys` are those whose values would be others; None where more than values would be.
    """

    same: bool
    nodes: tuple[PathNode, ...]
    old: Stand
    new: Stand
    keys: frozenset[str] | None


class _Comparison:
    """Compares what targets get with what they would get; serves one edit."""

    def __init__(
        self, compiled: CompiledTemplate, edit: Edit, configs: Mapping[str, Value] | None
    ) -> None:
        self._compiled, self._edit, self._configs = compiled, edit, configs
        self._nodes = edit.nodes
        self._newer = edit.template or compiled
        self._secrets = _secrets(compiled, edit)
        self._old, self._new = Places(compiled.root), Places(self._newer.root)
        self._way: _Way | None = None
        self._reaches: dict[frozenset[str], Reach] = {}
        self._told: dict[Hashable, tuple[Change, ...]] = {}

    def effect(self, subject: Subject) -> Effect | None:
        """Say how a target would change; None where it would not."""
        whole = self._edit.template is not None
        if not whole and self._nodes.keys().isdisjoint([node.ref for node in subject.path]):
            return None
        if not subject.path:
            return self._of_two(subject, ())
        way, last = self._way_of(subject.path), subject.path[-1]
        edited = (*way.nodes, self._nodes.get(last.ref, last))
        if edited[-1] is last and not whole:
            if way.same:
                return None
            if way.keys is not None and is_flat(last):
                return self._below(subject, edited, way, way.keys)
        old, new = self._old.at(subject.path), self._new.at(edited)
        keys = None if whole else changed_keys(old, new)
        if keys is not None:
            return self._of_values(subject, edited, old, new.values, keys)
        return None if not whole and _gives_the_same(old, new) else self._of_two(subject, edited)

    def _way_of(self, path: Sequence[PathNode]) -> _Way:
        """Look at the places above a target; targets of one place come together as a rule."""
        known = self._way
        if (
            known
            and len(known.nodes) == len(path) - 1
            and all(map(is_, known.old.place.path, path))
        ):
            return known
        nodes = tuple(self._nodes.get(node.ref, node) for node in path[:-1])
        old, new = self._old.above(path), self._new.above((*nodes, path[-1]))
        same = all(map(is_, nodes, path))
        keys = None if same else changed_keys(old.place, new.place)
        self._way = _Way(same, nodes, old, new, keys)
        return self._way

    def _below(
        self, subject: Subject, edited: Sequence[PathNode], way: _Way, keys: frozenset[str]
    ) -> Effect | None:
        """Compare a target that sets plain values itself: its own way is merged once only."""
        own = subject.path[-1].values
        keys = keys.difference(key for key in own if own[key] is not None)
        if not keys:
            return None
        old, new = way.old.below(subject.path[-1]), way.new.place.values
        values = old.values | {key: new[key] for key in keys if key in new}
        for key in keys.difference(new):
            del values[key]
        return self._of_values(subject, edited, old, values, keys)

    def _of_values(
        self,
        subject: Subject,
        edited: Sequence[PathNode],
        old: Place,
        values: Mapping[str, Value],
        keys: frozenset[str],
    ) -> Effect | None:
        """Compare by what the changed values reach; where that cannot tell, by two resolutions."""
        if not keys:
            return None
        if keys not in self._reaches:
            self._reaches[keys] = reach_of(self._compiled, keys)
        reach = self._reaches[keys]
        found = outcomes(self._compiled, old, values, subject, reach, configs=self._configs)
        if found is None:
            return self._of_two(subject, edited)
        changes = self._changes(*found, reach.part.top_keys)
        return Effect(changes, (), was_broken=False, keys=(subject.key,)) if changes else None

    def _changes(self, before: Outcome, after: Outcome, keys: Sequence[str]) -> tuple[Change, ...]:
        """Tell what differs among some top keys; of equal values it is told once."""
        one, other = before.configuration, after.configuration
        values = [*(one[key] for key in keys), *(other[key] for key in keys)]
        components = identical(before.components, after.components)
        told = (keys, components, tuple(map(type, values)), tuple(values))
        try:
            known = self._told.get(told)
        except TypeError:  # a list or a map
            return _changes(before, after, keys, components=components)
        if known is None:
            known = self._told[told] = _changes(before, after, keys, components=components)
        return known

    def _of_two(self, subject: Subject, edited: Sequence[PathNode]) -> Effect | None:
        """Compare two whole resolutions."""
        old, new = self._old.at(subject.path), self._new.at(edited)
        before = resolve_at(self._compiled, old, subject, configs=self._configs, content=False)
        after = resolve_at(self._newer, new, subject, configs=self._configs, content=False)
        return _effect(subject.key, before, after, self._secrets)


def _changes(
    before: Outcome, after: Outcome, keys: Sequence[str], *, components: bool
) -> tuple[Change, ...]:
    one, other = before.configuration, after.configuration
    changes = difference({key: one[key] for key in keys}, {key: other[key] for key in keys})
    return (*changes,) if components else (*changes, _COMPONENTS)


def _gives_the_same(old: Place, new: Place) -> bool:
    """Say whether the target reads the same either way: a lower place sets the edited keys."""
    return (
        identical(old.values, new.values)
        and identical(old.configs, new.configs)
        and identical(old.sites, new.sites)
        and old.problems == new.problems
    )


def _secrets(compiled: CompiledTemplate, edit: Edit) -> list[str]:
    """Give the settings whose values are not told; one that either version marks is secret."""
    newer = edit.template.secret_settings if edit.template else frozenset()
    return [join_path(parts) for parts in compiled.secret_settings | newer]


def _effect(
    key: Hashable, before: Resolution, after: Resolution, secrets: Sequence[str]
) -> Effect | None:
    changes: list[Change] = []
    if before.configuration is not None and after.configuration is not None:
        changes = difference(before.configuration, after.configuration, secrets=secrets)
    if before.ok and after.ok and not identical(before.components, after.components):
        changes.append(_COMPONENTS)
    if not changes and before.problems == after.problems:
        return None
    return Effect(tuple(changes), after.problems, not before.ok, (key,))


def _name(changes: Iterable[Change]) -> bytes:
    """Give what tells different changes apart."""
    return canonical_json([[c.key, c.kind, c.before, c.after, c.secret] for c in changes])
