"""Where an expression stands in its file."""

from dataclasses import dataclass

from orchestration.expressions.errors import Fault, Problem
from orchestration.expressions.paths import join_path
from orchestration.expressions.scalars import PlacedText
from orchestration.expressions.scan import Source


@dataclass(frozen=True, slots=True)
class Place:
    """The key an expression belongs to, and its line and column, 0 where unknown."""

    parts: tuple[str | int, ...]
    line: int = 0
    column: int = 0
    source: str = ""
    text: str = ""

    def problem(self, fault: Fault) -> Problem:
        """Say that this is where it went wrong."""
        line, column = (fault.line, fault.column) if fault.line else self.position(fault.offset)
        at = join_path(self.parts)
        return Problem(fault.kind, at, fault.message, fault.hint, line, column, self.source)

    def position(self, offset: int | None) -> tuple[int, int]:
        """Give line and column of a character of the expression, of its start without one."""
        if offset is None or "\n" in self.text[:offset]:
            return self.line, self.column
        return self.line, self.column + len("${{") + offset


def expression_place(
    text: str, parts: tuple[str | int, ...], source: Source | None, file: str
) -> Place:
    """Find the place of an expression in a text, or of the text's first one."""
    number, line, column = (source.number, source.line, source.column) if source else (0, 1, 1)
    if isinstance(text, PlacedText) and number < len(text.places):
        line, column = text.places[number]
    return Place(parts, line, column, file, source.text if source else "")
