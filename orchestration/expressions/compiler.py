"""Turning a parsed expression into a Python closure, once per template version."""

from orchestration.expressions.arithmetic import OPERATORS, negate
from orchestration.expressions.context import Context
from orchestration.expressions.declaration import CallSite, Run, Scope
from orchestration.expressions.syntax import Call, Chain, Literal, Negation, Node
from orchestration.expressions.values import Value, joined, to_text

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

    def run(context: Context) -> Value:
        texts = [piece if isinstance(piece, str) else to_text(piece(context)) for piece in pieces]
        return joined(texts)

    return run


def _chain(node: Chain, scope: Scope) -> Run:
    first = build(node.first, scope)
    rest = [(OPERATORS[operator], build(operand, scope)) for operator, operand in node.rest]
    if len(rest) == 1:
        apply, second = rest[0]
        return lambda context: apply(first(context), second(context))

    def run(context: Context) -> Value:
        result = first(context)
        for operator, operand in rest:
            result = operator(result, operand(context))
        return result

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
    match arguments:
        case (one,):
            return lambda context: apply(one(context))
        case (one, two):
            return lambda context: apply(one(context), two(context))
        case _:
            return lambda context: apply(*[argument(context) for argument in arguments])
