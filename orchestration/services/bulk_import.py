"""Importing the rows of a sheet: all of them, or none.

Every row is made or changed by the services that people's own clicks use, with their rights, checks
and events. A dry run does it all, and takes it all back.
"""

from collections.abc import Iterable
from dataclasses import replace

from django.db import transaction

from orchestration.queries.bulk_columns import COLUMNS, Kind
from orchestration.services.apply_plan import Run
from orchestration.services.bulk_places import sites, targets
from orchestration.services.bulk_plan import MOST_ROWS, BulkPlan, Result, Row, Sheet, first_of
from orchestration.services.bulk_values import values
from orchestration.services.errors import Invalid, Stale
from rbac.access import remember
from rbac.models import User


def import_rows(by: User, sheet: Sheet, *, dry_run: bool = False, expected: str = "") -> BulkPlan:
    """Make what rows want; one that cannot be made, and nothing is.

    ``expected`` is the digest of a plan that somebody has looked at. Unless this one is the same,
    because something changed meanwhile, nothing is done.

    Raises:
        Invalid: ``too-much``, ``rows-missing``.
        Stale: ``plan-changed``.
    """
    if not sheet.rows:
        raise Invalid("rows-missing")
    if len(sheet.rows) > MOST_ROWS:
        raise Invalid("too-much", most=MOST_ROWS)
    remember(by)
    with transaction.atomic():
        results = _results(Run(by), _marked(sheet))
        plan = BulkPlan(sheet.kind, _merged(results), dry_run)
        if expected and plan.digest != expected:
            raise Stale("plan-changed")
        if dry_run or not plan.ok:
            transaction.set_rollback(True)
    return plan


def _results(run: Run, sheet: Sheet) -> list[Result]:
    if sheet.kind == Kind.SITES:
        return sites(run, sheet.rows)
    if sheet.kind == Kind.TARGETS:
        return targets(run, sheet.rows)
    return values(run, sheet)


def _marked(sheet: Sheet) -> Sheet:
    """The sheet, with rows that speak of the same thing as one before them marked as wrong."""
    columns = [column.name for column in COLUMNS[sheet.kind] if column.identifies]
    first: dict[tuple[str, ...], int] = {}
    rows: list[Row] = []
    for row in sheet.rows:
        key = tuple(row.text(column) for column in columns)
        before = first.setdefault(key, row.number)
        if before == row.number or row.wrong:
            rows.append(row)
        else:
            wrong = {first_of(sheet.kind).name: Invalid("row-repeated", row=before)}
            rows.append(replace(row, wrong=wrong))
    return replace(sheet, rows=tuple(rows))


def _merged(results: Iterable[Result]) -> tuple[Result, ...]:
    """One result a row, in the order of the sheet; of two the later one counts."""
    found = {result.number: result for result in results}
    return tuple(found[number] for number in sorted(found))
