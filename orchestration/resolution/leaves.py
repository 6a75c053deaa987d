"""The leaves of the values that somebody sets at a place."""

from collections.abc import Iterator, Mapping
from typing import Any

from orchestration.expressions import Parts
from orchestration.resolution.differences import identical


def changed_keys(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Parts]:
    """Give the leaves that differ: also inside a map that comes or goes as a whole."""
    old, new = dict(leaves(before)), dict(leaves(after))
    return [
        parts
        for parts in old | new
        if parts not in old or parts not in new or not identical(old[parts], new[parts])
    ]


def leaves(values: Mapping[str, Any], above: Parts = ()) -> Iterator[tuple[Parts, Any]]:
    """Give every value that is no map of others, with its path; an empty map is a leaf."""
    for key, value in values.items():
        if is_map(value) and value:
            yield from leaves(value, (*above, key))
        else:
            yield (*above, key), value


def is_map(value: object) -> bool:
    """Say whether keys lie below; a reference to a secret looks like a map and is a value."""
    return isinstance(value, Mapping) and "$secret" not in value
