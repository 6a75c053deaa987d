"""Dotted paths: `a.b`, with quotes around a key that holds dots: `a."b.c"`."""

import re
from collections.abc import Iterable

from orchestration.expressions.errors import wrong_type
from orchestration.expressions.values import Value

Parts = tuple[str, ...]

_SEGMENT = re.compile(r'"((?:[^"\\]|\\.)*)"|([^."]+)')


def split_path(path: str) -> Parts:
    """Split a dotted path into its keys; a malformed one raises Fault of kind `type`."""
    if path and '"' not in path and ".." not in path and path[0] != "." and path[-1] != ".":
        return tuple(path.split("."))
    parts, position = [], 0
    while match := _SEGMENT.match(path, position):
        quoted, plain = match.groups()
        parts.append(plain if quoted is None else re.sub(r"\\(.)", r"\1", quoted))
        position = match.end()
        if position == len(path):
            return tuple(parts)
        if path[position] != ".":
            break
        position += 1
    raise wrong_type(
        f"'{path[:60]}' is not a path", 'a path is keys with dots between: a.b or a."b.c"'
    )


def join_path(parts: tuple[str | int, ...]) -> str:
    """Write keys as one dotted path; the place in a list is written `[0]`."""
    text = ""
    for part in parts:
        if isinstance(part, int):
            text += f"[{part}]"
        else:
            text += ("." if text else "") + _segment(part)
    return text


def _segment(key: str) -> str:
    if key and "." not in key and '"' not in key:
        return key
    escaped = key.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def lookup(tree: Value, parts: Parts) -> Value:
    """Give what stands at the path in nested maps, None where nothing does."""
    for part in parts:
        if not isinstance(tree, dict):
            return None
        tree = tree.get(part)
    return tree


def overlaps(one: Parts, other: Parts) -> bool:
    """Say whether one path is the other or lies above it."""
    return all(a == b for a, b in zip(one, other, strict=False))


class PathIndex:
    """A set of paths that finds those on, above or below another without looking at each."""

    def __init__(self, paths: Iterable[Parts]) -> None:
        self.paths = tuple(dict.fromkeys(paths))
        self._known = frozenset(self.paths)
        self._below: dict[Parts, list[Parts]] = {}
        for path in self.paths:
            for depth in range(len(path) + 1):
                self._below.setdefault(path[:depth], []).append(path)

    def below(self, parts: Parts) -> list[Parts]:
        """Give those that are the path or lie below it."""
        return self._below.get(parts, [])

    def overlapping(self, parts: Parts) -> list[Parts]:
        """Give those, and those that lie above it."""
        ways = (parts[:depth] for depth in range(len(parts)))
        above = [way for way in ways if way in self._known]
        return [*above, *self.below(parts)]
