"""Compiling a template: splice, parse, connect the keys, put them in order."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from orchestration.expressions.branches import collect, gather
from orchestration.expressions.context import PENDING
from orchestration.expressions.errors import Fault, Problem, over_limit
from orchestration.expressions.evaluation import Reading, Step
from orchestration.expressions.includes import Splicer, Tree, Written, plain
from orchestration.expressions.limits import DEFAULT_LIMITS, Limits
from orchestration.expressions.paths import Parts, join_path, split_path
from orchestration.expressions.places import Place
from orchestration.expressions.scalar_code import (
    Parsed,
    ScalarParser,
    failed,
    has_expressions,
    nested_run,
    sole_call,
)
from orchestration.expressions.scope import (
    Branch,
    Leaf,
    PlainScope,
    Sealing,
    TemplateScope,
    nearest,
)
from orchestration.expressions.syntax import Call, Literal, Node, calls
from orchestration.expressions.template import KeyInfo, Read, Template
from orchestration.expressions.values import Value, weigh


def compile_value(
    value: Value,
    *,
    includes: Mapping[str, Value] | None = None,
    name: str = "template",
    limits: Limits = DEFAULT_LIMITS,
    scope: PlainScope | None = None,
    sealing: Sealing | None = None,
) -> Template:
    """Compile a template: a mapping of keys, or any other value.

    `includes` are raw `configs` mappings by Name/Version. With `scope`, `$val` and `$property`
    read the context's configuration instead of the template's own keys; else own keys are read
    through `sealing`, if given. Never raises: what is wrong is in `problems`, and the other keys
    can still be evaluated.
    """
    splicer = Splicer(includes or {}, limits)
    tree: Tree = {}
    try:
        tree = splicer.tree(value, (), (name,))
    except Fault as fault:
        splicer.problems.append(Place((), source=name).problem(fault))
    return _Assembly(limits, scope, sealing, splicer.problems).template(tree)


@dataclass(slots=True)
class _Waiting:
    """A leaf whose code needs the whole tree of keys to be known first."""

    leaf: Leaf
    tree: Tree
    parsed: Parsed | None


@dataclass(slots=True)
class _Assembly:
    limits: Limits
    scope: PlainScope | None
    sealing: Sealing | None
    problems: list[Problem]
    initial: list[Value] = field(default_factory=list)
    keys: list[KeyInfo] = field(default_factory=list)
    readings: list[Reading] = field(default_factory=list)
    needs: dict[int, list[Parts]] = field(default_factory=dict)
    waiting: list[_Waiting] = field(default_factory=list)

    def template(self, tree: Tree) -> Template:
        parser = ScalarParser(self.limits, self.problems)
        root = self.node(tree, (), parser)
        for item in self.waiting:
            self.finish(item, root, parser)
        steps = tuple(node.step for node in self.ordered(root) if node.step)
        constants = [value for value in self.initial if not isinstance(value, dict)]
        weight = weigh(constants, self.limits.result_bytes)
        problems = tuple(dict.fromkeys(self.problems))
        if len(self.problems) >= self.limits.problems:
            fault = over_limit(f"there are {len(problems)} errors or more; mend these first")
            problems += (Place(()).problem(fault),)
        return Template(
            problems=problems,
            keys=tuple(self.keys),
            initial=self.initial,
            readings=tuple(self.readings),
            steps=steps,
            collect=collect(root),
            weight=weight,
        )

    def node(self, tree: Tree, parts: Parts, parser: ScalarParser) -> Leaf | Branch:
        index = len(self.initial)
        self.initial.append(PENDING)
        if not isinstance(tree, dict):
            return self.leaf(Leaf(index, parts), tree, parser)
        children = {key: self.node(item, (*parts, key), parser) for key, item in tree.items()}
        branch = Branch(index, parts, children=children)
        if has_expressions(tree):
            branch.step = Step(index, gather(branch), Place(parts), counts=False)
        else:
            branch.constant = self.initial[index] = plain(tree)
        if not children:
            self.keys.append(_constant(parts, "template", {}))
        return branch

    def leaf(self, leaf: Leaf, tree: Tree, parser: ScalarParser) -> Leaf:
        if has_expressions(tree):
            parsed = parser.parse(tree, leaf.parts) if isinstance(tree, Written) else None
            leaf.step = Step(leaf.index, failed, parsed.place if parsed else Place(leaf.parts))
            self.waiting.append(_Waiting(leaf, tree, parsed))
        else:
            leaf.constant = self.initial[leaf.index] = plain(tree)
            kind = "include" if isinstance(tree, Written) and tree.included else "template"
            self.keys.append(_constant(leaf.parts, kind, leaf.constant))
        return leaf

    def finish(self, item: _Waiting, root: Leaf | Branch, parser: ScalarParser) -> None:
        """Compile a leaf once all keys of the template are known."""
        leaf, parsed = item.leaf, item.parsed
        seen = len(parser.seen)
        scope = self.scope or TemplateScope(root, leaf.parts, self.sealing)
        step = leaf.step or Step(leaf.index, failed, Place(leaf.parts))
        if isinstance(item.tree, Written):
            step.run = parser.run(parsed, scope)
        else:
            step.run = nested_run(item.tree, leaf.parts, scope, parser)
        nodes = tuple(parsed.nodes() if parsed else parser.seen[seen:])
        self.describe(item, step.place, nodes)
        step.nesting = 1 + max((len(calls(node)) for node in nodes), default=0)

    def describe(self, item: _Waiting, place: Place, nodes: tuple[Node, ...]) -> None:
        leaf, parsed = item.leaf, item.parsed
        reads = tuple(_read(call) for node in nodes for call in calls(node))
        sole = sole_call(parsed) if parsed else None
        kind = "expression"
        value_of: Parts = ()
        if sole and sole.function.name == "config":
            kind = "config"
        elif sole and sole.function.name == "val" and isinstance(reads[0].arguments[0], str):
            kind, value_of = "value", _path(reads[0].arguments[0])
            if value_of == leaf.parts and len(value_of) == 1 and self.scope is None:
                self.readings.append((leaf.index, leaf.parts[0]))
        key = join_path(leaf.parts)
        inputs = tuple((path, parts) for path, parts in _paths(reads, {"val"}))
        form = "whole" if parsed and parsed.whole else "text"
        if not isinstance(item.tree, Written):
            form = "list"
        self.keys.append(
            KeyInfo(leaf.parts, key, kind, place, value_of, reads, inputs, nodes, form=form)
        )
        self.needs[leaf.index] = [parts for _, parts in _paths(reads, {"val", "property"})]

    def ordered(self, root: Leaf | Branch) -> Iterator[Leaf | Branch]:
        """Give what must be evaluated, what is needed before what needs it.

        Where keys need each other in a circle, any order will do: evaluation finds out.
        """
        seen = set[int]()
        waiting = [(root, self.needed(root, root))]
        while waiting:
            node, needed = waiting[-1]
            if node.index not in seen:
                seen.add(node.index)
            following = next((at for at in needed if at.step and at.index not in seen), None)
            if following:
                seen.add(following.index)
                waiting.append((following, self.needed(following, root)))
                continue
            waiting.pop()
            if node is not root or isinstance(root, Leaf):
                yield node

    def needed(self, node: Leaf | Branch, root: Leaf | Branch) -> Iterator[Leaf | Branch]:
        if isinstance(node, Branch):
            return iter(node.children.values())
        found = (nearest(root, parts) for parts in self.needs.get(node.index, ()))
        return (at for at, _ in filter(None, found))


def _constant(parts: Parts, kind: str, value: Value) -> KeyInfo:
    return KeyInfo(parts, join_path(parts), kind, Place(parts), constant=value)


def _read(call: Call) -> Read:
    literals = (item.value if isinstance(item, Literal) else None for item in call.arguments)
    return Read(call.function.name, tuple(literals))


def _paths(reads: Iterable[Read], functions: set[str]) -> Iterator[tuple[str, Parts]]:
    for read in reads:
        if read.function in functions and isinstance(read.arguments[0], str):
            yield read.arguments[0], _path(read.arguments[0])


def _path(text: str) -> Parts:
    """Split a literal path; a malformed one has been reported where it is compiled."""
    try:
        return split_path(text)
    except Fault:
        return ()
