"""Functions that decide, evaluating no more of their arguments than they need."""

from orchestration.expressions.context import Context
from orchestration.expressions.declaration import CallSite, Example, Run, compiled, eager
from orchestration.expressions.errors import wrong_type
from orchestration.expressions.values import ALONE, SealedValue, SecretReference, Value, truth


@compiled(
    "$if(condition, then[, else])",
    "One of two values; without else, null. Lazy.",
    Example("$if($gt(72, 50), RED, GREEN)", "RED"),
)
def choose(call: CallSite) -> Run:
    """Compile `$if`."""
    condition, then, *rest = call.arguments
    otherwise = rest[0] if rest else None

    def run(context: Context) -> Value:
        if truth(condition(context)):
            return then(context)
        return otherwise(context) if otherwise else None

    return run


def _every(call: CallSite) -> Run:
    arguments = call.arguments
    return lambda context: all(truth(argument(context)) for argument in arguments)


def _some(call: CallSite) -> Run:
    arguments = call.arguments
    return lambda context: any(truth(argument(context)) for argument in arguments)


both = compiled(
    "$and(a, b, …)",
    "Whether all are true. Lazy, left to right.",
    Example("$and(true, $gt(2, 1))", result=True),
)(_every)

every = compiled(
    "$all(a, …)", "As $and, also of one argument.", Example("$all(true)", result=True)
)(_every)

either = compiled(
    "$or(a, b, …)",
    "Whether one is true. Lazy, left to right.",
    Example("$or(false, $gt(2, 1))", result=True),
)(_some)

some = compiled(
    "$any(a, …)", "As $or, also of one argument.", Example("$any(false)", result=False)
)(_some)


@eager("$not(a)", "The opposite of true or false.", Example("$not('false')", result=True))
def opposite(value: Value) -> Value:
    """Apply `$not`."""
    return not truth(value)


@eager("$empty(x)", 'Whether x is null, "", [] or {}.', Example("$empty($val(unset))", result=True))
def empty(value: Value) -> Value:
    """Apply `$empty`."""
    if isinstance(value, SecretReference | SealedValue):
        raise wrong_type("a secret cannot be looked at", ALONE)
    return value is None or value in ("", [], {})


@compiled(
    "$default(x, fallback)",
    "The fallback when x is null. Lazy.",
    Example("$default($val(unset), 5)", 5),
)
def default(call: CallSite) -> Run:
    """Compile `$default`."""
    first, fallback = call.arguments

    def run(context: Context) -> Value:
        value = first(context)
        return fallback(context) if value is None else value

    return run
