"""The parts of a parsed expression."""

from dataclasses import dataclass
from typing import TypeAlias

from orchestration.expressions.declaration import Function
from orchestration.expressions.values import Value


@dataclass(frozen=True, slots=True)
class Literal:
    """A number, a text, true, false or null."""

    value: Value


@dataclass(frozen=True, slots=True)
class Call:
    """A function with its arguments."""

    function: Function
    arguments: "tuple[Node, ...]"
    offset: int


@dataclass(frozen=True, slots=True)
class Negation:
    """Unary minus."""

    operand: "Node"


@dataclass(frozen=True, slots=True)
class Chain:
    """Operators of one rank, applied from left to right.

    Flat, not nested, so that a sum of a thousand terms is not a thousand levels deep.
    """

    first: "Node"
    rest: "tuple[tuple[str, Node], ...]"


Node: TypeAlias = Literal | Call | Negation | Chain
EMPTY = Literal(None)


def children(node: Node) -> tuple[Node, ...]:
    """Give the parts directly below a node."""
    match node:
        case Call():
            return node.arguments
        case Negation():
            return (node.operand,)
        case Chain():
            return (node.first, *(operand for _, operand in node.rest))
        case Literal():
            return ()


def calls(node: Node) -> list[Call]:
    """Give every call in an expression, outermost first."""
    found, waiting = [], [node]
    while waiting:
        at = waiting.pop()
        if isinstance(at, Call):
            found.append(at)
        waiting.extend(reversed(children(at)))
    return found
