"""What the language reports: one line a person can act on."""

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """The kinds of error the language knows; the same words as in the REST answers."""

    UNKNOWN_FUNCTION = "unknown-function"
    ARITY = "arity"
    TYPE = "type"
    SYNTAX = "syntax"
    CYCLE = "cycle"
    DIVISION_BY_ZERO = "division-by-zero"
    NOT_FOUND = "not-found"
    LIMIT = "limit"
    SCHEMA = "schema"


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong in a template or schema.

    `message` and `hint` are one line each, whatever they quote. `at` is the dotted key, `line` and
    `column` count from 1 and are those of the expression in the file `source` (in the text of the
    key's value where no file is known); 0 means unknown.
    """

    kind: str
    at: str
    message: str
    hint: str = ""
    line: int = 0
    column: int = 0
    source: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "message", one_line(self.message))
        object.__setattr__(self, "hint", one_line(self.hint))

    def to_json(self) -> dict[str, object]:
        """Give the problem as plain data; what is unknown is left out."""
        fields = {
            "code": str(self.kind),
            "message": self.message,
            "key": self.at,
            "hint": self.hint,
            "file": self.source,
            "line": self.line,
            "column": self.column,
        }
        return {name: value for name, value in fields.items() if value}

    def __str__(self) -> str:
        """Give the whole as one line."""
        places = [self.source, self.at]
        if self.line:
            places.append(f"line {self.line}, column {self.column}")
        line = f"{one_line(', '.join(filter(None, places)))}: {self.message}"
        return f"{line} ({self.hint})" if self.hint else line


def one_line(text: str) -> str:
    """Give a text with line ends and whatever else does not print written as escapes."""
    if text.isprintable():
        return text
    shown = (c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)
    return "".join(shown)


class Fault(Exception):
    """An expression that cannot be read or evaluated; its place is added by whoever knows it.

    `offset` counts characters from the start of the expression, None where it does not matter;
    `line` and `column` are set once the place is known. `others` are faults of other expressions in
    the same text.
    """

    def __init__(self, kind: Kind, message: str, hint: str = "", offset: int | None = None) -> None:
        super().__init__(message)
        self.kind = kind
        self.message = message
        self.hint = hint
        self.offset = offset
        self.line = 0
        self.column = 0
        self.others: list[Fault] = []


class Cycle(Fault):
    """Keys that need each other; collects the keys on the way back to the first one."""

    def __init__(self, index: int) -> None:
        super().__init__(Kind.CYCLE, "these keys need each other")
        self.index = index
        self.trail: list[str] = []


class Unavailable(Exception):
    """Another key is needed here and has failed; the error is reported there, not again."""


def wrong_type(message: str, hint: str = "") -> Fault:
    """Make the error for a value that an operator or function cannot use."""
    return Fault(Kind.TYPE, message, hint)


def over_limit(message: str, hint: str = "") -> Fault:
    """Make the error for something larger or deeper than allowed."""
    return Fault(Kind.LIMIT, message, hint)
