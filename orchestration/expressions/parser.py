"""Reading one expression: a small Pratt parser, without a separate list of tokens.

What a character means depends on where it stands: `/` begins a word where a value is due and
divides where an operator is due. So the parser reads the text itself.
"""

import difflib
import re
from collections.abc import Mapping

from orchestration.expressions.declaration import Function
from orchestration.expressions.errors import Fault, Kind, over_limit
from orchestration.expressions.limits import Limits
from orchestration.expressions.syntax import EMPTY, Call, Chain, Literal, Negation, Node
from orchestration.expressions.values import Value, finite

_BLANKS = re.compile(r"\s*+")
_WORD = re.compile(r"(?:[^\W\d]|/)[\w\-./:@]*+")
_DIGITS = re.compile(r"[0-9][\w\-./:@]*+")
_NUMBER = re.compile(r"(?:0|[1-9][0-9]*)(?:\.[0-9]+)?")
_NAME = re.compile(r"\$([A-Za-z_]\w*)?")
_QUOTED = re.compile(r"""'((?:[^'\\]|\\.)*+)'|"((?:[^"\\]|\\.)*+)\"""", re.DOTALL)
_ESCAPE = re.compile(r"\\([\\'\"nt])")
# `12/3` and `5-2` calculate; `192.168.1.0/24`, `2024-01-15` and `5-axis` are words.
_CALCULATION = re.compile(rf"{_NUMBER.pattern}(?:[-/]-*+{_NUMBER.pattern})*+(?:[-/]-*+)?")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}(?![0-9])")

_CONSTANTS: Mapping[str, Value] = {"true": True, "false": False, "null": None}
_UNESCAPED = {"n": "\n", "t": "\t"}
_RANKS = {"+": 1, "-": 1, "*": 2, "/": 2, "%": 2}


def parse(text: str, functions: Mapping[str, Function], limits: Limits) -> Node:
    """Parse an expression; blank is null. Whatever is wrong raises Fault with its offset."""
    if len(text) > limits.expression_bytes or (
        not text.isascii() and len(text.encode(errors="replace")) > limits.expression_bytes
    ):
        message = f"the expression is longer than {limits.expression_bytes} bytes"
        raise over_limit(message, "put parts of it into keys and read them with $property")
    return _Parser(text, functions, limits).whole()


class _Parser:
    def __init__(self, text: str, functions: Mapping[str, Function], limits: Limits) -> None:
        self.text = text
        self.functions = functions
        self.limits = limits
        self.at = 0
        self.depth = 0

    def whole(self) -> Node:
        if not self.text.strip():
            return EMPTY
        node = self.expression()
        if self.at < len(self.text):
            raise self.trailing()
        return node

    def expression(self, rank: int = 1) -> Node:
        """Read operands joined by operators of at least this rank."""
        first = self.operand() if rank > max(_RANKS.values()) else self.expression(rank + 1)
        rest: list[tuple[str, Node]] = []
        while _RANKS.get(operator := self.peek()) == rank:
            self.at += 1
            follower = self.operand() if rank > 1 else self.expression(rank + 1)
            rest.append((operator, follower))
        return Chain(first, tuple(rest)) if rest else first

    def operand(self) -> Node:
        char = self.peek()
        if char == "(":
            return self.group()
        if char == "-":
            return self.negation()
        if char == "$":
            return self.call()
        if char and char in "'\"":
            return self.quoted()
        if match := _DIGITS.match(self.text, self.at):
            return self.digits(match.group())
        if match := _WORD.match(self.text, self.at):
            return self.word(match.group())
        if char in {"", ")", ","}:
            raise self.error("a value is missing here", "write null for none")
        raise self.error(f"'{char}' cannot stand here", "text with other signs needs quotes")

    def group(self) -> Node:
        opened = self.at
        self.enter()
        node = self.expression()
        self.close(opened)
        return node

    def negation(self) -> Node:
        self.enter()
        node = Negation(self.operand())
        self.depth -= 1
        return node

    def quoted(self) -> Node:
        match = _QUOTED.match(self.text, self.at)
        if match is None:
            raise self.error("a quote is never closed", "close it, or write \\' for a quote in it")
        self.at = match.end()
        raw = match[1] if match[1] is not None else match[2]
        return Literal(_ESCAPE.sub(lambda found: _UNESCAPED.get(found[1], found[1]), raw))

    def digits(self, word: str) -> Node:
        """Read what begins with a digit: a number, or a word such as a version or an address."""
        if _DATE.match(word) or not _CALCULATION.fullmatch(word):
            return self.word(word)
        match = _NUMBER.match(word)
        digits = match.group() if match else word
        if len(digits) > self.limits.digits:
            raise over_limit(f"a number has more than {self.limits.digits} digits")
        self.at += len(digits)
        return Literal(finite(float(digits)) if "." in digits else int(digits))

    def word(self, word: str) -> Node:
        start, self.at = self.at, self.at + len(word)
        if self.peek() == "(":
            self.at = start
            raise self.error(f"'{word}' is not a function", f"functions begin with $: ${word}(…)")
        return Literal(_CONSTANTS.get(word, word))

    def call(self) -> Node:
        start = self.at
        match = _NAME.match(self.text, start)
        name = match[1] if match else None
        if not name:
            raise self.error("a function name is missing after $", "no ${{ inside an expression")
        function = self.functions.get(name)
        if function is None:
            near = difflib.get_close_matches(name.lower(), self.functions, n=1)
            hint = f"did you mean ${near[0]}?" if near else ""
            raise Fault(Kind.UNKNOWN_FUNCTION, f"there is no function ${name}", hint, start)
        self.at += len(name) + 1
        if self.peek() != "(":
            raise self.error(f"${name} needs brackets", f"write {function.signature}")
        arguments = self.arguments()
        self.check_count(function, len(arguments), start)
        return Call(function, arguments, start)

    def arguments(self) -> tuple[Node, ...]:
        opened = self.at
        self.enter()
        if self.peek() == ")":
            self.close(opened)
            return ()
        found = [self.expression()]
        while self.peek() == ",":
            self.at += 1
            found.append(self.expression())
        self.close(opened)
        return tuple(found)

    def check_count(self, function: Function, count: int, start: int) -> None:
        if function.least <= count and (function.most is None or count <= function.most):
            return
        hint = f"write {function.signature}"
        if count < function.least and self.peek() == ",":
            hint = "the closing bracket stands too early: the text after it belongs inside"
        message = f"${function.name} takes {function.expects()} arguments, not {count}"
        raise Fault(Kind.ARITY, message, hint, start)

    def enter(self) -> None:
        self.at += 1
        self.depth += 1
        if self.depth > self.limits.nesting:
            message = f"the expression nests deeper than {self.limits.nesting} levels"
            raise over_limit(message, "put parts of it into keys and read them with $property")

    def close(self, opened: int) -> None:
        if self.peek() != ")":
            if self.at < len(self.text):
                raise self.trailing()
            raise Fault(Kind.SYNTAX, "a bracket is never closed", "add )", opened)
        self.at += 1
        self.depth -= 1

    def peek(self) -> str:
        """Give the next character that is not blank; nothing at the end."""
        match = _BLANKS.match(self.text, self.at)
        self.at = match.end() if match else self.at
        return self.text[self.at : self.at + 1]

    def trailing(self) -> Fault:
        rest = self.text[self.at : self.at + 20]
        hint = (
            "a bracket was closed too early" if rest[0] in ",)" else "text with blanks needs quotes"
        )
        return self.error(f"'{rest}' does not belong to the expression", hint)

    def error(self, message: str, hint: str = "") -> Fault:
        return Fault(Kind.SYNTAX, message, hint, self.at)
