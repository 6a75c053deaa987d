"""Noticing branches that nothing can reach, and comparisons that always come out the same."""

from collections.abc import Hashable, Iterable, Iterator

from orchestration.expressions import Context, Fault, KeyInfo, PlainScope, Value
from orchestration.expressions.compiler import build
from orchestration.expressions.syntax import Call, Chain, Literal, Negation, Node, calls
from orchestration.expressions.values import describe, equal, number, truth
from orchestration.resolution.findings import Finding, warning
from orchestration.resolution.kinds import Knowledge
from orchestration.rules import Rule
from orchestration.rules.checks import violations

_READING = frozenset(
    {"val", "property", "config", "target", "site", "instance", "secret", "stagedRegistry"}
)
_MANY = frozenset({"and", "or", "any", "all"})
_UNKNOWN: Value = object()


def about_branches(info: KeyInfo, known: Knowledge) -> Iterator[Finding]:
    """Notice what is decided beforehand in the expressions of a key."""
    for call in (call for node in info.nodes for call in calls(node)):
        name = call.function.name
        if name == "if":
            yield from _choice(call, info)
        elif name == "default":
            yield from _fallback(call, info, known)
        elif name in _MANY:
            yield from _several(call, info)
            yield from _twice(call.arguments, call, info)
        elif name in {"eq", "ne", "in"}:
            yield from _comparison(call, info, known)


def _choice(call: Call, info: KeyInfo) -> Iterator[Finding]:
    condition, *branches = call.arguments
    decided = _truth(condition)
    if decided is not _UNKNOWN:
        never = "else" if decided else "then"
        message = f"the condition of $if is always {str(decided).lower()}: the {never} is never due"
        yield warning("unreachable", info, message, "leave $if away, or mend its condition")
    elif len(branches) > 1 and _shape(branches[0]) == _shape(branches[1]):
        yield warning("unreachable", info, "both branches of $if are the same")


def _fallback(call: Call, info: KeyInfo, known: Knowledge) -> Iterator[Finding]:
    first = call.arguments[0]
    rule = known.rule_read(first)
    value = _constant(first)
    if rule and rule.has_default:
        message = f"the fallback is never due: the rule of {rule.key} has a default"
        yield warning("unreachable", info, message, "leave $default or the defaultValue away")
    elif value is not _UNKNOWN and value is not None:
        yield warning("unreachable", info, f"the fallback of {describe(value)} is never due")


def _several(call: Call, info: KeyInfo) -> Iterator[Finding]:
    """Notice a condition that decides alone, or that decides nothing."""
    name = call.function.name
    decides = name in {"or", "any"}
    for argument in call.arguments:
        value = _truth(argument)
        if value is decides:
            message = f"${name} is always {str(decides).lower()}: one of its conditions is fixed"
            yield warning("unreachable", info, message)
            return
        if value is not _UNKNOWN:
            yield warning("redundant", info, f"a fixed condition in ${name} changes nothing")


def _twice(arguments: Iterable[Node], call: Call, info: KeyInfo) -> Iterator[Finding]:
    seen = set()
    for argument in arguments:
        shape = _shape(argument)
        if shape in seen:
            message = f"${call.function.name} looks twice at the same"
            yield warning("redundant", info, message, "one of them may be meant otherwise")
        seen.add(shape)


def _comparison(call: Call, info: KeyInfo, known: Knowledge) -> Iterator[Finding]:
    """Notice constants that the rule of the key beside them does not let happen."""
    first, *others = call.arguments
    name = call.function.name
    if name == "in":
        yield from _twice(others, call, info)
    for key, constant in ((first, other) for other in others):
        for one, other in ((key, constant), (constant, key)):
            rule, value = known.rule_read(one), _constant(other)
            if rule and value is not _UNKNOWN and not _can_be(rule, value):
                yield _impossible(name, rule, value, info)


def _impossible(name: str, rule: Rule, value: Value, info: KeyInfo) -> Finding:
    outcome = "true" if name == "ne" else "false"
    message = f"{rule.key} can never be {describe(value)}: ${name} is always {outcome} for it"
    allowed = ", ".join(map(describe, rule.allowed_values or ()))
    return warning("unreachable", info, message, f"allowed values: {allowed}" if allowed else "")


def _can_be(rule: Rule, value: Value) -> bool:
    """Say whether a key that keeps its rule can ever equal a constant."""
    if value is None:
        return not rule.required and not rule.has_default
    if rule.secret or rule.type in {"object", "array"} or isinstance(value, dict | list):
        return True
    if rule.allowed_values is not None:
        return any(equal(one, value) for one in rule.allowed_values)
    return any(not violations(rule, form) for form in _forms(value))


def _forms(value: Value) -> Iterator[Value]:
    """Give a constant in each form that equals it: a number also as text, and so on."""
    yield value
    if isinstance(value, str):
        for read in (number, truth):
            try:
                yield read(value)
            except Fault:
                continue
    else:
        yield describe(value)


def _truth(node: Node) -> Value:
    """Give true or false where a condition is fixed."""
    value = _constant(node)
    try:
        return _UNKNOWN if value is _UNKNOWN else truth(value)
    except Fault:
        return _UNKNOWN  # not a condition at all, which is another remark


def _constant(node: Node) -> Value:
    """Give the value of an expression that reads nothing."""
    if isinstance(node, Literal):
        return node.value
    if any(call.function.name in _READING for call in calls(node)):
        return _UNKNOWN
    context = Context()
    context.work = context.limits.work
    try:
        return build(node, PlainScope(configuration_first=False))(context)
    except (Fault, RecursionError):
        return _UNKNOWN


def _shape(node: Node) -> Hashable:
    """Give what makes two expressions the same, wherever they stand."""
    match node:
        case Literal(value):
            return (type(value).__name__, value)
        case Negation(operand):
            return ("-", _shape(operand))
        case Chain(first, rest):
            return ("chain", _shape(first), *((sign, _shape(operand)) for sign, operand in rest))
        case Call(function, arguments):
            return (function.name, *map(_shape, arguments))
