"""Reading a JSONPath, by RFC 9535. Names after a dot may hold hyphens, as keys here often do.

Our own reader, since the library for it needs a backtracking engine for its patterns and cannot be
held to a limit of work.
"""

import json
import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Never, TypeAlias

from orchestration.expressions.errors import over_limit, wrong_type
from orchestration.expressions.limits import DEFAULT_LIMITS
from orchestration.expressions.values import Value, finite


class Everything:
    """The selector `*`."""


@dataclass(frozen=True, slots=True)
class Filter:
    """The selector `?test`."""

    test: "Test"


# A name, an index, a part of a list, everything below, or what a test lets through.
Selector: TypeAlias = str | int | slice | Everything | Filter


@dataclass(frozen=True, slots=True)
class Segment:
    """One step down; `deep` takes it from every value below, too."""

    deep: bool
    selectors: tuple[Selector, ...]


@dataclass(frozen=True, slots=True)
class Query:
    """Steps from the root, or from the value that a filter looks at."""

    absolute: bool
    segments: tuple[Segment, ...]

    @property
    def is_singular(self) -> bool:
        """Say whether at most one value can be found."""
        return all(
            not segment.deep
            and len(segment.selectors) == 1
            and isinstance(segment.selectors[0], str | int)
            for segment in self.segments
        )


@dataclass(frozen=True, slots=True)
class Constant:
    """A text, a number, true, false or null in a filter."""

    value: Value


@dataclass(frozen=True, slots=True)
class Applied:
    """A function of filters with its arguments."""

    name: str
    arguments: "tuple[Operand, ...]"


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two operands and the sign between them."""

    left: "Operand"
    sign: str
    right: "Operand"


@dataclass(frozen=True, slots=True)
class Junction:
    """Tests of which all must hold, or one."""

    needs_all: bool
    tests: "tuple[Test, ...]"


@dataclass(frozen=True, slots=True)
class Opposite:
    """A test that must not hold."""

    test: "Test"


Operand: TypeAlias = Constant | Query | Applied
# A query is a test for something to be there.
Test: TypeAlias = Junction | Opposite | Comparison | Query | Applied

# What each argument of a function must be: a value, or all that a query finds.
FUNCTIONS: dict[str, tuple[str, ...]] = {
    "length": ("value",),
    "count": ("query",),
    "value": ("query",),
    "match": ("value", "value"),
    "search": ("value", "value"),
}
TESTING = frozenset({"match", "search"})

_BLANKS = re.compile(r"[ \t\r\n]*+")
_NAME = re.compile(r"[^\W\d][\w-]*+")
_INTEGER = re.compile(r"-?[0-9]{1,9}(?![0-9])")
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*+)(?:\.[0-9]++)?(?:[eE][+-]?[0-9]++)?")
_QUOTED = re.compile(r"'((?:[^'\\]|\\.)*+)'|\"((?:[^\"\\]|\\.)*+)\"", re.DOTALL)
_REQUOTED = re.compile(r'\\.|"', re.DOTALL)
_SIGN = re.compile(r"==|!=|<=|>=|<|>")
_WORDS = {"true": True, "false": False, "null": None}


@lru_cache(maxsize=256)
def read_path(path: str) -> Query:
    """Read a path; what is none raises Fault of kind `type`, one too long or deep `limit`."""
    if len(path) > DEFAULT_LIMITS.expression_bytes:
        raise over_limit(f"the JSONPath is longer than {DEFAULT_LIMITS.expression_bytes} bytes")
    reader = _Reader(path)
    query = reader.query()
    if not path.startswith("$") or reader.at < len(path):
        reader.refuse()
    return query


class _Reader:
    def __init__(self, path: str) -> None:
        self.path = path
        self.at = 0
        self.depth = 0

    def query(self) -> Query:
        if not (self.take("$") or self.take("@")):
            self.refuse()
        absolute = self.path[self.at - 1] == "$"
        segments: list[Segment] = []
        while True:
            begins = self.at
            self.skip()
            if self.take(".."):
                segments.append(Segment(deep=True, selectors=self.selectors(dotted=True)))
            elif self.take("."):
                segments.append(Segment(deep=False, selectors=self.selectors(dotted=True)))
            elif self.path.startswith("[", self.at):
                segments.append(Segment(deep=False, selectors=self.selectors(dotted=False)))
            else:
                self.at = begins
                return Query(absolute, tuple(segments))

    def selectors(self, *, dotted: bool) -> tuple[Selector, ...]:
        deep = dotted and self.path.startswith("..", self.at - 2)
        if not dotted or (deep and self.path.startswith("[", self.at)):
            return self.bracket()
        if self.take("*"):
            return (Everything(),)
        name = self.match(_NAME)
        return (name,) if name else self.refuse()

    def bracket(self) -> tuple[Selector, ...]:
        self.enter()
        found = [self.selector()]
        while self.sign(","):
            found.append(self.selector())
        self.leave("]")
        return tuple(found)

    def selector(self) -> Selector:
        self.skip()
        if self.take("*"):
            return Everything()
        if self.take("?"):
            return Filter(self.any_of())
        if self.path.startswith(("'", '"'), self.at):
            return self.text()
        first = self.integer()
        if not self.sign(":"):
            return self.refuse() if first is None else first
        last, step = self.integer(), None
        if self.sign(":"):
            step = self.integer()
        return slice(first, last, step)

    def any_of(self) -> Test:
        tests = [self.all_of()]
        while self.sign("||"):
            tests.append(self.all_of())
        return tests[0] if len(tests) == 1 else Junction(needs_all=False, tests=tuple(tests))

    def all_of(self) -> Test:
        tests = [self.test()]
        while self.sign("&&"):
            tests.append(self.test())
        return tests[0] if len(tests) == 1 else Junction(needs_all=True, tests=tuple(tests))

    def test(self) -> Test:
        negated = self.sign("!")
        self.skip()
        found = self.group() if self.path.startswith("(", self.at) else self.single(negated)
        return Opposite(found) if negated else found

    def group(self) -> Test:
        self.enter()
        found = self.any_of()
        self.leave(")")
        return found

    def single(self, negated: bool) -> Test:  # noqa: FBT001 - said by its one caller
        left = self.operand()
        self.skip()
        sign = None if negated else self.match(_SIGN)
        if sign:
            return Comparison(self.comparable(left), sign, self.comparable(self.operand()))
        if isinstance(left, Constant) or (isinstance(left, Applied) and left.name not in TESTING):
            self.refuse()
        return left

    def operand(self) -> Operand:
        self.skip()
        if self.path.startswith(("$", "@"), self.at):
            return self.query()
        if self.path.startswith(("'", '"'), self.at):
            return Constant(self.text())
        if number := self.match(_NUMBER):
            return Constant(self.number(number))
        word = self.match(_NAME)
        if word in _WORDS:
            return Constant(_WORDS[word])
        return self.applied(word) if word in FUNCTIONS else self.refuse()

    def number(self, digits: str) -> Value:
        if len(digits) > DEFAULT_LIMITS.digits:
            raise over_limit(f"a number has more than {DEFAULT_LIMITS.digits} digits")
        return int(digits) if digits.lstrip("-").isdigit() else finite(float(digits))

    def applied(self, name: str) -> Applied:
        if not self.path.startswith("(", self.at):
            self.refuse()
        self.enter()
        arguments: list[Operand] = []
        for kind in FUNCTIONS[name]:
            if arguments and not self.sign(","):
                self.refuse()
            argument = self.operand()
            if kind == "query" and not isinstance(argument, Query):
                self.refuse()
            arguments.append(self.comparable(argument) if kind == "value" else argument)
        self.leave(")")
        return Applied(name, tuple(arguments))

    def comparable(self, operand: Operand) -> Operand:
        """Give an operand back that is one value."""
        many = isinstance(operand, Query) and not operand.is_singular
        if many or (isinstance(operand, Applied) and operand.name in TESTING):
            self.refuse()
        return operand

    def integer(self) -> int | None:
        self.skip()
        digits = self.match(_INTEGER)
        return int(digits) if digits else None

    def text(self) -> str:
        match = _QUOTED.match(self.path, self.at)
        if match is None:
            self.refuse()
        self.at = match.end()
        raw = match[2] if match[1] is None else _REQUOTED.sub(_requoted, match[1])
        try:
            return str(json.loads(f'"{raw}"', strict=False))
        except ValueError:
            self.refuse()

    def match(self, pattern: re.Pattern[str]) -> str:
        match = pattern.match(self.path, self.at)
        self.at = match.end() if match else self.at
        return match.group() if match else ""

    def take(self, sign: str) -> bool:
        found = self.path.startswith(sign, self.at)
        self.at += len(sign) if found else 0
        return found

    def sign(self, sign: str) -> bool:
        """Take a sign that blanks may stand before."""
        self.skip()
        return self.take(sign)

    def skip(self) -> None:
        self.match(_BLANKS)

    def enter(self) -> None:
        self.at += 1
        self.depth += 1
        if self.depth > DEFAULT_LIMITS.nesting:
            raise over_limit(f"the JSONPath nests deeper than {DEFAULT_LIMITS.nesting} levels")

    def leave(self, sign: str) -> None:
        if not self.sign(sign):
            self.refuse()
        self.depth -= 1

    def refuse(self) -> Never:
        shown = self.path[:60]
        if not self.path.startswith("$"):
            raise wrong_type(f"'{shown}' is not a JSONPath", "a JSONPath begins with $")
        raise wrong_type(
            f"'{shown}' is not a JSONPath from column {self.at + 1} on", "see RFC 9535"
        )


def _requoted(match: re.Match[str]) -> str:
    """Write quotes inside single quotes as JSON needs them; other escapes are the same."""
    return {"\\'": "'", '"': '\\"'}.get(match.group(), match.group())
