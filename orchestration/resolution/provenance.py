"""Where every leaf comes from, kept small.

The record names the places of the path once; a leaf then costs its key and a few digits. It is
plain JSON, stored with a revision, and read back into `Origin` objects for screens.

    {"path": [[level, name, node_ref, revision_ref], …],
     "keys": {"Speed": [2, 1, -1], "Name": "template", "Port": {"Base": [0]}}}

A list is a value: the place that set it, then those it shadows; -1 is the schema's default, and
`[2, "Common/1.0.0"]` in place of a number a linked config template. A map is an expression with
the values it reads. A word is any other source.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import TypeAlias

from orchestration.expressions import Fault, KeyInfo, Parts, Value, join_path, lookup, split_path
from orchestration.resolution.layers import DEFAULT, Place, leaves
from orchestration.resolution.model import Origin, PathNode, Shadow

Record: TypeAlias = "dict[str, Value]"


def record(
    keys: Sequence[KeyInfo],
    place: Place,
    configuration: Mapping[str, Value],
    *,
    defaults: Mapping[str, Value],
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
        value = lookup(configuration, info.parts)
        if info.parts in injected:
            found[join_path(info.parts)] = "injection"
        elif info.parts in filled:
            found[join_path(info.parts)] = [DEFAULT]
        elif isinstance(value, dict) and value and info.kind == "value":
            for parts, leaf in leaves(value, info.parts):
                inner = (*info.value_of, *parts[len(info.parts) :])
                found[join_path(parts)] = _value_code(inner, leaf, place, defaults)
        elif info.kind == "value":
            found[info.key] = _value_code(info.value_of, value, place, defaults)
        elif isinstance(value, dict) and value:
            code = _code(info, place, defaults)
            found |= {join_path(parts): code for parts, _ in leaves(value, info.parts)}
        else:
            found[info.key] = _code(info, place, defaults)
    return {"path": path, "keys": found}


def _value_code(parts: Parts, leaf: Value, place: Place, defaults: Mapping[str, Value]) -> Value:
    chain = list(_setters(parts, place, defaults))
    return chain or ("unset" if leaf is None else "expression")


def _code(info: KeyInfo, place: Place, defaults: Mapping[str, Value]) -> Value:
    """Give the source of a leaf that is no plain value: of an expression, what it reads."""
    if info.kind != "expression":
        return info.kind
    inputs: dict[str, Value] = {}
    for read in info.reads:
        path = read.arguments[0] if read.arguments else None
        if read.function != "val" or not isinstance(path, str):
            continue
        try:
            chain = list(_setters(split_path(path), place, defaults))
        except Fault:
            continue  # not a path: that call has failed, or was not taken
        if chain:
            inputs[path] = chain
    return inputs or info.kind


def _setters(parts: Parts, place: Place, defaults: Mapping[str, Value]) -> Iterator[Value]:
    """Give who sets a path, nearest first: on one place its own value before linked ones."""
    path = place.path
    for depth in range(len(path) - 1, -1, -1):
        node = path[depth]
        if node.values and _at(node.values, parts) is not None:
            yield depth
        for name in reversed(list(node.linked)):
            if _at(node.linked[name], parts) is not None:
                yield [depth, name]
    if _at(defaults, parts) is not None:
        yield DEFAULT


def _at(values: Mapping[str, Value], parts: Parts) -> Value:
    value = values.get(parts[0])
    return value if len(parts) == 1 or value is None else lookup(value, parts[1:])


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
    depth, link = setter if isinstance(setter, list) else (setter, "")
    if depth == DEFAULT:
        return Shadow("schema-default")
    source = "linked" if link else "value"
    value = None
    if path is not None:
        values = path[depth].linked[link] if link else path[depth].values
        value = _at(values, split_path(key))
    level, name, node_ref, revision_ref = places[depth]
    return Shadow(source, level, name, node_ref, revision_ref, link, value)
