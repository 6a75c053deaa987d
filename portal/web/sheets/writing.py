"""Rows as a file of any type, so that reading it gives the same rows."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import yaml

from orchestration.queries.bulk_columns import COLUMNS, Column, Form, Kind, exported
from orchestration.services.bulk_plan import Sheet
from portal.web.sheets.cells import guarded, show_cell
from portal.web.sheets.csv_files import write_csv
from portal.web.sheets.reading import ERROR
from portal.web.sheets.types import Type
from portal.web.sheets.xlsx_files import write_xlsx

_WORDS = re.compile(r"[A-Za-z][\w/-]*", re.ASCII)


@dataclass(frozen=True)
class File:
    """A file to take home."""

    name: str
    type: Type
    content: Iterable[bytes]


def write(kind: Kind, rows: Iterable[Mapping[str, Any]], file_type: Type) -> File:
    """Rows as they were exported.

    Raises:
        Invalid: ``cell-too-long``.
    """
    columns = exported(kind)
    name = f"{kind}.{file_type}"
    if file_type == Type.YAML:
        return File(name, file_type, _yaml(dict(row) for row in rows))
    cells = ([show_cell(column, row[column.name]) for column in columns] for row in rows)
    return _cells(name, kind, file_type, [column.name for column in columns], cells)


def write_with_errors(sheet: Sheet, errors: Mapping[int, str], file_type: Type) -> File:
    """The rows of a sheet as they came, with a column that says of each why it failed.

    Raises:
        Invalid: ``cell-too-long``.
    """
    said = {name for row in sheet.rows for name in row.data}
    columns = [column for column in COLUMNS[sheet.kind] if column.name in said]
    name = f"{sheet.kind}-errors.{file_type}"
    if file_type == Type.YAML:
        told = (dict(row.data) | {ERROR: errors.get(row.number, "")} for row in sheet.rows)
        return File(name, file_type, _yaml(told))
    cells = (
        [
            *(_shown(column, row.data.get(column.name), sheet) for column in columns),
            guarded(errors.get(row.number, "")),
        ]
        for row in sheet.rows
    )
    header = [*(column.name for column in columns), ERROR]
    return _cells(name, sheet.kind, file_type, header, cells)


def _shown(column: Column, value: Any, sheet: Sheet) -> str:  # noqa: ANN401  by the column
    if column.form == Form.VALUE and sheet.typed:
        return guarded(str(value or ""))  # as somebody typed it
    return show_cell(column, value)


def _cells(
    name: str, kind: Kind, file_type: Type, header: list[str], rows: Iterable[Sequence[str]]
) -> File:
    every = _headed(header, rows)
    if file_type == Type.CSV:
        return File(name, file_type, write_csv(every))
    return File(name, file_type, [write_xlsx(every, kind)])


def _headed(header: list[str], rows: Iterable[Sequence[str]]) -> Iterator[Sequence[str]]:
    yield header
    yield from rows


class _Dumper(yaml.CSafeDumper):
    """Writes texts in quotes: what is text to one version of YAML is a number to another."""


def _text(dumper: yaml.CSafeDumper, text: str) -> yaml.ScalarNode:
    style = None if _WORDS.fullmatch(text) else '"'
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Dumper.add_representer(str, _text)


def _yaml(rows: Iterable[dict[str, Any]]) -> Iterator[bytes]:
    empty = True
    for row in rows:
        empty = False
        yield yaml.dump(
            [row], Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=10**6
        ).encode()
    if empty:
        yield b"[]\n"
