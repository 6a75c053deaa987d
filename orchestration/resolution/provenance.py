"""Where every leaf comes from, kept small.

A record names the places of the path once, and who sets each value that expressions read; a leaf
then costs its key and a few digits. It is plain JSON, stored with a revision, and read back into
`Origin` objects for screens.

    {"path": [[level, name, node_ref, revision_ref], …],
     "reads": {"Base": [0]},
     "keys": {"Speed": [2, 1, -1], "Name": "template", "Port": ["Base"]}}

A list of numbers is a value: the place that set it, then those it shadows; -1 is the schema's
default, and `[2, "Common/1.0.0"]` in place of a number a linked config template. A list of texts is
an expression with what it reads. A map is a value that has another name where it is set. A word is
any other source.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from orchestration.expressions import KeyInfo, Parts, Value, join_path, lookup, split_path
from orchestration.resolution.layers import DEFAULT, Place, leaves, marks_at, setters_at
from orchestration.resolution.model import Origin, PathNode, Shadow

Record: TypeAlias = "dict[str, Value]"


@dataclass(frozen=True, slots=True)
class Recorder:
    """What can be said of a template's keys beforehand, so that a target costs little.

    `known` are the codes of keys that read no value as it is; of those, `mappable` may come out as
    maps. `direct` are the top keys that are one `$val` of the same key, `renamed` the others that
    are one `$val`. `reads` are the paths that expressions read.
    """

    known: Mapping[str, Value]
    mappable: tuple[KeyInfo, ...]
    direct: tuple[tuple[str, Parts], ...]
    renamed: tuple[KeyInfo, ...]
    reads: tuple[tuple[str, Parts], ...]

    @classmethod
    def of(cls, keys: Sequence[KeyInfo]) -> "Recorder":
        """Make the recorder of a compiled template."""
        values = [info for info in keys if info.kind == "value"]
        others = [info for info in keys if info.kind != "value"]
        reads = {read: parts for info in others for read, parts in info.inputs}
        return cls(
            known={info.key: [read for read, _ in info.inputs] or info.kind for info in others},
            mappable=tuple(info for info in others if info.kind in {"expression", "config"}),
            direct=tuple((info.key, info.parts) for info in values if _is_direct(info)),
            renamed=tuple(info for info in values if not _is_direct(info)),
            reads=tuple(reads.items()),
        )

    def record(
        self,
        place: Place,
        configuration: Mapping[str, Value],
        *,
        filled: Iterable[Parts] = (),
        injected: Iterable[Parts] = (),
    ) -> Record:
        """Make the record of a resolved configuration.

        `filled` are the leaves that took their default only after evaluation, `injected` the
        arrays that dependents were injected into.
        """
        found = dict(self.known)
        marks = place.marks
        for key, parts in self.direct:
            code = marks.get(key)
            if code and isinstance(code, tuple) and not isinstance(configuration.get(key), dict):
                found[key] = code
            else:
                _record_value(found, parts, parts, place, configuration)
        for info in self.renamed:
            _record_value(found, info.parts, info.value_of, place, configuration)
        for info in self.mappable:
            _spread(found, info, configuration)
        found |= {join_path(parts): (DEFAULT,) for parts in filled}
        found |= {join_path(parts): "injection" for parts in injected}
        path = [(node.level, node.name, node.ref, node.revision_ref) for node in place.path]
        setters = [(read, setters_at(marks, parts)) for read, parts in self.reads]
        return {"path": path, "reads": {k: v for k, v in setters if v}, "keys": found}


def _is_direct(info: KeyInfo) -> bool:
    return info.parts == info.value_of and len(info.parts) == 1


def _record_value(
    found: dict[str, Value],
    parts: Parts,
    value_of: Parts,
    place: Place,
    configuration: Mapping[str, Value],
) -> None:
    """Record a leaf that is one `$val`: who set it, key by key where it is a map."""
    marks = marks_at(place.marks, value_of)
    value = lookup(configuration, parts)
    for inner, leaf in leaves(value) if isinstance(value, dict) and value else [((), value)]:
        code: Value = setters_at(marks, inner)
        if not code:  # an own key, or nothing
            code = "unset" if leaf is None else "expression"
        elif parts != value_of:
            code = {"of": join_path((*value_of, *inner)), "by": code}
        found[join_path((*parts, *inner))] = code


def _spread(found: dict[str, Value], info: KeyInfo, configuration: Mapping[str, Value]) -> None:
    """Give every leaf of a key that came out as a map the code of the key."""
    value = configuration.get(info.parts[0])
    if len(info.parts) > 1:
        value = lookup(value, info.parts[1:])
    if isinstance(value, dict) and value:
        code = found.pop(info.key)
        found |= {join_path((*info.parts, *inner)): code for inner, _ in leaves(value)}


def origins(
    stored: Mapping[str, Value], path: Sequence[PathNode] | None = None
) -> dict[str, Origin]:
    """Read a record back: the origin of every leaf by dotted key.

    With the `path` it was made from, shadows carry the values they would give.
    """
    reader = _Reader(stored["path"], stored["reads"], path)
    return {key: reader.origin(code, key) for key, code in stored["keys"].items()}


@dataclass(frozen=True, slots=True)
class _Reader:
    places: Sequence[Sequence[Value]]
    reads: Mapping[str, Value]
    path: Sequence[PathNode] | None

    def origin(self, code: Value, key: str) -> Origin:
        if isinstance(code, str):
            return Origin(code)
        if isinstance(code, Mapping):
            return self.origin(code["by"], code["of"])
        if isinstance(code[0], str):
            inputs = {
                read: self.origin(self.reads[read], read) for read in code if read in self.reads
            }
            return Origin("expression", inputs=inputs)
        first, *rest = (self.shadow(setter, key) for setter in code)
        where = (first.source, first.level, first.name, first.node_ref, first.revision_ref)
        return Origin(*where, first.template, shadows=tuple(rest))

    def shadow(self, setter: Value, key: str) -> Shadow:
        depth, link = setter if isinstance(setter, list | tuple) else (setter, "")
        if depth == DEFAULT:
            return Shadow("schema-default")
        value = None
        if self.path is not None:
            node = self.path[depth]
            value = lookup(dict(node.linked[link] if link else node.values), split_path(key))
        level, name, node_ref, revision_ref = self.places[depth]
        return Shadow("value", level, name, node_ref, revision_ref, link, value)
