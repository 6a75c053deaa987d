"""The columns of the sheets in which sites, targets and values go out and come in.

What is exported is exactly what an import takes, so both read their columns here.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What the rows of a sheet are about."""

    SITES = "sites"
    TARGETS = "targets"
    VALUES = "values"


class Form(StrEnum):
    """What a column holds, wherever it is not written as text."""

    TEXT = "text"
    NAMES = "names"
    MAPPING = "mapping"
    VALUE = "value"


@dataclass(frozen=True)
class Column:
    """One column. ``most`` is how many characters a text may have, 0 for any number.

    ``identifies``: no two rows are the same in all such columns. ``blank`` says that an empty cell
    empties the field; in the other columns it says nothing of it.
    """

    name: str
    form: Form = Form.TEXT
    needed: bool = False
    most: int = 0
    identifies: bool = False
    blank: bool = False
    exported: bool = True


COLUMNS: Mapping[Kind, tuple[Column, ...]] = {
    Kind.SITES: (
        Column("path", needed=True, identifies=True),
        Column("display_name", most=120, blank=True),
        Column("time_zone", most=64, blank=True),
    ),
    Kind.TARGETS: (
        Column("path", needed=True, identifies=True),
        Column("display_name", most=120, blank=True),
        Column("time_zone", most=64, blank=True),
        Column("level"),
        Column("scope", most=63),
        Column("capabilities", Form.NAMES, blank=True),
        Column("specification", Form.MAPPING, blank=True),
    ),
    Kind.VALUES: (
        Column("at", needed=True, identifies=True),
        Column("solution", identifies=True),
        Column("config_template", identifies=True),
        Column("version", exported=False),
        Column("key", needed=True, identifies=True),
        Column("value", Form.VALUE, needed=True, blank=True),
    ),
}


def exported(kind: Kind) -> tuple[Column, ...]:
    """The columns that an export has."""
    return tuple(column for column in COLUMNS[kind] if column.exported)
