"""Excel workbooks: read without trusting them, written so that nothing in them is run."""

import io
import re
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, time, timedelta
from typing import Any

from openpyxl import Workbook, load_workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.utils.exceptions import InvalidFileException

from orchestration.services.bulk_plan import MOST_ROWS
from orchestration.services.errors import Invalid
from portal.web.sheets.types import MOST_CELL, RawRow, Type

MOST_PARTS = 1_000
MOST_UNPACKED = 64 * 1024 * 1024  # bytes of everything in it
MOST_COLUMNS = 50
WIDTH = 28
_MERGED = re.compile(rb'<(?:\w+:)?mergeCell\s[^>]*?ref="([A-Z0-9:$]+)"')
_EXACT = 10**15  # beyond it a workbook has no whole numbers
_ZEROS = re.compile(r"0+")
_BROKEN = (
    zipfile.BadZipFile, InvalidFileException, KeyError, ValueError, TypeError, AttributeError,
    IndexError, OSError, NotImplementedError, SyntaxError, RuntimeError, EOFError, zlib.error,
)  # fmt: skip  # whatever openpyxl and the unpacking raise for what is no workbook


def read_xlsx(content: bytes, name: str) -> list[RawRow]:
    """The rows of the sheet with this name, else of the first one.

    Raises:
        Invalid: ``file-unreadable``, ``file-too-large``, ``cells-merged``, ``too-much``.
    """
    _check_archive(content)
    try:
        book = load_workbook(io.BytesIO(content), read_only=True)
        titles = {title.casefold(): title for title in book.sheetnames}
        sheet = book[titles.get(name, book.sheetnames[0])]
        sheet.reset_dimensions()  # what a file says of its own size need not be so
        return list(_rows(sheet))
    except _BROKEN as error:
        why = "it is no workbook of Excel"
        raise Invalid("file-unreadable", type=Type.XLSX.upper(), why=why) from error


def write_xlsx(rows: Iterable[Sequence[str]], name: str) -> bytes:
    """A workbook with one sheet. All cells are text, also those that are typed in later.

    Raises:
        Invalid: ``cell-too-long``.
    """
    book = Workbook(write_only=True)
    sheet = book.create_sheet(name)
    sheet.freeze_panes = "A2"
    for number, row in enumerate(rows):
        if number == 0:
            for place in range(len(row)):
                sheet.column_dimensions[chr(ord("A") + place)].width = WIDTH
        sheet.append([_written(sheet, text) for text in row])
    packed = io.BytesIO()
    book.save(packed)
    return packed.getvalue()


def _written(sheet: Any, text: str) -> Any:  # noqa: ANN401  openpyxl has no types
    if len(text) > MOST_CELL:
        raise Invalid("cell-too-long", most=MOST_CELL)
    cell = WriteOnlyCell(sheet, _printable(text))
    cell.number_format = "@"
    if text:
        cell.data_type = "s"
    return cell


def _printable(text: str) -> str:
    """The text without the characters that XML has no way to write."""
    return "".join(c for c in text if c >= " " or c in "\t\n\r")


def _check_archive(content: bytes) -> None:
    """Refuse what would unpack to more than anybody means to send, and merged cells.

    Nothing unpacks to more than its own directory says: reading stops there.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            parts = archive.infolist()
            unpacked = sum(part.file_size for part in parts)
            if unpacked > MOST_UNPACKED or len(parts) > MOST_PARTS:
                raise Invalid("file-too-large", most=MOST_UNPACKED // 1024**2)
            for part in parts:
                if part.filename.startswith("xl/worksheets/") and part.filename.endswith(".xml"):
                    _check_merged(archive.read(part))
    except _BROKEN as error:
        why = "it is no workbook of Excel"
        raise Invalid("file-unreadable", type=Type.XLSX.upper(), why=why) from error


def _check_merged(part: bytes) -> None:
    merged = [found.decode() for found in _MERGED.findall(part)]
    if merged:
        raise Invalid("cells-merged", cells=", ".join(merged[:5]))


def _rows(sheet: Any) -> Iterator[RawRow]:  # noqa: ANN401  openpyxl has no types
    for number, cells in enumerate(sheet.iter_rows(max_col=MOST_COLUMNS), start=1):
        if number > MOST_ROWS * 2:  # empty ones between others are counted here too
            raise Invalid("too-much", most=MOST_ROWS)
        texts, wrong = [], {}
        for place, cell in enumerate(cells):
            text, error = _text(cell)
            texts.append(text)
            if error:
                wrong[place] = error
        yield RawRow(number, tuple(texts), wrong)


def _text(cell: Any) -> tuple[str, Invalid | None]:  # noqa: ANN401  openpyxl has no types
    """What a cell says as text; or why that cannot be known."""
    value = cell.value
    if value is None:
        return "", None
    error = _error(cell, value)
    return (str(value), error) if error else (_shown(cell, value), None)


def _error(cell: Any, value: object) -> Invalid | None:  # noqa: ANN401  openpyxl has no types
    if cell.data_type == "f":
        return Invalid("cell-computed")
    if cell.data_type == "e":
        return Invalid("cell-failed", text=str(value))
    return Invalid("cell-date") if isinstance(value, date | time | timedelta) else None


def _shown(cell: Any, value: object) -> str:  # noqa: ANN401  openpyxl has no types
    """A number as it is seen: without the .0 of a whole one, with the zeros its format leads."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float) and value.is_integer() and abs(value) < _EXACT:
        value = int(value)
    if isinstance(value, int) and _ZEROS.fullmatch(cell.number_format or ""):
        return str(value).zfill(len(cell.number_format))
    return str(value).strip()
