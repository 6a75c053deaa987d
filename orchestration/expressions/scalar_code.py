"""Compiling one value of a template: a scalar with expressions in it, or a list of them."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from orchestration.expressions.compiler import build, join
from orchestration.expressions.context import Context
from orchestration.expressions.declaration import Run, Scope
from orchestration.expressions.errors import Cycle, Fault, Problem, Unavailable, over_limit
from orchestration.expressions.evaluation import report
from orchestration.expressions.functions import FUNCTIONS
from orchestration.expressions.includes import Tree, Written, plain
from orchestration.expressions.limits import Limits
from orchestration.expressions.parser import parse
from orchestration.expressions.places import Place, expression_place
from orchestration.expressions.scan import Source, Unclosed, split
from orchestration.expressions.syntax import Call, Node
from orchestration.expressions.values import Value, to_text

Where = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Parsed:
    """A scalar with expressions, parsed. `whole` says that it is one expression and no text."""

    place: Place
    pieces: tuple[str | tuple[Node, Place], ...]
    whole: bool

    def nodes(self) -> Iterator[Node]:
        """Give the expressions in it."""
        return (piece[0] for piece in self.pieces if not isinstance(piece, str))


@dataclass(slots=True)
class ScalarParser:
    """Parses scalars and collects everything that is wrong with them."""

    limits: Limits
    problems: list[Problem] = field(default_factory=list)
    seen: list[Node] = field(default_factory=list)
    expressions: int = 0

    def parse(self, written: Written, parts: Where) -> Parsed | None:
        """Parse a scalar that holds `${{`; None when something is wrong with it."""
        text, before = written.value, len(self.problems)
        if before >= self.limits.problems:
            return None
        try:
            pieces = split(text)
        except Unclosed as fault:
            place = expression_place(text, parts, fault.source, written.source)
            self.problems.append(place.problem(fault))
            return None
        self.expressions += sum(isinstance(piece, Source) for piece in pieces)
        if self.expressions > self.limits.template_keys:
            most = self.limits.template_keys
            many = over_limit(f"the template has more than {most} expressions")
            self.problems.append(Place(parts, source=written.source).problem(many))
            return None
        parsed = [
            piece if isinstance(piece, str) else self._expression(text, piece, parts, written)
            for piece in pieces
        ]
        if len(self.problems) > before:
            return None
        found = tuple(piece for piece in parsed if piece is not None)
        place = next((piece[1] for piece in found if not isinstance(piece, str)), Place(parts))
        return Parsed(place, found, whole=len(pieces) == 1)

    def run(self, parsed: Parsed | None, scope: Scope) -> Run:
        """Compile what was parsed; when that cannot be done, a run that only fails."""
        if parsed is None:
            return failed
        try:
            return scalar_run(parsed, scope)
        except Fault as fault:
            self.problems.append(parsed.place.problem(fault))
            return failed

    def _expression(
        self, text: str, piece: Source, parts: Where, written: Written
    ) -> tuple[Node, Place] | None:
        place = expression_place(text, parts, piece, written.source)
        try:
            node = parse(piece.text, FUNCTIONS, self.limits)
        except Fault as fault:
            self.problems.append(place.problem(fault))
            return None
        self.seen.append(node)
        return node, place


def has_expressions(tree: Tree) -> bool:
    """Say whether a tree holds anything to evaluate."""
    if isinstance(tree, Written):
        return isinstance(tree.value, str) and "${{" in tree.value
    return any(map(has_expressions, tree.values() if isinstance(tree, dict) else tree))


def scalar_run(parsed: Parsed, scope: Scope) -> Run:
    """Compile a parsed scalar; a literal argument that cannot be used raises Fault."""
    pieces = [
        piece if isinstance(piece, str) else _placed(build(piece[0], scope), piece[1], parsed)
        for piece in parsed.pieces
    ]
    return pieces[0] if parsed.whole and not isinstance(pieces[0], str) else join(pieces)


def _placed(run: Run, place: Place, parsed: Parsed) -> Run:
    """Let an error of the second or a later expression of a text name its own place.

    That it cannot be joined is such an error, too.
    """
    if place is parsed.place:
        return run

    def placed(context: Context) -> Value:
        try:
            return to_text(run(context))
        except Fault as fault:
            fault.line, fault.column = fault.line or place.line, fault.column or place.column
            raise

    return placed


def nested_run(tree: Tree, parts: Where, scope: Scope, parser: ScalarParser) -> Run:
    """Compile a list, or a map inside one; each element reports its own errors."""
    if not has_expressions(tree):
        constant = plain(tree)
        return lambda _: constant
    if isinstance(tree, Written):
        return parser.run(parser.parse(tree, parts), scope)
    items = list(tree.items()) if isinstance(tree, dict) else list(enumerate(tree))
    runs = [
        (_place(item, (*parts, key)), nested_run(item, (*parts, key), scope, parser))
        for key, item in items
    ]
    if isinstance(tree, dict):
        keys = list(tree)
        return lambda context: dict(zip(keys, _each(context, runs), strict=True))
    return lambda context: _each(context, runs)


def _place(tree: Tree, parts: Where) -> Place:
    if isinstance(tree, Written) and isinstance(tree.value, str):
        return expression_place(tree.value, parts, None, tree.source)
    return Place(parts)


def failed(_: Context) -> Value:
    """Stand for a value that could not be compiled; that has been reported."""
    raise Unavailable


def _each(context: Context, runs: list[tuple[Place, Run]]) -> list[Value]:
    values, failed = [], False
    for place, run in runs:
        try:
            values.append(run(context))
        except Cycle:
            raise
        except (Fault, Unavailable) as error:
            failed = True
            report(context, place, error)
    if failed:
        raise Unavailable
    return values


def sole_call(parsed: Parsed) -> Call | None:
    """Give the call that is all of a scalar, where there is one."""
    first = parsed.pieces[0]
    whole = parsed.whole and not isinstance(first, str)
    return first[0] if whole and isinstance(first[0], Call) else None
