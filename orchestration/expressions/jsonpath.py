"""The part of JSONPath (RFC 9535) that configuration needs.

`$`, `.name`, `['name']`, `[0]`, `[-1]`, `[1:3]`, `[*]`, `.*`, `..name` and `..*`. Filters are not
supported: an error, not a guess.
"""

import re
from collections.abc import Callable, Iterator

from orchestration.expressions.errors import Fault, Kind, over_limit, wrong_type
from orchestration.expressions.values import Value

_STEP = re.compile(
    r"""(?P<deep>\.\.)?(?:
        \.?(?P<star>\*)
      | \.?(?P<name>[^\W\d][\w-]*)
      | \[\s*(?:
            (?P<all>\*)
          | '(?P<single>(?:[^'\\]|\\.)*)'
          | "(?P<double>(?:[^"\\]|\\.)*)"
          | (?P<first>-?\d{1,9})?\s*(?P<colon>:)\s*(?P<last>-?\d{1,9})?
          | (?P<index>-?\d{1,9})
        )\s*\]
    )""",
    re.VERBOSE,
)
_MOST_MATCHES = 100_000

_Select = Callable[[Value], Iterator[Value]]


def find(tree: Value, path: str) -> Value:
    """Give the one match, or the list of several; none raises Fault of kind `not-found`."""
    matches = [tree]
    for deep, select in _steps(path):
        matches = _bounded(_select(matches, select, deep=deep))
    if not matches:
        raise Fault(Kind.NOT_FOUND, f"nothing stands at {path}")
    return matches[0] if len(matches) == 1 else matches


def _steps(path: str) -> Iterator[tuple[bool, _Select]]:
    if not path.startswith("$"):
        raise wrong_type(f"'{path[:60]}' is not a JSONPath", "a JSONPath begins with $")
    position = 1
    while position < len(path):
        match = _STEP.match(path, position)
        if match is None or not _separated(match, path):
            message = f"'{path[:60]}' is not a JSONPath from column {position + 1} on"
            raise wrong_type(message, "names, indexes, slices, * and .. are known; filters are not")
        yield match["deep"] is not None, _selector(match)
        position = match.end()


def _separated(match: re.Match[str], path: str) -> bool:
    """A name follows a dot: `$name` is not a path, `$.name` and `$..name` are."""
    dotted = match["deep"] is not None or path[match.start()] in ".["
    return dotted and not (match["deep"] and path[match.start() + 2 : match.start() + 3] == ".")


def _select(matches: list[Value], select: _Select, *, deep: bool) -> Iterator[Value]:
    for match in matches:
        for node in _all_below(match) if deep else (match,):
            yield from select(node)


def _bounded(found: Iterator[Value]) -> list[Value]:
    result: list[Value] = []
    for value in found:
        result.append(value)
        if len(result) > _MOST_MATCHES:
            raise over_limit(f"a JSONPath finds more than {_MOST_MATCHES} values")
    return result


def _selector(match: re.Match[str]) -> _Select:
    if match["star"] or match["all"]:
        return _children
    if match["colon"]:
        first, last = (int(match[name]) if match[name] else None for name in ("first", "last"))
        return lambda node: iter(node[first:last] if isinstance(node, list) else ())
    if match["index"]:
        return lambda node: _element(node, int(match["index"]))
    quoted = match["single"] if match["single"] is not None else match["double"]
    name = match["name"] if quoted is None else re.sub(r"\\(.)", r"\1", quoted)
    return lambda node: iter([node[name]] if isinstance(node, dict) and name in node else ())


def _element(node: Value, index: int) -> Iterator[Value]:
    if isinstance(node, list) and -len(node) <= index < len(node):
        yield node[index]


def _children(node: Value) -> Iterator[Value]:
    if isinstance(node, dict):
        yield from node.values()
    elif isinstance(node, list):
        yield from node


def _all_below(node: Value) -> Iterator[Value]:
    """Give the node and everything below it, in document order, without recursion."""
    waiting = [node]
    while waiting:
        at = waiting.pop()
        yield at
        waiting.extend(reversed(list(_children(at))))
