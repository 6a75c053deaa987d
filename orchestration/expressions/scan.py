"""Finding the `${{ … }}` in a text and the `+` that joins outside of them."""

import re
from dataclasses import dataclass

from orchestration.expressions.errors import Fault, Kind

_OPEN = "${{"
# Everything up to `}}`, except that quotes hide it. Possessive, so never slow.
_BODY = re.compile(r"""(?:[^'"}]++|'(?:[^'\\]|\\.)*+'|"(?:[^"\\]|\\.)*+"|\}(?!\}))*+""", re.DOTALL)
_BLANKS = " \t"
_JOIN_AFTER = re.compile(r"([ \t]*+)\+([ \t]*+)")


@dataclass(frozen=True, slots=True)
class Source:
    """The text of one expression.

    `number` counts the expressions of a text, `line` and `column` tell where in it the `${{` of
    this one stands, counted from 1.
    """

    text: str
    number: int
    line: int
    column: int


class Unclosed(Fault):
    """An expression without an end."""

    def __init__(self, message: str, hint: str, source: Source) -> None:
        super().__init__(Kind.SYNTAX, message, hint)
        self.source = source


def split(text: str) -> list[str | Source]:
    """Split a text into literal pieces and expressions; one never closed raises Fault."""
    pieces: list[str | Source] = []
    position = number = begins = 0
    line = 1
    while (start := text.find(_OPEN, position)) >= 0:
        if start > position:
            pieces.append(text[position:start])
        line += text.count("\n", position, start)
        begins = max(begins, text.rfind("\n", position, start) + 1)
        body = _BODY.match(text, start + len(_OPEN))
        end = body.end() if body else len(text)
        source = Source(text[start + len(_OPEN) : end], number, line, start - begins + 1)
        if not text.startswith("}}", end):
            raise _unclosed(text, end, source)
        pieces.append(source)
        line += source.text.count("\n")
        begins = max(begins, text.rfind("\n", start, end) + 1)
        position = end + 2
        number += 1
    if position < len(text):
        pieces.append(text[position:])
    return _joined(pieces)


def _unclosed(text: str, end: int, source: Source) -> Fault:
    if end < len(text) and text[end] in "'\"":
        return Unclosed(
            "a quote is never closed", "close it, or write \\' for a quote in it", source
        )
    return Unclosed("${{ is never closed", "close the expression with }}", source)


def _joined(pieces: list[str | Source]) -> list[str | Source]:
    """Apply the outside `+`: one that touches an expression, with text beyond it, only joins."""
    result: list[str | Source] = []
    for position, piece in enumerate(pieces):
        if isinstance(piece, Source):
            result.append(piece)
            continue
        text = piece
        has_before = position > 0
        has_after = position + 1 < len(pieces)
        if has_before:
            text = _join_after(text, has_after=has_after)
        if has_after:
            text = _join_before(text, has_before=has_before)
        result.append(text)
    return result


def _join_after(text: str, *, has_after: bool) -> str:
    """Take the `+` behind an expression away, unless nothing follows it."""
    match = _JOIN_AFTER.match(text)
    if match is None or not (has_after or text[match.end() :].strip()):
        return text
    return (" " if match[1] and match[2] else "") + text[match.end() :]


def _join_before(text: str, *, has_before: bool) -> str:
    """Take the `+` in front of an expression away, unless nothing precedes it."""
    upto = text.rstrip(_BLANKS)
    if not upto.endswith("+"):
        return text
    beyond = upto[:-1].rstrip(_BLANKS)
    if not (has_before or beyond.strip()):
        return text
    blanks_on_both_sides = len(beyond) < len(upto) - 1 and len(upto) < len(text)
    return beyond + (" " if blanks_on_both_sides else "")
