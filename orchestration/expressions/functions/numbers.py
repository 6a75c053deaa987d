"""Functions of numbers."""

from collections.abc import Callable

from orchestration.expressions.declaration import Example, eager
from orchestration.expressions.errors import wrong_type
from orchestration.expressions.values import Value, describe, finite, number

_MOST_PLACES = 300


def _of_all(pick: Callable[[list[float]], float], values: tuple[Value, ...]) -> Value:
    listed = values[0] if len(values) == 1 and isinstance(values[0], list) else values
    if not listed:
        raise wrong_type("an empty list has neither smallest nor greatest")
    return pick([number(value) for value in listed])


@eager(
    "$min(a, …)",
    "The smallest of numbers, or of a list of them.",
    Example("$min(3, 1, 2)", 1),
    heavy=True,
)
def smallest(*values: Value) -> Value:
    """Apply `$min`."""
    return _of_all(min, values)


@eager(
    "$max(a, …)",
    "The greatest of numbers, or of a list of them.",
    Example("$max(1, 2.5)", 2.5),
    heavy=True,
)
def greatest(*values: Value) -> Value:
    """Apply `$max`."""
    return _of_all(max, values)


@eager(
    "$round(x[, places])",
    "The number rounded, half to even; without places, to an integer.",
    Example("$round(2.5)", 2),
)
def rounded(value: Value, places: Value = None) -> Value:
    """Apply `$round`."""
    given = number(value)
    if places is None:
        return round(given)
    count = number(places)
    if not isinstance(count, int) or abs(count) > _MOST_PLACES:
        raise wrong_type(f"{describe(places)} is not a number of decimal places")
    try:
        return round(given, count)
    except OverflowError:
        return finite(float("inf"))


@eager("$int(x)", "The number as an integer, truncated toward zero.", Example("$int('42.9')", 42))
def integer(value: Value) -> Value:
    """Apply `$int`."""
    return int(number(value))


@eager("$float(x)", "The number as a float.", Example("$float('1.5')", 1.5))
def floating(value: Value) -> Value:
    """Apply `$float`."""
    try:
        return finite(float(number(value)))
    except OverflowError:
        return finite(float("inf"))
