"""Functions that compare."""

from orchestration.expressions.declaration import Example, eager
from orchestration.expressions.values import Value, equal, number


@eager(
    "$eq(a, b)",
    "Whether two values are equal; a number also equals its text, true the text 'true'.",
    Example("$eq(123, '123')", result=True),
    aliases=("equal",),
    heavy=True,
)
def eq(one: Value, other: Value) -> Value:
    """Apply `$eq`."""
    return equal(one, other)


@eager("$ne(a, b)", "The opposite of $eq.", Example("$ne(a, A)", result=True), heavy=True)
def ne(one: Value, other: Value) -> Value:
    """Apply `$ne`."""
    return not equal(one, other)


@eager("$gt(a, b)", "Whether a is greater than b.", Example("$gt('10', 9)", result=True))
def gt(one: Value, other: Value) -> Value:
    """Apply `$gt`."""
    return number(one) > number(other)


@eager("$ge(a, b)", "Whether a is at least b.", Example("$ge(2, 2)", result=True))
def ge(one: Value, other: Value) -> Value:
    """Apply `$ge`."""
    return number(one) >= number(other)


@eager("$lt(a, b)", "Whether a is less than b.", Example("$lt(2, 2)", result=False))
def lt(one: Value, other: Value) -> Value:
    """Apply `$lt`."""
    return number(one) < number(other)


@eager("$le(a, b)", "Whether a is at most b.", Example("$le(2, 2)", result=True))
def le(one: Value, other: Value) -> Value:
    """Apply `$le`."""
    return number(one) <= number(other)


@eager(
    "$between(value, low, high)",
    "Whether a number lies between two others, ends included.",
    Example("$between(20, 10, 100)", result=True),
)
def between(value: Value, low: Value, high: Value) -> Value:
    """Apply `$between`."""
    least, given, most = number(low), number(value), number(high)
    return least <= given <= most


@eager(
    "$in(value, a, …)",
    "Whether the value equals one of the others, or an element of one that is a list.",
    Example("$in(443, 80, 443)", result=True),
    heavy=True,
)
def among(value: Value, *candidates: Value) -> Value:
    """Apply `$in`."""
    return any(
        any(equal(value, item) for item in candidate)
        if isinstance(candidate, list)
        else equal(value, candidate)
        for candidate in candidates
    )
