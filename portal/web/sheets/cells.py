"""Texts of cells and what they mean: names, mappings, values; and no formulas."""

import json
import re
from collections.abc import Mapping
from typing import Any

from orchestration.queries.bulk_columns import Column, Form
from orchestration.services.bulk_cells import cell_of
from orchestration.services.errors import Invalid

_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_NUMBER = re.compile(r"[-+]?\d+([.,]\d+)?([eE][-+]?\d+)?")
_PARTS = re.compile(r"[,;\n]")


def guarded(text: str) -> str:
    """A text that no spreadsheet runs: with a quote before what looks like a formula."""
    bare = text.lstrip("'")
    return f"'{text}" if bare.startswith(_FORMULA) and not _NUMBER.fullmatch(text) else text


def unguarded(text: str) -> str:
    """The text without the quote that `guarded` put before it."""
    bare = text.lstrip("'")
    return text[1:] if text.startswith("'") and bare.startswith(_FORMULA) else text


def read_cell(column: Column, text: str) -> Any:  # noqa: ANN401  by the column
    """What a cell holds; of values the text itself, which only their rules can explain.

    Raises:
        Invalid: ``field-wrong``.
    """
    text = unguarded(text)
    if column.form == Form.NAMES:
        return _names(column, text)
    if column.form == Form.MAPPING:
        return _mapping(column, text)
    return text


def show_cell(column: Column, value: Any) -> str:  # noqa: ANN401  by the column
    """The text of a cell from which `read_cell` reads the same."""
    if column.form == Form.NAMES and isinstance(value, list):
        separate = not any(_PARTS.search(name) for name in value)
        text = ", ".join(value) if separate else json.dumps(value, ensure_ascii=False)
    elif column.form == Form.MAPPING and isinstance(value, Mapping):
        text = json.dumps(value, ensure_ascii=False) if value else ""
    elif column.form == Form.VALUE:
        text = cell_of(value)
    else:
        text = "" if value is None else str(value)
    return guarded(text)


def _names(column: Column, text: str) -> list[str]:
    if not text.startswith("["):
        return [name.strip() for name in _PARTS.split(text) if name.strip()]
    found = _json(column, text, "names with commas between")
    if not isinstance(found, list) or not all(isinstance(name, str) for name in found):
        raise Invalid("field-wrong", field=column.name, wanted="names with commas between")
    return found


def _mapping(column: Column, text: str) -> dict[str, Any]:
    found = _json(column, text, "JSON") if text else {}
    if not isinstance(found, dict):
        raise Invalid("field-wrong", field=column.name, wanted='JSON such as {"key": "value"}')
    return found


def _json(column: Column, text: str, wanted: str) -> Any:  # noqa: ANN401  JSON
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise Invalid("field-wrong", field=column.name, wanted=wanted) from error
