"""What an edit would change before it is saved: which targets, and how."""

from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from orchestration.expressions import Value, join_path
from orchestration.resolution.canonical import canonical_json
from orchestration.resolution.compiled import CompiledTemplate
from orchestration.resolution.differences import Change, difference, identical
from orchestration.resolution.layers import Place, Places
from orchestration.resolution.model import PathNode, ResolutionProblem
from orchestration.resolution.resolving import Resolution, Subject, resolve_at


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

    Targets it does not touch cost next to nothing; targets where a lower place sets the edited
    keys cost one merge. The largest group comes first.
    """
    secrets = _secrets(compiled, edit)
    return together(
        effect
        for subject, before, after in _pairs(compiled, subjects, edit, configs)
        if (effect := _effect(subject.key, before, after, secrets))
    )


def together(effects: Iterable[Effect]) -> list[Effect]:
    """Put together the targets of effects that are the same; the largest group comes first."""
    groups: dict[tuple[bytes, Sequence[Value], bool], tuple[Effect, list[Hashable]]] = {}
    for effect in effects:
        groups.setdefault(_name(effect), (effect, []))[1].extend(effect.keys)
    found = [replace(effect, keys=tuple(keys)) for effect, keys in groups.values()]
    return sorted(found, key=lambda effect: -len(effect.keys))


def _pairs(
    compiled: CompiledTemplate,
    subjects: Iterable[Subject],
    edit: Edit,
    configs: Mapping[str, Value] | None,
) -> Iterator[tuple[Subject, Resolution, Resolution]]:
    """Resolve before and after for each target that may change."""
    newer = edit.template or compiled
    old_places, new_places = Places(compiled.root), Places(newer.root)
    for subject in subjects:
        edited = [edit.nodes.get(node.ref, node) for node in subject.path]
        if edit.template is None and all(map(_is_same, edited, subject.path)):
            continue
        old, new = old_places.at(subject.path), new_places.at(edited)
        if edit.template is None and _gives_the_same(old, new):
            continue
        yield (
            subject,
            resolve_at(compiled, old, subject, configs=configs, content=False),
            resolve_at(newer, new, subject, configs=configs, content=False),
        )


def _is_same(one: PathNode, other: PathNode) -> bool:
    return one is other


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
        # Without the values: they hold every target's own name, and may hold secrets.
        changes.append(Change("components", "changed"))
    if not changes and before.problems == after.problems:
        return None
    return Effect(tuple(changes), after.problems, not before.ok, (key,))


def _name(effect: Effect) -> tuple[bytes, Sequence[Value], bool]:
    """Give what tells different effects apart."""
    fields = [[c.key, c.kind, c.before, c.after, c.secret] for c in effect.changes]
    reasons = tuple((p.key, p.kind_or_rule, p.message) for p in effect.problems)
    return canonical_json(fields), reasons, effect.was_broken
