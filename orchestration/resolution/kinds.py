"""What kind of value an expression gives, as far as its text and the rules tell.

Used only to advise authors: an empty set means that nothing is known, and nothing is said.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from orchestration.expressions import Fault, KeyInfo, Parts, SecretReference, Value, split_path
from orchestration.expressions.syntax import Call, Chain, Literal, Negation, Node
from orchestration.expressions.values import is_number, numeric
from orchestration.rules import Rule

Kinds = frozenset[str]

TEXT, NUMBER, TRUTH, LIST, MAP, NULL, SECRET = (
    *("text", "a number", "true or false", "a list", "a map", "null", "a secret"),
)
DIGITS = "text of digits"  # which counts as a number where one is compared
ANYTHING: Kinds = frozenset()
_SOME_TEXT = frozenset({TEXT, DIGITS, TRUTH})  # of which is not known what it says
_OF_TYPES: Mapping[str, Kinds] = {
    "string": frozenset({TEXT, DIGITS}),
    "int": frozenset({NUMBER}),
    "float": frozenset({NUMBER}),
    "boolean": frozenset({TRUTH}),
    "object": frozenset({MAP}),
    "array": frozenset({LIST}),
}
_GIVES: Mapping[str, Kinds] = {
    **dict.fromkeys(
        ("eq", "ne", "gt", "ge", "lt", "le", "between", "in", "and", "or", "any", "all", "not"),
        frozenset({TRUTH}),
    ),
    **dict.fromkeys(("empty", "cidr_contains", "matches"), frozenset({TRUTH})),
    **dict.fromkeys(("len", "min", "max", "round", "int", "float"), frozenset({NUMBER})),
    **dict.fromkeys(("lower", "upper", "trim", "replace", "join", "concat"), _SOME_TEXT),
    **dict.fromkeys(("str", "json", "base64encode", "base64decode"), _SOME_TEXT),
    **dict.fromkeys(("instance", "stagedRegistry"), _SOME_TEXT),
    "split": frozenset({LIST}),
    "secret": frozenset({SECRET}),
}


def kinds_of_rule(rule: Rule) -> Kinds:
    """Give what a value that keeps its rule can be."""
    if rule.secret:
        return frozenset({SECRET})
    if rule.type == "string" and rule.allowed_values is not None:
        return frozenset[str]().union(*map(kinds_of_value, rule.allowed_values))
    return _OF_TYPES[rule.type]


def kinds_of_value(value: Value) -> Kinds:
    """Give what a constant is; text may also stand for a number, or for true or false."""
    if value is None:
        return frozenset({NULL})
    if isinstance(value, bool):
        return frozenset({TRUTH})
    if is_number(value):
        return frozenset({NUMBER})
    if isinstance(value, str):
        return frozenset(_of_text(value))
    if isinstance(value, SecretReference):
        return frozenset({SECRET})
    return frozenset({MAP if isinstance(value, dict) else LIST})


def _of_text(text: str) -> Iterator[str]:
    yield TEXT
    if text in {"true", "false"}:
        yield TRUTH
    try:
        if numeric(text) is not None:
            yield DIGITS
    except Fault:
        yield DIGITS  # a number, though too large


@dataclass(slots=True)
class Knowledge:
    """What is known of keys: by their rules, else by what the template itself says of them."""

    rules: Mapping[Parts, Rule]
    own: Mapping[Parts, KeyInfo]
    _known: dict[Parts, Kinds] = field(default_factory=dict)

    def rule_read(self, node: Node) -> Rule | None:
        """Give the rule of the key that a plain `$val` or `$property` reads."""
        parts = read_path(node)
        return self.rules.get(parts)

    def kinds(self, node: Node) -> Kinds:
        """Give what an expression can come to; empty when that is not known."""
        match node:
            case Literal(value):
                return kinds_of_value(value)
            case Negation():
                return frozenset({NUMBER})
            case Chain():
                return self._of_chain(node)
            case Call():
                return self._of_call(node)

    def _of_call(self, call: Call) -> Kinds:
        name = call.function.name
        if name in {"val", "property"}:
            return self._of_key(read_path(call))
        if name == "if":
            return _either(map(self.kinds, call.arguments[1:])) if call.arguments[2:] else ANYTHING
        if name == "default":
            first, fallback = map(self.kinds, call.arguments)
            return _either((first - {NULL}, fallback)) if first else ANYTHING
        return _GIVES.get(name, ANYTHING)

    def _of_chain(self, chain: Chain) -> Kinds:
        result = self.kinds(chain.first)
        for operator, operand in chain.rest:
            result = frozenset({NUMBER}) if operator != "+" else _sum(result, self.kinds(operand))
        return result

    def _of_key(self, parts: Parts) -> Kinds:
        if parts not in self._known:
            self._known[parts] = ANYTHING  # while it is looked at: a key may need itself
            self._known[parts] = self._looked_up(parts)
        return self._known[parts]

    def _looked_up(self, parts: Parts) -> Kinds:
        rule = self.rules.get(parts)
        if rule:
            return kinds_of_rule(rule)
        info = self.own.get(parts)
        return self.of_info(info) if info else ANYTHING

    def of_info(self, info: KeyInfo) -> Kinds:
        """Give what a key of the template comes to."""
        match info.form:
            case "whole":
                return self.kinds(info.nodes[0]) if info.nodes else ANYTHING
            case "text":
                return _SOME_TEXT
            case "list":
                return frozenset({LIST})
            case _:
                return kinds_of_value(info.constant)


def read_path(node: Node) -> Parts:
    """Give the path that a `$val` or `$property` with a literal path reads; else none."""
    if not isinstance(node, Call) or node.function.name not in {"val", "property"}:
        return ()
    path = node.arguments[0]
    if not isinstance(path, Literal) or not isinstance(path.value, str):
        return ()
    try:
        return split_path(path.value)
    except Fault:
        return ()  # not a path, which is an error of its own


def _either(several: Iterable[Kinds]) -> Kinds:
    found = tuple(several)
    return frozenset[str]().union(*found) if all(found) else ANYTHING


def _sum(left: Kinds, right: Kinds) -> Kinds:
    if left == right == {NUMBER}:
        return left
    if TEXT in left & right or (TEXT in left | right and NUMBER not in left & right):
        return _SOME_TEXT if left and right else ANYTHING
    return ANYTHING
