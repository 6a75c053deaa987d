"""What an import of rows did, or would do: one result a row."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from django.db import transaction

from orchestration.queries.bulk_columns import COLUMNS, Column, Kind
from orchestration.services.apply_files import Document
from orchestration.services.apply_plan import Action, Difference, Outcome
from orchestration.services.errors import Invalid, ServiceError
from rbac.access import Denied

MOST_ROWS = 20_000

# In which column one looks for the cause, where the sheet has that column.
_CAUSES: Mapping[str, str] = {
    "capability-unknown": "capabilities",
    "level-kept": "level",
    "level-wrong": "level",
    "scope-in-use": "scope",
    "scope-reserved": "scope",
    "secret-reference-refused": "value",
    "solution-unknown": "solution",
    "time-zone-unknown": "time_zone",
    "value-disabled": "key",
    "value-kept": "key",
    "values-refused": "value",
}


@dataclass(frozen=True)
class Row:
    """One row, by its number in the sheet. ``wrong`` is why cells cannot be read, by column.

    ``data`` holds the columns that say something, as a text, a list, a mapping or a value.
    """

    number: int
    data: Mapping[str, Any]
    wrong: Mapping[str, Invalid] = field(default_factory=dict)

    def text(self, column: str) -> str:
        """What a column says as text; nothing where it says nothing."""
        value = self.data.get(column)
        return "" if value is None else str(value)


@dataclass(frozen=True)
class Sheet:
    """Rows of one kind. ``typed`` values are texts as people type them into cells.

    ``decimal_comma``: they write 3,5 where others write 3.5.
    """

    kind: Kind
    rows: tuple[Row, ...]
    typed: bool = False
    decimal_comma: bool = False


@dataclass(frozen=True)
class Result:
    """What is done with one row, or why it cannot be, and in which column one looks for that."""

    number: int
    name: str
    action: Action
    changes: tuple[Difference, ...] = ()
    error: ServiceError | Denied | None = None
    column: str = ""


@dataclass(frozen=True)
class BulkPlan:
    """Everything that is done; nothing is, where ``ok`` is false or it was a dry run."""

    kind: Kind
    results: tuple[Result, ...]
    dry_run: bool

    @property
    def ok(self) -> bool:
        """Whether every row can be done."""
        return all(result.action != Action.ERROR for result in self.results)

    @property
    def counts(self) -> dict[Action, int]:
        """How many rows come to what."""
        found = [result.action for result in self.results]
        return {action: found.count(action) for action in Action if action in found}

    @property
    def digest(self) -> str:
        """The same for two plans that do the same to the same things as they are."""
        told = [
            [result.number, result.name, result.action, [_told(one) for one in result.changes]]
            for result in self.results
        ]
        text = json.dumps([self.kind, told], sort_keys=True, default=str)
        return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _told(change: Difference) -> list[Any]:
    return [change.field, change.before, change.after, change.secret]


def result_of(row: Row, name: str, outcome: Outcome) -> Result:
    """What was done with a row."""
    return Result(row.number, name, outcome.action, outcome.changes)


def failed(kind: Kind, row: Row, name: str, error: ServiceError | Denied) -> Result:
    """Why a row cannot be done."""
    return Result(row.number, name, Action.ERROR, error=error, column=_column(kind, error))


def unreadable(row: Row, name: str) -> Result | None:
    """The first of a row's cells that cannot be read."""
    for column, error in row.wrong.items():
        return Result(row.number, name, Action.ERROR, error=error, column=column)
    return None


def attempted(kind: Kind, row: Row, name: str, act: Callable[[], Result]) -> Result:
    """Do something with a row, in a savepoint of its own."""
    try:
        with transaction.atomic():
            return act()
    except (ServiceError, Denied) as error:
        return failed(kind, row, name, error)


def document_of(row: Row) -> Document:
    """A row as `apply` would read it from a file."""
    return Document("", "", row.number, row.data)


def _column(kind: Kind, error: ServiceError | Denied) -> str:
    code = error.verdict.code if isinstance(error, Denied) else error.code
    params = error.params if isinstance(error, ServiceError) else {}
    names = [column.name for column in COLUMNS[kind]]
    wanted = _CAUSES.get(code) or str(params.get("field", ""))
    return wanted if wanted in names else first_of(kind).name


def first_of(kind: Kind) -> Column:
    """The column that says what a row is about."""
    return COLUMNS[kind][0]
