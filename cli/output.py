"""What goes to standard output: JSON and YAML for programs, tables for people.

JSON and YAML are what the REST interface answers, key for key. Tables may change; nothing should
read them but people.
"""

import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from typing import Any

import typer
from rich import box
from rich.console import Console
from rich.table import Table

from cli import yaml12

Columns = Sequence[tuple[str, str]]
"""Headings, and where the cell is: ``target.name`` is the name inside ``target``."""


class Format(StrEnum):
    """How results are written."""

    TABLE = "table"
    JSON = "json"
    YAML = "yaml"


def show(data: Any, form: Format, columns: Columns = ()) -> None:  # noqa: ANN401  JSON
    """Write one result, or a list of them."""
    if form is Format.JSON:
        typer.echo(json.dumps(data, indent=2, ensure_ascii=False))
    elif form is Format.YAML:
        typer.echo(as_yaml(data), nl=False)
    elif isinstance(data, list):
        _table([heading for heading, _ in columns], [_cells(row, columns) for row in data])
    elif columns:
        _pairs([(heading, _text(_at(data, key))) for heading, key in columns])
    else:
        typer.echo(as_yaml(data), nl=False)


def tell(message: str) -> None:
    """Say something to the person beside the result, out of the way of pipes."""
    typer.echo(message, err=True)


def as_yaml(data: Any) -> str:  # noqa: ANN401  JSON
    """Return data as YAML, keys in their order."""
    return yaml12.dump(data)


def _table(headings: Iterable[str], rows: Sequence[Sequence[str]]) -> None:
    if not rows:
        tell("Nothing.")
        return
    if sys.stdout.isatty():
        table = Table(*headings, box=box.SIMPLE_HEAD)
        for row in rows:
            table.add_row(*row)
        Console(markup=False, highlight=False).print(table)
        return
    # Whole cells for a pipe, however narrow the terminal is.
    lines = [[heading.upper() for heading in headings], *rows]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    for line in lines:
        padded = (cell.ljust(width) for cell, width in zip(line, widths, strict=True))
        typer.echo("  ".join(padded).rstrip())


def _pairs(pairs: Sequence[tuple[str, str]]) -> None:
    width = max(len(heading) for heading, _ in pairs)
    for heading, text in pairs:
        typer.echo(f"{heading.ljust(width)}  {text}".rstrip())


def _cells(row: Mapping[str, Any], columns: Columns) -> list[str]:
    return [_text(_at(row, key)) for _, key in columns]


def _at(row: Any, key: str) -> Any:  # noqa: ANN401  JSON
    for part in key.split("."):
        row = row.get(part) if isinstance(row, Mapping) else None
    return row


def _text(value: Any) -> str:  # noqa: ANN401  JSON
    """One cell: on one line, and without anything that moves a terminal's cursor."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(map(_text, value))
    if isinstance(value, Mapping):
        value = value.get("label") or value.get("name") or value.get("version") or json.dumps(value)
    return "".join(c if c.isprintable() else " " for c in str(value))
