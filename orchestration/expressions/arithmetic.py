"""The operators. Integers are exact at any size; floats are IEEE doubles."""

from collections.abc import Callable, Mapping

from orchestration.expressions.errors import Fault, Kind, over_limit, wrong_type
from orchestration.expressions.limits import DEFAULT_LIMITS
from orchestration.expressions.values import (
    Value,
    bounded,
    describe,
    finite,
    is_number,
    to_text,
)

_MOST_BITS = DEFAULT_LIMITS.digits * 10 // 3


def add(left: Value, right: Value) -> Value:
    """Add two numbers, or join when either side is text."""
    if type(left) is int and type(right) is int:
        return _checked(left + right)
    if is_number(left) and is_number(right):
        return _checked(
            _floats(float.__add__, left, right) if _mixed(left, right) else left + right
        )
    if isinstance(left, str) or isinstance(right, str):
        return bounded(to_text(left) + to_text(right))
    message = f"{describe(left)} + {describe(right)} is neither a sum nor text"
    raise wrong_type(message, "+ needs two numbers, or text on one side")


def subtract(left: Value, right: Value) -> Value:
    """Subtract numbers."""
    _need_numbers("-", left, right)
    return _checked(_floats(float.__sub__, left, right) if _mixed(left, right) else left - right)


def multiply(left: Value, right: Value) -> Value:
    """Multiply numbers."""
    _need_numbers("*", left, right)
    return _checked(_floats(float.__mul__, left, right) if _mixed(left, right) else left * right)


def divide(left: Value, right: Value) -> Value:
    """Divide numbers; two integers give an integer when that is exact."""
    _need_divisor("/", left, right)
    if _mixed(left, right):
        return _checked(_floats(float.__truediv__, left, right))
    if left % right == 0:
        return left // right
    try:
        return left / right
    except OverflowError:
        raise over_limit("a number is too large") from None


def modulo(left: Value, right: Value) -> Value:
    """Give the remainder, with the sign of the divisor."""
    _need_divisor("%", left, right)
    return _checked(_floats(float.__mod__, left, right) if _mixed(left, right) else left % right)


def negate(value: Value) -> Value:
    """Change the sign of a number."""
    if not is_number(value):
        raise wrong_type(f"-{describe(value)} is not possible", "- needs a number")
    return -value


OPERATORS: Mapping[str, Callable[[Value, Value], Value]] = {
    "+": add,
    "-": subtract,
    "*": multiply,
    "/": divide,
    "%": modulo,
}


def _mixed(left: Value, right: Value) -> bool:
    return isinstance(left, float) or isinstance(right, float)


def _floats(operation: Callable[[float, float], float], left: Value, right: Value) -> float:
    try:
        return operation(float(left), float(right))
    except OverflowError:
        raise over_limit("a number is too large") from None


def _checked(result: Value) -> Value:
    if isinstance(result, float):
        return finite(result)
    if result.bit_length() > _MOST_BITS:
        raise over_limit(f"a number has more than {DEFAULT_LIMITS.digits} digits")
    return result


def _need_numbers(operator: str, left: Value, right: Value) -> None:
    if not (is_number(left) and is_number(right)):
        message = f"{describe(left)} {operator} {describe(right)} is not possible"
        raise wrong_type(message, f"{operator} needs two numbers; convert text with $int or $float")


def _need_divisor(operator: str, left: Value, right: Value) -> None:
    _need_numbers(operator, left, right)
    if right == 0:
        message = f"{describe(left)} {operator} 0 has no result"
        raise Fault(Kind.DIVISION_BY_ZERO, message, "guard it with $if($ne(divisor, 0), …)")
