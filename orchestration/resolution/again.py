"""Resolving a target again after some values have changed, without doing all of it once more.

Only for a target with nothing wrong and nothing secret in it; for all others, and where anything
goes wrong now, there is no short way.
"""

from dataclasses import dataclass

from orchestration.expressions import Part, part_reading, reads_any
from orchestration.resolution.compiled import CompiledTemplate
from orchestration.resolution.differences import identical
from orchestration.resolution.layers import Place
from orchestration.rules import Schema


@dataclass(frozen=True, slots=True)
class Reach:
    """What values under some top keys can reach: a part of the template, rules, components."""

    part: Part
    schema: Schema | None
    components: bool


def reach_of(compiled: CompiledTemplate, keys: frozenset[str]) -> Reach:
    """Tell what a change of the values under these keys can reach."""
    part = part_reading(compiled.template, keys)
    touched = keys.union(part.top_keys)
    specification = compiled.specification
    return Reach(
        part=part,
        schema=compiled.schema.about(touched) if compiled.schema else None,
        components=bool(specification and reads_any(specification.keys, touched)),
    )


def changed_keys(old: Place, new: Place) -> frozenset[str] | None:
    """Give the top keys whose values differ; None where more than values may differ."""
    if old.holds_secrets or new.holds_secrets or old.problems or new.problems:
        return None
    if old.secrets != new.secrets:
        return None
    if not (identical(old.configs, new.configs) and identical(old.sites, new.sites)):
        return None
    one, other = old.values, new.values
    return frozenset(
        key
        for key in one.keys() | other.keys()
        if key not in one or key not in other or not identical(one[key], other[key])
    )
