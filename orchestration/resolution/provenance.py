"""Where every leaf comes from, kept small.

A record names the places of the path once, and who sets each value that expressions read; a leaf
then costs its key and a few digits. It is plain JSON, stored with a revision, and read back into
`Origin` objects for screens.

    {"path": [[level, name, node_ref, revision_ref], …],
     "reads": {"Base": [0]},
     "keys": {"Speed": [2, 1, -1], "Name": "template", "Port": ["Base"]}}

A list of numbers is a value: the place that set it, then those it shadows; -1 is the schema's
default, and `[2, "Common/1.0.0"]` in place of a number a linked config template. A list of texts is
an expression with what it reads. A map is a value that has another name where it is set, or one
read by `$config`. A word is any other source.

Where config templates are read, `"links": [[2, "Common/1.0.0", {record of the template}], …]` tells
in the same way where their values come from; -1 stands for one that is read by name only.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

import orjson

from orchestration.expressions import Fault, KeyInfo, Parts, Value, join_path, lookup, split_path
from orchestration.expressions.names import versioned_name
from orchestration.resolution.layers import (
    DEFAULT,
    Layout,
    Marks,
    Place,
    leaves,
    marks_at,
    setters_at,
)
from orchestration.resolution.model import Origin, PathNode, Shadow

Record: TypeAlias = "dict[str, Value]"
# Of all places of a layout: who sets what expressions read, the codes of keys, and the keys that
# have to be looked at for each place.
_Told: TypeAlias = tuple[Record, Record, tuple[str, ...]]


class Shared(dict[str, Value]):
    """A part of many records. Never changed, so that its JSON is written once."""

    written: orjson.Fragment | None = None


@dataclass(frozen=True, slots=True)
class Recorder:
    """What can be said of a template's keys beforehand, so that a target costs little.

    `known` are the codes of keys that read no value as it is; of those, `mappable` may come out as
    maps. `direct` are the top keys that are one `$val` of the same key, `renamed` the others that
    are one `$val`. Expressions read the top keys `reads` and the paths `deep_reads`.
    """

    known: Mapping[str, Value]
    mappable: tuple[KeyInfo, ...]
    direct: tuple[str, ...]
    renamed: tuple[KeyInfo, ...]
    reads: tuple[str, ...]
    deep_reads: tuple[tuple[str, Parts], ...]

    @classmethod
    def of(cls, keys: Sequence[KeyInfo]) -> "Recorder":
        """Make the recorder of a compiled template."""
        values = [info for info in keys if info.kind == "value"]
        others = [info for info in keys if info.kind != "value"]
        reads = {read: parts for info in others for read, parts in info.inputs}
        return cls(
            known={info.key: _code(info) for info in others},
            mappable=tuple(info for info in others if info.kind in {"expression", "config"}),
            direct=tuple(info.key for info in values if _is_direct(info)),
            renamed=tuple(info for info in values if not _is_direct(info)),
            reads=tuple(read for read, parts in reads.items() if parts == (read,)),
            deep_reads=tuple((read, parts) for read, parts in reads.items() if parts != (read,)),
        )

    def setters(self, marks: dict[str, Marks]) -> dict[str, Value]:
        """Give who sets each value that expressions read; what nobody sets is left out."""
        found: dict[str, Value] = {key: marks[key] for key in self.reads if key in marks}
        for key, code in found.items():
            if type(code) is not tuple:
                found[key] = setters_at(code, ())
        for read, parts in self.deep_reads:
            if code := setters_at(marks, parts):
                found[read] = code
        return found

    def record(
        self,
        place: Place,
        configuration: Mapping[str, Value],
        *,
        filled: Collection[Parts] = (),
        injected: Collection[Parts] = (),
    ) -> Record:
        """Make the record of a resolved configuration; not to be changed, parts of it are shared.

        `filled` are the leaves that took their default only after evaluation, `injected` the
        arrays that dependents were injected into.
        """
        holds_maps = dict in map(type, configuration.values())
        reads, keys, single = self._shared(place.layout)
        if single or holds_maps or filled or injected:
            keys = dict(keys)
            for key in (*self.direct, *single) if holds_maps else single:
                if key in single or isinstance(configuration.get(key), dict):
                    keys.pop(key, None)
                    _record_value(keys, (key,), (key,), place, configuration)
        if self.renamed:
            keys = dict(keys)
        for info in self.renamed:
            _record_value(keys, info.parts, info.value_of, place, configuration)
        if holds_maps:
            for info in self.mappable:
                _spread(keys, info, configuration)
        for parts in filled:
            keys[join_path(parts)] = (DEFAULT,)
        for parts in injected:
            keys[join_path(parts)] = "injection"
        path = [(node.level, node.name, node.ref, node.revision_ref) for node in place.path]
        made = {"path": path, "reads": reads, "keys": keys}
        links = _links(place) if place.configs else ()
        return {**made, "links": links} if links else made

    def _shared(self, layout: Layout) -> _Told:
        """Give what is the same for all places of a layout; it is worked out for the first."""
        if layout.told is None:
            marks = layout.marks
            codes = {key: marks.get(key) for key in self.direct}
            one = {key: code for key, code in codes.items() if code and type(code) is tuple}
            single = tuple(key for key in self.direct if key not in one)
            layout.told = (Shared(self.setters(marks)), Shared({**self.known, **one}), single)
        told: _Told = layout.told
        return told


def _links(place: Place) -> list[Value]:
    """Give the records of the config templates on the way to a place, the nearest last."""
    return [
        (DEFAULT if name in node.named else depth, name, record)
        for depth, node in enumerate(place.path)
        for name, record in node.config_records.items()
    ]


def _code(info: KeyInfo) -> Value:
    """Give the code of a key that is no plain value, as far as it is known beforehand."""
    if info.kind == "config":
        arguments = info.reads[0].arguments
        try:
            return {"config": versioned_name(arguments[0]), "path": "".join(arguments[1:])}
        except (Fault, AttributeError, IndexError, TypeError):
            return info.kind  # told only while it runs
    return [read for read, _ in info.inputs] or info.kind


def _is_direct(info: KeyInfo) -> bool:
    return info.value_of == info.parts == (info.key,)


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
        for inner, _ in leaves(value):
            found[join_path((*info.parts, *inner))] = _inside(code, inner)


def _inside(code: Value, inner: Parts) -> Value:
    """Give the code of one leaf of a map that is one `$config`."""
    if not isinstance(code, dict):
        return code
    above = split_path(code["path"]) if code["path"] else ()
    return {**code, "path": join_path((*above, *inner))}


def record_json(record: object) -> bytes:
    """Write a record as JSON, to be stored."""
    return orjson.dumps(record, _written, orjson.OPT_PASSTHROUGH_SUBCLASS)


def _written(part: object) -> object:
    """Give the JSON of a shared part, written once; a text that knows more than a text as text."""
    if not isinstance(part, Shared):
        return str(part)
    if part.written is None:
        part.written = orjson.Fragment(orjson.dumps(dict(part), _written))
    return part.written


def origins(
    stored: Mapping[str, Value], path: Sequence[PathNode] | None = None
) -> dict[str, Origin]:
    """Read a record back: the origin of every leaf by dotted key.

    With the `path` it was made from, shadows carry the values they would give.
    """
    reader = _Reader(stored["path"], stored["reads"], stored.get("links", ()), path)
    return {key: reader.origin(code, key) for key, code in stored["keys"].items()}


@dataclass(frozen=True, slots=True)
class _Reader:
    places: Sequence[Sequence[Value]]
    reads: Mapping[str, Value]
    links: Sequence[Sequence[Value]]
    path: Sequence[PathNode] | None

    def origin(self, code: Value, key: str) -> Origin:
        if isinstance(code, str):
            return Origin(code)
        if isinstance(code, Mapping) and "config" in code:
            return self.config(code["config"], code["path"])
        if isinstance(code, Mapping):
            return replace(self.origin(code["by"], code["of"]), set_as=code["of"])
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
        if not link:
            return Shadow("value", level, name, node_ref, revision_ref, value=value)
        inner = self.linked(link, key, depth)
        if inner is not None and inner.source == "value":
            level, name = inner.level, inner.name
            return Shadow("value", level, name, inner.node_ref, inner.revision_ref, link, value)
        return Shadow("value", level, name, node_ref, None, link, value)

    def config(self, name: str, key: str) -> Origin:
        """Give the origin of a leaf that is one `$config`: who set it, where somebody has."""
        inner = self.linked(name, key)
        if inner is None or inner.source != "value":
            return Origin("config", template=name)
        return replace(inner, source="config", template=name, shadows=())

    def linked(self, name: str, key: str, at: int | None = None) -> Origin | None:
        """Give where a config template has a value from, at one place or at the nearest."""
        for depth, link, record in reversed(self.links):
            if link == name and at in {None, depth} and key in record["keys"]:
                code = record["keys"][key]
                return _Reader(record["path"], record["reads"], (), None).origin(code, key)
        return None
