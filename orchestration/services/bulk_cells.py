"""Values as people type them into cells, and as cells show them."""

import json
import re
from typing import Any, NoReturn

from orchestration.rules import Rule

_DECIMAL_COMMA = re.compile(r"[-+]?\d+,\d+")
# As the spreadsheets of our customers' languages write them.
_WORDS = {"true": True, "wahr": True, "false": False, "falsch": False}


def value_of(text: str, rule: Rule | None, *, decimal_comma: bool = False) -> Any:  # noqa: ANN401  JSON
    """Read what a cell holds; the rule of the key says how, where there is one.

    Where a text is wanted the cell is that text, with its leading zeros; else it is JSON, and text
    where it is none. A text in quotes is always the text between them. An empty cell is no value.
    """
    wanted = rule.type if rule else ""
    if not text:
        return None
    if wanted == "string" and not text.startswith('"'):
        return text
    if wanted == "boolean" and text.casefold() in _WORDS:
        return _WORDS[text.casefold()]
    if wanted == "float" and decimal_comma and _DECIMAL_COMMA.fullmatch(text):
        text = text.replace(",", ".")
    return _read(text)


def cell_of(value: Any) -> str:  # noqa: ANN401  JSON
    """Write a value so that `value_of` reads the same, with or without the rule."""
    if isinstance(value, str) and _is_plain(value):
        return value
    return json.dumps(value, ensure_ascii=not _is_printable(value))


def _read(text: str) -> Any:  # noqa: ANN401  JSON
    try:
        return json.loads(text, parse_constant=_refuse)
    except (ValueError, RecursionError):
        return text


def _refuse(name: str) -> NoReturn:
    """NaN and the like are no JSON, whatever Python takes."""
    raise ValueError(name)


def _is_plain(text: str) -> bool:
    """Whether nobody would take a text for anything else."""
    read = _read(text)
    written = isinstance(read, str) and text == text.strip() and not text.startswith('"')
    return bool(text) and written and text.isprintable()


def _is_printable(value: object) -> bool:
    return not isinstance(value, str) or value.isprintable()
