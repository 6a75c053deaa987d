"""Splicing included templates into the one that includes them."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from orchestration.expressions.declaration import Example, eager
from orchestration.expressions.errors import Fault, Kind, Problem, over_limit, wrong_type
from orchestration.expressions.limits import Limits
from orchestration.expressions.names import versioned_name
from orchestration.expressions.nearest import Nearest
from orchestration.expressions.parser import parse
from orchestration.expressions.paths import Parts, lookup, split_path
from orchestration.expressions.places import expression_place
from orchestration.expressions.scan import Source, split
from orchestration.expressions.syntax import Call, Literal
from orchestration.expressions.values import Value, describe


@dataclass(frozen=True, slots=True)
class Written:
    """A value as it stands in a file: neither map nor list. `included` says whose file."""

    value: Value
    source: str
    included: bool


Tree: TypeAlias = dict[str, "Tree"] | list["Tree"] | Written


class TooLarge(Fault):
    """A template with more keys than any may have: no part of it is worth looking at."""


_INCLUDE_KEY = re.compile(r"\s*\$\{\{\s*\$include\b")


@eager(
    "$include(name[, section])",
    "As a mapping key: splices the keys of another template, or one section of them.",
    Example("$include(Common/1.0.0)", None),
)
def include(_: Value, __: Value = None) -> Value:
    """Stand in the grammar of keys; splicing is done while compiling, never by a call."""


def include_of(key: str, limits: Limits) -> tuple[str, Parts] | None:
    """Read an include key as Name/Version and section; other keys give None, bad ones Fault."""
    if not _INCLUDE_KEY.match(key):
        return None
    pieces = split(key.strip())
    if len(pieces) != 1 or not isinstance(pieces[0], Source):
        raise Fault(Kind.SYNTAX, "an include stands alone as a key")
    node = parse(pieces[0].text, {"include": include}, limits)
    if not isinstance(node, Call):
        raise Fault(Kind.SYNTAX, "an include stands alone as a key")
    given = [item.value for item in node.arguments if isinstance(item, Literal)]
    if len(given) != len(node.arguments) or not all(isinstance(text, str) for text in given):
        raise wrong_type("an include needs a name and a section as plain text")
    return versioned_name(given[0]), split_path(given[1]) if len(given) > 1 else ()


@dataclass(slots=True)
class Splicer:
    """Turns a template and what it includes into one tree; collects what is wrong."""

    includes: Mapping[str, Value]
    limits: Limits
    problems: list[Problem] = field(default_factory=list)
    _keys: int = 0
    _nearest: Nearest = field(init=False)

    def __post_init__(self) -> None:
        self._nearest = Nearest(self.includes)

    def tree(self, value: Value, parts: tuple[str | int, ...], chain: tuple[str, ...]) -> Tree:
        """Splice one value; `chain` names the file it is in, after those that include it."""
        self._keys += 1
        if len(parts) > self.limits.document_depth:
            most = self.limits.document_depth
            raise over_limit(f"maps and lists go deeper than {most} levels")
        if self._keys > self.limits.template_keys:
            most = self.limits.template_keys
            raise TooLarge(Kind.LIMIT, f"the template has more than {most} keys with its includes")
        if isinstance(value, Mapping):
            return self._mapping(value, parts, chain)
        if isinstance(value, list):
            return [self.tree(item, (*parts, at), chain) for at, item in enumerate(value)]
        return Written(value, chain[-1], included=len(chain) > 1)

    def _mapping(
        self, value: Mapping[str, Value], parts: tuple[str | int, ...], chain: tuple[str, ...]
    ) -> Tree:
        included: dict[str, Tree] = {}
        own: dict[str, Tree] = {}
        for key, item in value.items():
            try:
                _need_key(key)
                wanted = include_of(key, self.limits)
                if wanted is None:
                    own[key] = self.tree(item, (*parts, key), chain)
                else:
                    _need_nothing(item)
                    _merge(included, self._included(*wanted, parts, chain))
            except TooLarge:
                raise
            except Fault as fault:
                if len(self.problems) < self.limits.problems:
                    place = expression_place(key, (*parts, str(key)), None, chain[-1])
                    self.problems.append(place.problem(fault))
        _merge(included, own)
        return included

    def _included(
        self, name: str, section: Parts, parts: tuple[str | int, ...], chain: tuple[str, ...]
    ) -> dict[str, Tree]:
        if name in chain:
            cycle = " -> ".join((*chain[chain.index(name) :], name))
            hint = "let one of them stand without the others"
            raise Fault(Kind.CYCLE, f"circular include: {cycle}", hint)
        if len(chain) > self.limits.include_depth:
            message = f"includes go deeper than {self.limits.include_depth} levels"
            raise over_limit(message, "include what is needed directly")
        configs = self.includes.get(name)
        if not isinstance(configs, Mapping):
            near = self._nearest.to(name)
            hint = f"did you mean {near}?" if near else ""
            raise Fault(Kind.NOT_FOUND, f"there is no template {name} to include", hint)
        tree = self.tree(configs, parts, (*chain, name))
        return narrowed(tree, section, name) if isinstance(tree, dict) else {}


def _need_key(key: Value) -> None:
    if not isinstance(key, str):
        raise wrong_type(f"the key {describe(key)} is not text")


def _need_nothing(item: Value) -> None:
    if item not in (None, "", {}):
        raise Fault(Kind.SYNTAX, "an include has no value of its own")


def narrowed(tree: dict[str, Tree], section: Parts, name: str) -> dict[str, Tree]:
    """Keep one section of a tree, at its full path; a missing one raises Fault."""
    found: Tree | None = lookup(tree, section)
    if found is None:
        raise Fault(Kind.NOT_FOUND, f"there is no section {'.'.join(section)} in {name}")
    for part in reversed(section):
        found = {part: found}
    return found if isinstance(found, dict) else {}


def _merge(base: dict[str, Tree], over: dict[str, Tree]) -> None:
    """Merge map into map; where both hold a key that is no map, the later one stays."""
    for key, value in over.items():
        below = base.get(key)
        if isinstance(below, dict) and isinstance(value, dict):
            merged = dict(below)
            _merge(merged, value)
            base[key] = merged
        else:
            base[key] = value


def plain(tree: Tree) -> Value:
    """Give a tree as plain data."""
    if isinstance(tree, Written):
        return tree.value
    if isinstance(tree, list):
        return [plain(item) for item in tree]
    return {key: plain(item) for key, item in tree.items()}
