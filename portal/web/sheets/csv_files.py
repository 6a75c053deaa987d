"""CSV, as spreadsheets of all countries write it."""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence

from orchestration.services.errors import Invalid
from portal.web.sheets.types import RawRow

SEPARATORS = (",", ";", "\t")
_UTF16 = (b"\xff\xfe", b"\xfe\xff")
_SAID = re.compile(r"\Asep=(.)\r?\n", re.IGNORECASE)  # how Excel lets a file name its separator
_OLD_WINDOWS = "cp1252"


def read_csv(content: bytes) -> tuple[list[RawRow], str]:
    """The rows of a file, the first one included, and what parts their cells.

    Raises:
        Invalid: ``file-unreadable``.
    """
    text = _decoded(content)
    separator = _separator(text)
    text = _SAID.sub("", text)
    try:
        rows = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
        found = [
            RawRow(number, tuple(cell.strip() for cell in cells))
            for number, cells in enumerate(rows, start=1)
        ]
    except csv.Error as error:
        raise Invalid("file-unreadable", type="CSV", why=str(error)) from error
    return found, separator


def write_csv(rows: Iterable[Sequence[str]]) -> Iterator[bytes]:
    """A file, some hundred rows at a time. It begins with a mark by which Excel knows UTF-8."""
    text = io.StringIO()
    text.write("\ufeff")
    writer = csv.writer(text)
    for number, row in enumerate(rows):
        writer.writerow(row)
        if number % 500 == 0:
            yield _taken(text)
    yield _taken(text)


def _taken(text: io.StringIO) -> bytes:
    found = text.getvalue().encode()
    text.seek(0)
    text.truncate()
    return found


def _decoded(content: bytes) -> str:
    """The text: UTF-8 or UTF-16 where it says so, UTF-8 where it fits, else that of old Windows."""
    encodings = ["utf-16"] if content.startswith(_UTF16) else ["utf-8-sig", _OLD_WINDOWS]
    for encoding in encodings:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\x00" not in text:
            return text
    raise Invalid("file-unreadable", type="CSV", why="it is no text")


def _separator(text: str) -> str:
    """What the file says that it is, else what parts the first row into most cells."""
    said = _SAID.match(text)
    if said:
        return said[1]
    first = text.partition("\n")[0]
    return max(SEPARATORS, key=first.count)
