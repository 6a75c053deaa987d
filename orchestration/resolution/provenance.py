"""Where every leaf comes from, kept small.

The record names the places of the path once; a leaf then costs its key and a few digits. It is
plain JSON, stored with a revision, and read back into `Origin` objects for screens.

    {"path": [[level, name, node_ref, revision_ref], …],
     "keys": {"Speed": [2, 1, -1], "Name": "template", "Port": {"Base": [0]}}}

A list is a value: the place that set it, then those it shadows; -1 is the schema's default, and
`[2, "Common/1.0.0"]` in place of a number a linked config template. A map is an expression with
the values it reads. A word is any other source.
"""

from collections.abc import Mapping, Sequence
from typing import TypeAlias

from orchestration.expressions import KeyInfo, Parts, Value, join_path, lookup, split_path
from orchestration.resolution.layers import DEFAULT, Place, leaves, marks_at, setters_at
from orchestration.resolution.model import Origin, PathNode, Shadow

Record: TypeAlias = "dict[str, Value]"


def record(
    keys: Sequence[KeyInfo],
    place: Place,
    configuration: Mapping[str, Value],
    *,
    filled: Sequence[Parts] = (),
    injected: Sequence[Parts] = (),
) -> Record:
    """Make the record of a resolved configuration.

    `filled` are the leaves that took their default only after evaluation, `injected` the arrays
    that dependents were injected into.
    """
    path = [[node.level, node.name, node.ref, node.revision_ref] for node in place.path]
    found: dict[str, Value] = {}
    for info in keys:
        if info.parts in filled:
            found[info.key] = (DEFAULT,)
        elif info.parts in injected:
            found[info.key] = "injection"
        elif info.kind == "value":
            _record_value(found, info, place, configuration)
        else:
            _record_other(found, info, place, configuration)
    return {"path": path, "keys": found}


def _record_value(
    found: dict[str, Value], info: KeyInfo, place: Place, configuration: Mapping[str, Value]
) -> None:
    """Record a leaf that is one `$val`: who set it, key by key where it is a map."""
    marks = marks_at(place.marks, info.value_of)
    value = lookup(configuration, info.parts)
    if isinstance(value, dict) and value:
        for inner, leaf in leaves(value):
            code = setters_at(marks, inner)
            found[join_path((*info.parts, *inner))] = code or _unmarked(leaf)
    else:
        found[info.key] = marks or _unmarked(value)


def _unmarked(value: Value) -> str:
    """Name the source of a `$val` that the hierarchy does not set: an own key, or nothing."""
    return "unset" if value is None else "expression"


def _record_other(
    found: dict[str, Value], info: KeyInfo, place: Place, configuration: Mapping[str, Value]
) -> None:
    code: Value = info.kind
    if code == "expression":
        read = ((path, setters_at(place.marks, parts)) for path, parts in info.inputs)
        code = {path: setters for path, setters in read if setters} or code
    value = lookup(configuration, info.parts)
    if isinstance(value, dict) and value:
        found |= {join_path((*info.parts, *inner)): code for inner, _ in leaves(value)}
    else:
        found[info.key] = code


def origins(
    stored: Mapping[str, Value], path: Sequence[PathNode] | None = None
) -> dict[str, Origin]:
    """Read a record back: the origin of every leaf by dotted key.

    With the `path` it was made from, shadows carry the values they would give.
    """
    places = stored["path"]
    found: dict[str, Origin] = {}
    for key, code in stored["keys"].items():
        found[key] = _origin(code, key, places, path)
    return found


def _origin(
    code: Value, key: str, places: Sequence[Sequence[Value]], path: Sequence[PathNode] | None
) -> Origin:
    if isinstance(code, str):
        return Origin(code)
    if isinstance(code, Mapping):
        inputs = {read: _origin(chain, read, places, path) for read, chain in code.items()}
        return Origin("expression", inputs=inputs)
    first, *rest = (_shadow(setter, key, places, path) for setter in code)
    where = (first.source, first.level, first.name, first.node_ref, first.revision_ref)
    return Origin(*where, first.template, shadows=tuple(rest))


def _shadow(
    setter: Value, key: str, places: Sequence[Sequence[Value]], path: Sequence[PathNode] | None
) -> Shadow:
    depth, link = setter if isinstance(setter, list | tuple) else (setter, "")
    if depth == DEFAULT:
        return Shadow("schema-default")
    source = "linked" if link else "value"
    value = None
    if path is not None:
        values = path[depth].linked[link] if link else path[depth].values
        value = lookup(dict(values), split_path(key))
    level, name, node_ref, revision_ref = places[depth]
    return Shadow(source, level, name, node_ref, revision_ref, link, value)
