"""Keys of a template that need each other by `$property`, told before anything is evaluated."""

from collections.abc import Iterator, Sequence

from orchestration.expressions import KeyInfo, Parts
from orchestration.expressions.paths import PathIndex
from orchestration.expressions.syntax import calls
from orchestration.resolution.findings import Finding, warning
from orchestration.resolution.kinds import read_path

_MOST_TOLD = 10  # keys


def about_circles(keys: Sequence[KeyInfo]) -> Iterator[Finding]:
    """Warn of every circle once: a branch that is not taken may still keep it from closing."""
    known = {info.parts: info for info in keys}
    reads = _reads(keys)
    done: set[Parts] = set()
    for start in known:
        for way in _circles_from(start, reads, done):
            told = _told([known[parts].key for parts in (*way, way[0])])
            hint = "let one of them do without the next"
            yield warning("circle", known[way[0]], f"these keys need each other: {told}", hint)


def _told(keys: Sequence[str]) -> str:
    """A circle of thousands is told by where it begins and where it closes."""
    if len(keys) > _MOST_TOLD:
        keys = [*keys[: _MOST_TOLD - 2], "…", *keys[-2:]]
    return " → ".join(keys)


def _reads(keys: Sequence[KeyInfo]) -> dict[Parts, list[Parts]]:
    """Give the keys that each key reads by its literal paths."""
    own = PathIndex(info.parts for info in keys)
    return {
        info.parts: [
            other
            for node in info.nodes
            for call in calls(node)
            if call.function.name == "property" and (path := read_path(call))
            for other in own.overlapping(path)
        ]
        for info in keys
    }


def _circles_from(
    start: Parts, reads: dict[Parts, list[Parts]], done: set[Parts]
) -> Iterator[tuple[Parts, ...]]:
    """Walk what a key reads, deepest first and without recursion: templates may be long chains."""
    way: dict[Parts, Iterator[Parts]] = {}
    at: Parts | None = None if start in done else start
    while at is not None:
        if at not in way:
            way[at] = iter(reads[at])
        after = next(way[at], None)
        if after is None:
            del way[at]
            done.add(at)
            at = next(reversed(way), None)
        elif after in way:
            trail = list(way)
            yield tuple(trail[trail.index(after) :])
        elif after not in done:
            at = after
