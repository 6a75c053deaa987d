"""Turning a parsed expression into a Python closure, once per template version."""

from collections.abc import Callable, Iterator

from orchestration.expressions.arithmetic import OPERATORS, negate
from orchestration.expressions.context import Context, spend
from orchestration.expressions.declaration import CallSite, Run, Scope
from orchestration.expressions.errors import Cycle, Fault, Kind, Unavailable
from orchestration.expressions.syntax import Call, Chain, Literal, Negation, Node
from orchestration.expressions.values import Value, joined, to_text, weigh

# Stands for "not a literal" among the literal values of arguments.
UNKNOWN = object()


def build(node: Node, scope: Scope) -> Run:
    """Compile an expression; what is wrong with a literal argument raises Fault here."""
    match node:
        case Literal(value):
            return lambda _: value
        case Negation(operand):
            inner = build(operand, scope)
            return lambda context: negate(inner(context))
        case Chain():
            return _chain(node, scope)
        case Call():
            return _call(node, scope)


def join(pieces: list[str | Run]) -> Run:
    """Compile a text with expressions in it."""
    written = [piece if isinstance(piece, str) else "" for piece in pieces]
    runs = [(at, piece) for at, piece in enumerate(pieces) if not isinstance(piece, str)]

    def run(context: Context) -> Value:
        texts = written.copy()
        try:
            for at, piece in runs:
                value = piece(context)
                texts[at] = value if type(value) is str else to_text(value)
        except Cycle:
            raise
        except Fault as fault:
            fault.others = list(_faults([piece for later, piece in runs if later > at], context))
            raise
        return joined(texts)

    return run


def _faults(pieces: list[Run], context: Context) -> Iterator[Fault]:
    """Give what is wrong with each piece of a text, so that one does not hide the next."""
    for piece in pieces:
        try:
            to_text(piece(context))
        except Unavailable:
            continue
        except Fault as fault:
            yield fault
            if fault.kind is Kind.LIMIT:
                return  # the next ones would only say the same


def _chain(node: Chain, scope: Scope) -> Run:
    first = build(node.first, scope)
    rest = [(OPERATORS[operator], build(operand, scope)) for operator, operand in node.rest]

    def run(context: Context) -> Value:
        result = first(context)
        for operator, operand in rest:
            result = operator(result, operand(context))
            if type(result) is str:
                spend(context, len(result))
        return result

    return run


def _charged(apply: Callable[..., Value], arguments: tuple[Run, ...]) -> Run:
    """Call a function that looks at all that is in its arguments, as long as work is left."""

    def run(context: Context) -> Value:
        values = [argument(context) for argument in arguments]
        for value in values:
            if type(value) is str:
                spend(context, len(value))
            elif isinstance(value, dict | list):
                spend(context, weigh(value, context.work))
        return apply(*values)

    return run


def _call(node: Call, scope: Scope) -> Run:
    arguments = tuple(build(argument, scope) for argument in node.arguments)
    if node.function.compile is not None:
        literals = tuple(
            argument.value if isinstance(argument, Literal) else UNKNOWN
            for argument in node.arguments
        )
        return node.function.compile(CallSite(scope, arguments, literals))
    apply = node.function.apply
    if apply is None:
        raise AssertionError(node.function.name)
    if node.function.heavy:
        return _charged(apply, arguments)
    match arguments:
        case (one,):
            return lambda context: apply(one(context))
        case (one, two):
            return lambda context: apply(one(context), two(context))
        case _:
            return lambda context: apply(*[argument(context) for argument in arguments])
