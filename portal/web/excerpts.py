"""The line of a text that a remark is about, with a sign below the place."""

from dataclasses import dataclass

_WIDEST = 96  # characters of a line that are shown
_BEFORE = 60  # of them in front of the place, where the line is longer
_MORE = "…"


@dataclass(frozen=True)
class Excerpt:
    """A line by its number, counted from 1. ``caret`` is what stands below it."""

    number: int
    text: str
    caret: str


def excerpt(text: str, line: int, column: int) -> Excerpt | None:
    """Return a line of a text with a caret at a column; None where the text has no such line.

    A line may be as long as the whole text: only what is around the place is shown.
    """
    lines = text.splitlines()
    if line == len(lines) + 1 and lines:  # the end of the text: something is missing there
        line, column = len(lines), len(lines[-1]) + 1
    if not 1 <= line <= len(lines):
        return None
    whole = lines[line - 1].replace("\t", " ")
    at = min(max(column, 1) - 1, len(whole))
    first = max(0, at - _BEFORE) if len(whole) > _WIDEST else 0
    shown = whole[first : first + _WIDEST]
    if first + _WIDEST < len(whole):
        shown += _MORE
    if first:
        shown, first = _MORE + shown, first - 1
    return Excerpt(line, shown, " " * (at - first) + "^")
