"""Noticing values used as something that they are not, or cannot be."""

from collections.abc import Iterator, Mapping

from orchestration.expressions import KeyInfo
from orchestration.expressions.syntax import Call, Chain, Literal, Negation, Node, children
from orchestration.expressions.values import describe
from orchestration.resolution.findings import Finding, error, warning
from orchestration.resolution.kinds import (
    ANYTHING,
    DIGITS,
    LIST,
    MAP,
    NULL,
    NUMBER,
    SECRET,
    TEXT,
    TRUTH,
    Kinds,
    Knowledge,
    kinds_of_rule,
    read_path,
)
from orchestration.rules import Rule

_A_NUMBER = frozenset({NUMBER, DIGITS})
_A_TEXT = frozenset({TEXT})
_A_CHOICE = frozenset({TRUTH, NULL})
_SIZED = frozenset({TEXT, LIST, MAP})
_LISTED_NUMBER = frozenset({NUMBER, DIGITS, LIST})
# What each argument must be, the last one for all that follow; whatever is not here takes anything.
_TAKES: Mapping[str, tuple[Kinds, ...]] = {
    **dict.fromkeys(("gt", "ge", "lt", "le", "between", "round", "int", "float"), (_A_NUMBER,)),
    **dict.fromkeys(("min", "max"), (_LISTED_NUMBER,)),
    **dict.fromkeys(
        ("lower", "upper", "trim", "replace", "split", "matches", "cidr_contains", "base64decode"),
        (_A_TEXT,),
    ),
    **dict.fromkeys(("and", "or", "any", "all", "not"), (_A_CHOICE,)),
    "if": (_A_CHOICE, ANYTHING),
    "len": (_SIZED,),
    "join": (frozenset({LIST}), _A_TEXT),
    "jsonpath": (_SIZED, _A_TEXT),
}
# What a secret may be given to: `$if` chooses it, `$default` stands in for it.
_PASSING = frozenset({"if", "default"})
_DUE: Mapping[Kinds, str] = {_A_CHOICE: "true or false", _A_NUMBER: "a number", _A_TEXT: "text"}


def about_uses(info: KeyInfo, known: Knowledge) -> Iterator[Finding]:
    """Notice wrong types in the expressions of a key, and a result that its rule does not allow."""
    if info.form == "text":
        for node in info.nodes:
            yield from _secret_in("text", node, info, known)
    for node in info.nodes:
        yield from _inside(node, info, known)
    rule = known.rules.get(info.parts)
    if rule and info.nodes:
        yield from _result(rule, info, known)


def _inside(node: Node, info: KeyInfo, known: Knowledge) -> Iterator[Finding]:
    waiting = [node]
    while waiting:
        at = waiting.pop()
        waiting.extend(children(at))
        if isinstance(at, Call):
            yield from _call(at, info, known)
        elif isinstance(at, Negation):
            yield from _operand("-", at.operand, info, known)
        elif isinstance(at, Chain):
            yield from _chain(at, info, known)


def _call(call: Call, info: KeyInfo, known: Knowledge) -> Iterator[Finding]:
    name = call.function.name
    takes = _TAKES.get(name, (ANYTHING,))
    for position, argument in enumerate(call.arguments):
        due = takes[min(position, len(takes) - 1)]
        given = known.kinds(argument)
        if SECRET in given and not (name in _PASSING and (position > 0 or name == "default")):
            yield from _secret_in(f"${name}", argument, info, known)
        elif due and given and not due & given:
            wanted = _DUE.get(due) or _shown(due)
            yield warning("type", info, f"${name} needs {wanted}, {_named(argument, given)}")


def _chain(chain: Chain, info: KeyInfo, known: Knowledge) -> Iterator[Finding]:
    operands = [("", chain.first), *chain.rest]
    signs = {operator for operator, _ in chain.rest}
    for position, (operator, operand) in enumerate(operands):
        following = operator or chain.rest[0][0]
        if SECRET in known.kinds(operand):
            yield from _secret_in(following, operand, info, known)
        elif following != "+" or (position == 0 and signs.isdisjoint("+")):
            yield from _operand(following, operand, info, known)


def _operand(sign: str, operand: Node, info: KeyInfo, known: Knowledge) -> Iterator[Finding]:
    given = known.kinds(operand)
    if given and NUMBER not in given:
        hint = "convert text with $int or $float" if DIGITS in given else ""
        yield warning("type", info, f"{sign} needs a number, {_named(operand, given)}", hint)


def _secret_in(where: str, node: Node, info: KeyInfo, known: Knowledge) -> Iterator[Finding]:
    if SECRET in known.kinds(node):
        what = ".".join(read_path(node)) or "the result"
        message = f"{what} is a secret, which {where} cannot look into"
        yield error("secret", info, message, "a secret stands alone, or in $if or $default")


def _named(node: Node, given: Kinds) -> str:
    """Say what a value is, by its key or as it stands there."""
    kind = _shown(given)
    path = ".".join(read_path(node))
    if path:
        return f"{path} is {kind}"
    return f"{describe(node.value)} is none" if isinstance(node, Literal) else f"this is {kind}"


def _shown(kinds: Kinds) -> str:
    """Name kinds as a person would; text that reads as something else is text."""
    also = {DIGITS, TRUTH} if TEXT in kinds else {DIGITS}
    return " or ".join(sorted(kinds - also))


def _result(rule: Rule, info: KeyInfo, known: Knowledge) -> Iterator[Finding]:
    """Compare what comes out with the rule of the key."""
    given = known.of_info(info) - {NULL}
    due = kinds_of_rule(rule)
    source = known.rules.get(info.value_of)
    if source and not source.secret and not rule.secret:
        if not _fits(source, rule):
            yield _unfit(info, f"{source.key} is {_type_name(source)}", rule)
    elif given and not rule.secret and SECRET not in given and not due & given:
        yield _unfit(info, f"this is {_shown(given)}", rule)


def _unfit(info: KeyInfo, what: str, rule: Rule) -> Finding:
    return warning("type", info, f"{what}, {_type_name(rule)} is due by the rule of {rule.key}")


def _fits(source: Rule, target: Rule) -> bool:
    if source.type == "int" and target.type == "float":
        return True
    return (source.type, source.item_type) == (target.type, target.item_type)


def _type_name(rule: Rule) -> str:
    return f"array[{rule.item_type}]" if rule.item_type else rule.type
