"""Targets that an edit does not reach: places nearer to them set all that it changes."""

from collections.abc import Hashable, Iterator, Mapping, Sequence
from typing import NamedTuple

from orchestration.expressions import Parts, lookup, split_path
from orchestration.resolution.differences import difference
from orchestration.resolution.model import PathNode
from orchestration.resolution.resolving import Subject


class _Changed(NamedTuple):
    """A key that an edit changes at a place; `linked` says that it is a config template's."""

    parts: Parts
    linked: bool


def overriding(subjects: Sequence[Subject], edited: Mapping[Hashable, PathNode]) -> set[Hashable]:
    """Give the keys of the subjects for which nothing that changes at `edited` places counts."""
    before = {node.ref: node for one in subjects for node in one.path if node.ref in edited}
    changed = {ref: list(_changed(before[ref], edited[ref])) for ref in before}
    return {one.key for one in subjects if _overrides(one, edited, changed)}


def _changed(before: PathNode, after: PathNode) -> Iterator[_Changed]:
    for change in difference(before.values, after.values):
        yield _Changed(split_path(change.key), linked=False)
    for name in before.linked.keys() | after.linked.keys():
        for change in difference(before.linked.get(name), after.linked.get(name)):
            yield _Changed(split_path(change.key), linked=True)


def _overrides(
    subject: Subject,
    edited: Mapping[Hashable, PathNode],
    changed: Mapping[Hashable, Sequence[_Changed]],
) -> bool:
    path = [edited.get(node.ref, node) for node in subject.path]
    wanted = [(at, one) for at, node in enumerate(path) for one in changed.get(node.ref, ())]
    return bool(wanted) and all(_is_set_nearer(path, at, one) for at, one in wanted)


def _is_set_nearer(path: Sequence[PathNode], at: int, changed: _Changed) -> bool:
    """Say whether a key is set below a place, or by the solution where a config template has it."""
    layers = [layer for node in path[at + 1 :] for layer in (node.values, *node.linked.values())]
    if changed.linked:
        layers.append(path[at].values)
    return any(lookup(dict(layer), changed.parts) is not None for layer in layers)
