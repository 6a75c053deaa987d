"""Whole lists as files: CSV for spreadsheets, YAML for programs and people.

They are written while they are read, some hundred rows at a time: a list of any length takes the
same memory, and no transaction stays open.
"""

import csv
import io
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

import yaml
from django.db.models import QuerySet
from django.http import StreamingHttpResponse
from rest_framework.renderers import JSONRenderer
from rest_framework.serializers import BaseSerializer, Serializer

from portal.api.selecting import Chosen
from portal.api.sorting import Key, beyond

ROWS_AT_ONCE = 500
_FORMULA = ("=", "+", "-", "@", "\t", "\r")

Row = Mapping[str, Any]
Show = Callable[[list[Any]], list[Row]]


class CsvFile(JSONRenderer):
    """Names the format; what is no file, a problem, stays JSON."""

    media_type = "text/csv"
    format = "csv"


class YamlFile(JSONRenderer):
    """Names the format; what is no file, a problem, stays JSON."""

    media_type = "application/yaml"
    format = "yaml"


FILES = (CsvFile, YamlFile)


def file_of(
    rows: Iterable[list[Row]], columns: Sequence[str], kind: type[JSONRenderer], name: str
) -> StreamingHttpResponse:
    """Return batches of rows as a file to keep. ``columns`` are dotted ways into a row."""
    lines = _csv_lines(rows, columns) if kind is CsvFile else _yaml_lines(rows)
    response = StreamingHttpResponse(lines, content_type=f"{kind.media_type}; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}.{kind.format}"'
    return response


def batches(rows: QuerySet[Any], keys: Sequence[Key], show: Show) -> Iterator[list[Row]]:
    """Yield all rows in order, as they are shown, each batch by a query of its own."""
    ordered = rows.order_by(*map(str, keys))
    batch = list(ordered[:ROWS_AT_ONCE])
    while batch:
        # Through JSON, so that both formats see plain text and numbers.
        yield json.loads(JSONRenderer().render(show(batch)))
        if len(batch) < ROWS_AT_ONCE:
            return
        last = [key.value(batch[-1]) for key in keys]
        batch = list(ordered.filter(beyond(keys, last))[:ROWS_AT_ONCE])


def columns_of(serializer: Serializer[Any], fields: Chosen | None) -> list[str]:
    """Return the columns of a serializer's rows: a nested one is spread, a list is one column."""
    return list(_columns(serializer.fields, fields or {}))


def _columns(known: Mapping[str, Any], fields: Chosen) -> Iterator[str]:
    for name in fields or known:
        field = known.get(name)
        if isinstance(field, BaseSerializer) and isinstance(field, Serializer):
            inner = _columns(field.fields, fields.get(name, {}))
            yield from (f"{name}.{deeper}" for deeper in inner)
        elif field is not None:
            yield name


def _csv_lines(rows: Iterable[list[Row]], columns: Sequence[str]) -> Iterator[str]:
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(columns)
    for batch in rows:
        writer.writerows([_cell(_at(row, column)) for column in columns] for row in batch)
        yield text.getvalue()
        text.seek(0)
        text.truncate()
    yield text.getvalue()


def _yaml_lines(rows: Iterable[list[Row]]) -> Iterator[str]:
    empty = True
    for batch in rows:
        empty = False
        yield yaml.dump(batch, Dumper=yaml.CSafeDumper, sort_keys=False, allow_unicode=True)
    if empty:
        yield "[]\n"


def _at(row: Row, column: str) -> object:
    found: Any = row
    for name in column.split("."):
        found = found.get(name) if isinstance(found, Mapping) else None
    return found


def _cell(value: object) -> object:
    if value is None:
        return ""
    if isinstance(value, str):
        # A spreadsheet would run it.
        return f"'{value}" if value.startswith(_FORMULA) else value
    if isinstance(value, bool | list | dict):
        return json.dumps(value, ensure_ascii=False)
    return value
