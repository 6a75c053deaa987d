"""What a change of some values can reach in a template, told from its expressions.

Rather too much than too little: a key that reads by a path which is known only while it runs counts
as reached by everything.
"""

from collections.abc import Iterable, Iterator

from orchestration.expressions.errors import Fault
from orchestration.expressions.paths import Parts, overlaps, split_path
from orchestration.expressions.template import KeyInfo, Part, Template

_READERS = frozenset({"val", "property"})


def part_reading(template: Template, keys: frozenset[str]) -> Part:
    """Give the part of a template that may read these top keys of the hierarchy."""
    reached = _reached(template.keys, keys)
    again = {parts[:depth] for parts in reached for depth in range(len(parts) + 1)}
    return Part(
        readings=tuple(reading for reading in template.readings if reading[1] in keys),
        steps=tuple(step for step in template.steps if step.place.parts in again),
        top_keys=tuple(dict.fromkeys(parts[0] for parts in reached if parts)),
    )


def reads_any(infos: Iterable[KeyInfo], keys: frozenset[str]) -> bool:
    """Say whether any of these may read one of the top keys, wherever from."""
    return any(
        parts is None or parts[:1] == () or parts[0] in keys
        for info in infos
        for parts in _paths_of(info)
    )


def _reached(infos: Iterable[KeyInfo], keys: frozenset[str]) -> list[Parts]:
    """Give the keys of a template that read the hierarchy's, or others that do.

    They come in the order of the template.
    """
    paths = {info.parts: list(_paths_of(info)) for info in infos if info.reads}
    found: set[Parts] = set()
    fresh = {parts for parts, read in paths.items() if _reads_hierarchy(read, keys)}
    while fresh:
        found |= fresh
        fresh = {
            parts for parts, read in paths.items() if parts not in found and _overlap(read, fresh)
        }
    return [parts for parts in paths if parts in found]


def _reads_hierarchy(paths: Iterable[Parts | None], keys: frozenset[str]) -> bool:
    return any(not parts or parts[0] in keys for parts in paths)


def _overlap(paths: Iterable[Parts | None], others: Iterable[Parts]) -> bool:
    return any(parts and overlaps(parts, other) for parts in paths for other in others)


def _paths_of(info: KeyInfo) -> Iterator[Parts | None]:
    """Give each path that is read; None for one that is known only while it runs."""
    for read in info.reads:
        if read.function in _READERS:
            path = next(iter(read.arguments), None)
            try:
                yield split_path(path) if isinstance(path, str) else None
            except Fault:
                yield None
