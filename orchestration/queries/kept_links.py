"""The config templates that a revision was made with, read back from its provenance."""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from orchestration.models import (
    ConfigTemplateVersion,
    ConfigurationRevision,
    SolutionVersion,
)
from orchestration.queries.linking import Counting, versions_named

_NAMED = -1  # in the place of a depth: read by name, linked nowhere


class _Kept(NamedTuple):
    """One layer of a config template: where it counts, its name, and its own record."""

    depth: int
    name: str
    record: dict[str, Any]


def counting_in(revision: SolutionVersion) -> Counting:
    """What was linked above the line and set for config templates when a revision was made."""
    layers = [_Kept(*layer) for layer in revision.provenance.get("links", ())]
    path: Sequence[Sequence[Any]] = revision.provenance.get("path", ())
    names = {layer.name for layer in layers}
    rows = versions_named(revision.instance.template.node.context_id, names)
    known = {version.reference: version for version in rows}
    linked: dict[int, list[ConfigTemplateVersion]] = {}
    # Further down, a template that is linked already only gives what differs there.
    for layer in _first_of_each(layers):
        if layer.depth != _NAMED and layer.name in known:
            linked.setdefault(path[layer.depth][2], []).append(known[layer.name])
    return Counting(linked, _saves(layers))


def _first_of_each(layers: Sequence[_Kept]) -> Iterator[_Kept]:
    seen: set[str] = set()
    for layer in layers:
        if layer.name not in seen:
            seen.add(layer.name)
            yield layer


def _saves(layers: Sequence[_Kept]) -> dict[int, dict[int, ConfigurationRevision]]:
    """The saves the layers were made of, by template and place."""
    ids = {ref for layer in layers for *_, ref in layer.record["path"] if ref is not None}
    found: dict[int, dict[int, ConfigurationRevision]] = {}
    for row in ConfigurationRevision.objects.filter(pk__in=ids).select_related("author"):
        found.setdefault(row.template_id, {})[row.node_id] = row
    return found
