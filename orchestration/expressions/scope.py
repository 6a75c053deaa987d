"""What `$val` and `$property` see."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from orchestration.expressions.context import FAILED, Context
from orchestration.expressions.declaration import Run
from orchestration.expressions.errors import Fault, Kind, Unavailable
from orchestration.expressions.evaluation import Step, demand, descend
from orchestration.expressions.paths import Parts, join_path, lookup, overlaps
from orchestration.expressions.values import Value

# Makes opaque what is secret in the value of a key; None for a key with nothing secret in it.
Seal: TypeAlias = Callable[[Value], Value]
Sealing: TypeAlias = Callable[[Parts], Seal | None]


@dataclass(slots=True)
class Leaf:
    """A key of a template that holds a value. Without a step the value is constant."""

    index: int
    parts: Parts
    step: Step | None = None
    constant: Value = None


@dataclass(slots=True)
class Branch:
    """A key of a template that holds a map. Without a step everything in it is constant."""

    index: int
    parts: Parts
    children: "dict[str, Leaf | Branch]"
    step: Step | None = None
    constant: Value = None


def nearest(root: Leaf | Branch, parts: Parts) -> tuple[Leaf | Branch, Parts] | None:
    """Find the key at a path, or the leaf above it and the rest of the path; else None."""
    node: Leaf | Branch | None = root if isinstance(root, Branch) else None
    for depth, part in enumerate(parts):
        if isinstance(node, Leaf):
            return node, parts[depth:]
        node = node.children.get(part) if node else None
        if node is None:
            return None
    return (node, ()) if node else None


@dataclass(frozen=True, slots=True)
class TemplateScope:
    """Sees the hierarchy and the template's own keys, from inside the key `parts`.

    The hierarchy comes with its secrets sealed; own keys are read through `sealing`.
    """

    root: Leaf | Branch
    parts: Parts
    sealing: Sealing | None = None

    def value(self, parts: Parts) -> Run:
        """Read the hierarchy's value, else the own key's unless that is where we stand."""
        own = None if overlaps(parts, self.parts) else self._reader(parts)
        if len(parts) > 1:
            return _value_at(parts, own)
        (key,) = parts
        if own is None:
            return lambda context: context.values.get(key)

        def run(context: Context) -> Value:
            value = context.values.get(key)
            return own(context) if value is None else value

        return run

    def own(self, parts: Parts) -> Run:
        """Read the own key's evaluated value."""
        reader = self._reader(parts)
        found = nearest(self.root, parts)
        if reader is None or (found and not found[1]):
            return reader or _missing(parts)

        def run(context: Context) -> Value:
            value = reader(context)
            return _missing(parts)(context) if value is None else value

        return run

    def _reader(self, parts: Parts) -> Run | None:
        reader = self._plain_reader(parts)
        seal = self.sealing(parts) if self.sealing else None
        if reader is None or seal is None:
            return reader
        return lambda context: seal(reader(context))

    def _plain_reader(self, parts: Parts) -> Run | None:
        found = nearest(self.root, parts)
        if found is None:
            return None
        node, rest = found
        step = node.step
        if step is None:
            constant = lookup(node.constant, rest)
            return lambda _: constant
        if isinstance(node, Branch):
            return lambda context: _checked(demand(context, step), context)
        return lambda context: descend(demand(context, step), rest)


@dataclass(frozen=True, slots=True)
class PlainScope:
    """Sees a finished configuration and the hierarchy: for rules and specifications."""

    configuration_first: bool

    def value(self, parts: Parts) -> Run:
        """Read both, the configuration first for rules."""
        first = self.configuration_first

        def run(context: Context) -> Value:
            own = descend(context.configuration, parts) if first else lookup(context.values, parts)
            if own is not None:
                return _whole(own)
            return lookup(context.values, parts) if first else descend(context.configuration, parts)

        return run

    def own(self, parts: Parts) -> Run:
        """Read the configuration."""

        def run(context: Context) -> Value:
            value = descend(context.configuration, parts)
            if value is None and not _has(context.configuration, parts):
                return _missing(parts)(context)
            return _whole(value)

        return run


def _value_at(parts: Parts, own: Run | None) -> Run:
    def run(context: Context) -> Value:
        value = lookup(context.values, parts)
        return own(context) if value is None and own else value

    return run


def _missing(parts: Parts) -> Run:
    def run(_: Context) -> Value:
        raise Fault(Kind.NOT_FOUND, f"there is no key {join_path(parts)}")

    return run


def _has(tree: Value, parts: Parts) -> bool:
    above = lookup(tree, parts[:-1])
    return isinstance(above, dict) and parts[-1] in above


def _checked(value: Value, context: Context) -> Value:
    return _whole(value) if context.problems else value


def _whole(value: Value) -> Value:
    """Give a value back unless it is a map in which a key has failed."""
    waiting = [value] if isinstance(value, dict) else []
    while waiting:
        for item in waiting.pop().values():
            if item is FAILED:
                raise Unavailable
            if isinstance(item, dict):
                waiting.append(item)
    return value
