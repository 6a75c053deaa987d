"""A file of any type as the rows of a sheet."""

import difflib
from collections.abc import Mapping, Sequence
from typing import Any

from orchestration.expressions import DEFAULT_LIMITS, DocumentError, Limits, load_yaml
from orchestration.queries.bulk_columns import COLUMNS, Column, Form, Kind
from orchestration.services.bulk_plan import MOST_ROWS, Row, Sheet
from orchestration.services.errors import Invalid
from portal.web.sheets.cells import read_cell
from portal.web.sheets.csv_files import read_csv
from portal.web.sheets.types import RawRow, Type, type_of
from portal.web.sheets.xlsx_files import read_xlsx

MOST_BYTES = 7 * 1024 * 1024
ERROR = "error"  # the column in which a file says of its rows why they could not be imported
_WANTED: Mapping[Form, tuple[type, str]] = {
    Form.TEXT: (str, "text"),
    Form.NAMES: (list, "a list of names"),
    Form.MAPPING: (dict, "keys and values"),
}


def read(kind: Kind, name: str, content: bytes) -> Sheet:
    """The rows of a file, whose name says of which type it is.

    Raises:
        Invalid: ``file-type``, ``file-too-large``, ``file-empty``, ``file-unreadable``,
            ``cells-merged``, ``columns-missing``, ``column-unknown``, ``column-repeated``,
            ``too-much``.
    """
    if len(content) > MOST_BYTES:
        raise Invalid("file-too-large", most=MOST_BYTES // 1024**2)
    file_type = type_of(name)
    if file_type == Type.YAML:
        return Sheet(kind, tuple(_yaml_rows(kind, content)))
    if file_type == Type.XLSX:
        return Sheet(kind, _sheet_rows(kind, read_xlsx(content, kind)), typed=True)
    found, separator = read_csv(content)
    # Where cells are parted by semicolons, the comma is what parts a number.
    return Sheet(kind, _sheet_rows(kind, found), typed=True, decimal_comma=separator == ";")


def rows_of(kind: Kind, listed: object) -> list[Row]:
    """Rows that come as plain data, counted from 1.

    Raises:
        Invalid: ``file-unreadable``, ``column-unknown``, ``too-much``.
    """
    if not isinstance(listed, list) or not all(isinstance(one, dict) for one in listed):
        raise Invalid("file-unreadable", type="YAML", why="a list of rows is needed")
    if len(listed) > MOST_ROWS:
        raise Invalid("too-much", most=MOST_ROWS)
    columns = {column.name: column for column in COLUMNS[kind]}
    for name in dict.fromkeys(name for one in listed for name in one if name != ERROR):
        _known(str(name), columns)
    return [_plain_row(number, columns, one) for number, one in enumerate(listed, start=1)]


def _yaml_rows(kind: Kind, content: bytes) -> list[Row]:
    limits = Limits(**{name: getattr(DEFAULT_LIMITS, name) for name in Limits.__slots__})
    limits.document_bytes = MOST_BYTES
    try:
        return rows_of(kind, load_yaml(content, name="file", limits=limits))
    except DocumentError as error:
        why = f"{error.line}:{error.column}: {error.message}" if error.line else error.message
        raise Invalid("file-unreadable", type="YAML", why=why) from error


def _plain_row(number: int, columns: Mapping[str, Column], given: Mapping[str, Any]) -> Row:
    data: dict[str, Any] = {}
    wrong: dict[str, Invalid] = {}
    for name, column in columns.items():
        if name not in given and not column.needed:
            continue
        value = _text(given.get(name)) if column.form == Form.TEXT else given.get(name)
        _take(column, value, data, wrong)
    return Row(number, data, wrong)


def _text(value: object) -> object:
    """A number where text is wanted is taken as it stands: a version 1.0 is such."""
    plain = isinstance(value, int | float) and not isinstance(value, bool)
    return str(value) if plain else value


def _sheet_rows(kind: Kind, raw: Sequence[RawRow]) -> tuple[Row, ...]:
    filled = [row for row in raw if not row.is_empty]
    if not filled:
        raise Invalid("file-empty")
    if len(filled) > MOST_ROWS + 1:
        raise Invalid("too-much", most=MOST_ROWS)
    columns = _header(kind, filled[0].cells)
    return tuple(_sheet_row(columns, row) for row in filled[1:])


def _header(kind: Kind, names: Sequence[str]) -> dict[int, Column]:
    """The columns by their places in the first row."""
    known = {column.name: column for column in COLUMNS[kind]}
    found: dict[int, Column] = {}
    for place, said in enumerate(names):
        name = said.casefold().replace(" ", "_")
        if name in {"", ERROR}:
            continue
        column = _known(name, known)
        if column in found.values():
            raise Invalid("column-repeated", column=name)
        found[place] = column
    missing = [one.name for one in known.values() if one.needed and one not in found.values()]
    if missing:
        raise Invalid("columns-missing", columns=", ".join(missing))
    return found


def _known(name: str, columns: Mapping[str, Column]) -> Column:
    if name not in columns:
        near = difflib.get_close_matches(name, columns, n=1)
        raise Invalid("column-unknown", column=name[:60], known=", ".join(near or columns))
    return columns[name]


def _sheet_row(columns: Mapping[int, Column], raw: RawRow) -> Row:
    data: dict[str, Any] = {}
    wrong: dict[str, Invalid] = {}
    for place, column in columns.items():
        text = raw.cells[place] if place < len(raw.cells) else ""
        if place in raw.wrong:
            data[column.name], wrong[column.name] = text, raw.wrong[place]
            continue
        try:
            value = read_cell(column, text)
        except Invalid as error:
            data[column.name], wrong[column.name] = text, error
            continue
        _take(column, value, data, wrong)
    if len(raw.cells) > len(columns) and any(raw.cells[max(columns) + 1 :]):
        first = next(iter(columns.values()))
        wrong[first.name] = Invalid("row-too-long")
    return Row(raw.number, data, wrong)


def _take(column: Column, value: Any, data: dict[str, Any], wrong: dict[str, Invalid]) -> None:  # noqa: ANN401  JSON
    """Put what a cell holds into the row, and what is wrong with it beside it."""
    empty = value is None or value == ""
    if empty and not column.needed and not column.blank:
        return
    blank = {Form.NAMES: [], Form.MAPPING: {}, Form.TEXT: ""}.get(column.form)
    data[column.name] = blank if value is None else value
    error = _error(column, data[column.name], empty=empty)
    if error:
        wrong[column.name] = error


def _error(column: Column, value: Any, *, empty: bool) -> Invalid | None:  # noqa: ANN401  JSON
    if empty:
        needed = column.needed and not column.blank
        return Invalid("field-missing", field=column.name) if needed else None
    kind, words = _WANTED.get(column.form, (object, ""))
    if not isinstance(value, kind):
        return Invalid("field-wrong", field=column.name, wanted=words)
    if column.most and isinstance(value, str) and len(value) > column.most:
        wanted = f"at most {column.most} characters long"
        return Invalid("field-wrong", field=column.name, wanted=wanted)
    if not _is_storable(value):
        wanted = "without characters that cannot be stored"
        return Invalid("field-wrong", field=column.name, wanted=wanted)
    return None


def _is_storable(value: object) -> bool:
    """Whether every database can keep a text; values are looked at when they are saved."""
    if isinstance(value, list):
        return all(isinstance(one, str) and _is_storable(one) for one in value)
    if not isinstance(value, str):
        return True
    return not any(c == "\x00" or "\ud800" <= c <= "\udfff" for c in value)
