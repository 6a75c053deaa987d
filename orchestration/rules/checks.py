"""Checking one value against one rule."""

import math
from collections.abc import Callable, Iterator, Mapping

from orchestration.expressions import Fault, SealedValue, SecretReference, Value
from orchestration.expressions.patterns import matcher
from orchestration.expressions.values import json_text, same
from orchestration.rules.formats import FORMATS, has_format
from orchestration.rules.model import Rule, Violation

Check = Callable[[Value], bool]


def _is_string(value: Value) -> bool:
    return isinstance(value, str)


def _is_boolean(value: Value) -> bool:
    return value is True or value is False


def _is_int(value: Value) -> bool:
    if isinstance(value, float):
        return value.is_integer()
    return isinstance(value, int) and not isinstance(value, bool)


def _is_float(value: Value) -> bool:
    if isinstance(value, float):
        return math.isfinite(value)
    return isinstance(value, int) and not isinstance(value, bool)


def _is_object(value: Value) -> bool:
    return isinstance(value, dict)


def _is_array(value: Value) -> bool:
    return isinstance(value, list)


TYPE_CHECKS: Mapping[str, Check] = {
    "string": _is_string,
    "boolean": _is_boolean,
    "int": _is_int,
    "float": _is_float,
    "object": _is_object,
    "array": _is_array,
}
TYPE_NAMES: Mapping[str, str] = {
    "string": "text",
    "boolean": "true or false",
    "int": "a whole number",
    "float": "a number",
    "object": "a map of keys",
    "array": "a list",
}


def is_opaque(value: Value) -> bool:
    """Say whether a value is a secret that cannot be looked at here."""
    return isinstance(value, SecretReference | SealedValue)


def violations(rule: Rule, value: Value) -> list[Violation]:
    """Give everything a set value breaks in its rule, its elements included."""
    found = list(_own_violations(rule, value))
    if rule.items and isinstance(value, list):
        for position, item in enumerate(value):
            found.extend(_element_violations(rule.items, position, item))
    return found


def acceptance(rule: Rule) -> Check:
    """Make the quick check: whether a value breaks nothing at all."""
    fits = TYPE_CHECKS[rule.type]
    tests = tuple(test for _, test, _ in limits_of(rule))
    if rule.type == "int" and {name for name, _, _ in limits_of(rule)} <= {"minValue", "maxValue"}:
        return _integer_acceptance(rule)
    element = acceptance(rule.items) if rule.items else None
    if not tests and element is None:
        return fits

    def accepts(value: Value) -> bool:
        if not fits(value):
            return False
        for test in tests:
            if not test(value):
                return False
        return element is None or all(map(element, value))

    return accepts


def _integer_acceptance(rule: Rule) -> Check:
    """Make the quick check of the commonest rule without a call for each bound."""
    low = -math.inf if rule.min_value is None else rule.min_value
    high = math.inf if rule.max_value is None else rule.max_value
    return lambda value: (type(value) is int or _is_int(value)) and low <= value <= high


def _element_violations(rule: Rule, position: int, item: Value) -> Iterator[Violation]:
    for broken in violations(rule, item):
        message = f"element {position + 1}: {broken.message}"
        yield Violation(rule.key, broken.rule, message, broken.given, broken.accepted)


def _own_violations(rule: Rule, value: Value) -> Iterator[Violation]:
    given = None if rule.secret else value
    if not TYPE_CHECKS[rule.type](value):
        wanted = TYPE_NAMES[rule.type]
        yield Violation(rule.key, "type", f"{wanted} is needed", given, wanted)
        return
    for name, test, accepted in limits_of(rule):
        if not test(value):
            message = rule.message if name == "pattern" and rule.message else f"must be {accepted}"
            yield Violation(rule.key, name, message, given, accepted)


def limits_of(rule: Rule) -> Iterator[tuple[str, Check, str]]:
    """Give each limit of a rule that applies to its type: name, test, what would be accepted."""
    if rule.allowed_values is not None:
        yield (
            "allowedValues",
            _one_of(rule.allowed_values),
            f"one of {_listed(rule.allowed_values)}",
        )
    if rule.disallowed_values:
        inside = _one_of(rule.disallowed_values)
        listed = _listed(rule.disallowed_values)
        yield "disallowedValues", lambda value: not inside(value), f"none of {listed}"
    if rule.type in {"int", "float"}:
        yield from _bounds(rule)
    if rule.type in {"string", "array"}:
        yield from _lengths(rule)
    if rule.type == "string" and rule.pattern is not None:
        yield "pattern", matcher(rule.pattern), f"like {rule.pattern}"
    if rule.format is not None and rule.type in {"string", "int"}:
        name = rule.format
        yield "format", lambda value: has_format(name, value), FORMATS[name][1]


def _bounds(rule: Rule) -> Iterator[tuple[str, Check, str]]:
    low, high = rule.min_value, rule.max_value
    if low is not None:
        yield "minValue", lambda value: value >= low, f"at least {low}"
    if high is not None:
        yield "maxValue", lambda value: value <= high, f"at most {high}"


def _lengths(rule: Rule) -> Iterator[tuple[str, Check, str]]:
    least, most = rule.min_length, rule.max_length
    what = "characters" if rule.type == "string" else "elements"
    if least is not None:
        yield "minLength", lambda value: len(value) >= least, f"at least {least} {what} long"
    if most is not None:
        yield "maxLength", lambda value: len(value) <= most, f"at most {most} {what} long"


def _one_of(values: tuple[Value, ...]) -> Check:
    if all(isinstance(value, str) for value in values):
        texts = frozenset(values)
        return lambda value: isinstance(value, str) and value in texts
    return lambda value: any(_alike(value, one) for one in values)


def _alike(value: Value, one: Value) -> bool:
    try:
        return same(value, one)
    except Fault:
        return False


def _listed(values: tuple[Value, ...]) -> str:
    return ", ".join(map(json_text, values))
