"""Finding values with a JSONPath (RFC 9535), with no more work than a target may cost."""

import operator
from collections.abc import Callable, Iterator, Mapping

from orchestration.expressions.errors import Fault, Kind, wrong_type
from orchestration.expressions.jsonpath_syntax import (
    Applied,
    Comparison,
    Constant,
    Everything,
    Filter,
    Junction,
    Operand,
    Opposite,
    Query,
    Selector,
    Test,
    read_path,
)
from orchestration.expressions.patterns import matcher
from orchestration.expressions.values import (
    ALONE,
    SealedValue,
    SecretReference,
    Value,
    is_number,
    same,
    weigh,
)

Spend = Callable[[int], None]

_NOTHING: Value = type("Nothing", (), {})()
_ORDER: Mapping[str, Callable[[Value, Value], bool]] = {
    "<": operator.lt,
    "<=": operator.lt,
    ">": operator.gt,
    ">=": operator.gt,
}
_MOST_WORK = 1 << 22
_STEP = 8  # a step costs what looking at so many characters costs


def find(tree: Value, path: str, spend: Spend) -> Value:
    """Give the one match, or the list of several; none raises Fault of kind `not-found`.

    `spend` is told how much has been looked at, and raises when that is too much.
    """
    matches = _Search(tree, spend).nodes(read_path(path), tree)
    if not matches:
        raise Fault(Kind.NOT_FOUND, f"nothing stands at {path[:200]}")
    return matches[0] if len(matches) == 1 else matches


class _Search:
    def __init__(self, root: Value, spend: Spend) -> None:
        self.root = root
        self.spend = spend

    def nodes(self, query: Query, at: Value) -> list[Value]:
        """Give what a query finds, in document order for each selector."""
        found = [self.root if query.absolute else at]
        for segment in query.segments:
            reached = list(self.below(found)) if segment.deep else found
            found = []
            for node in reached:
                for selector in segment.selectors:
                    self.spend(_STEP)
                    found.extend(self.selected(selector, node))
        return found

    def below(self, nodes: list[Value]) -> Iterator[Value]:
        """Give nodes and everything below each, without recursion."""
        for node in nodes:
            waiting = [node]
            while waiting:
                at = waiting.pop()
                self.spend(_STEP)
                yield at
                waiting.extend(reversed(list(_children(at))))

    def selected(self, selector: Selector, node: Value) -> Iterator[Value]:
        if isinstance(selector, str):
            if isinstance(node, dict) and selector in node:
                yield node[selector]
        elif isinstance(selector, int):
            if isinstance(node, list) and -len(node) <= selector < len(node):
                yield node[selector]
        elif isinstance(selector, slice):
            if isinstance(node, list) and selector.step != 0:
                yield from self.counted(node[selector])
        elif isinstance(selector, Everything):
            yield from self.counted(_children(node))
        elif isinstance(selector, Filter):
            test = selector.test
            yield from (item for item in self.counted(_children(node)) if self.holds(test, item))

    def counted(self, values: "list[Value] | Iterator[Value]") -> Iterator[Value]:
        for value in values:
            self.spend(_STEP)
            yield value

    def holds(self, test: Test, at: Value) -> bool:
        match test:
            case Junction(needs_all, tests):
                return (all if needs_all else any)(self.holds(one, at) for one in tests)
            case Opposite(inner):
                return not self.holds(inner, at)
            case Comparison(left, sign, right):
                return self.compared(self.value(left, at), sign, self.value(right, at))
            case Query():
                return bool(self.nodes(test, at))
            case Applied(name, (text, pattern)):
                return self.matched(name, self.value(text, at), self.value(pattern, at))
            case _:
                raise AssertionError(test)

    def value(self, operand: Operand, at: Value) -> Value:
        """Give the value of an operand, or that there is nothing."""
        if isinstance(operand, Constant):
            return operand.value
        if isinstance(operand, Applied):
            return self.applied(operand, at)
        found = self.nodes(operand, at)
        value = found[0] if len(found) == 1 else _NOTHING
        if isinstance(value, SecretReference | SealedValue):
            raise wrong_type("a secret cannot be compared", ALONE)
        return value

    def applied(self, call: Applied, at: Value) -> Value:
        (argument,) = call.arguments
        if call.name == "count" and isinstance(argument, Query):
            return len(self.nodes(argument, at))
        value = self.value(argument, at)
        if call.name == "length":
            return len(value) if isinstance(value, str | list | dict) else _NOTHING
        return value

    def compared(self, left: Value, sign: str, right: Value) -> bool:
        self.spend(weigh(left, _MOST_WORK) + weigh(right, _MOST_WORK))
        equal = left is right if left is _NOTHING or right is _NOTHING else same(left, right)
        if sign in {"==", "!="}:
            return equal is (sign == "==")
        ordered = (is_number(left) and is_number(right)) or (
            isinstance(left, str) and isinstance(right, str)
        )
        return (ordered and _ORDER[sign](left, right)) or (equal and sign.endswith("="))

    def matched(self, name: str, text: Value, pattern: Value) -> bool:
        if not (isinstance(text, str) and isinstance(pattern, str)):
            return False
        self.spend(len(text))
        return matcher(pattern, whole=name == "match")(text)


def _children(node: Value) -> Iterator[Value]:
    if isinstance(node, dict):
        yield from node.values()
    elif isinstance(node, list):
        yield from node
