"""Sites and targets as the rows of a sheet want them."""

from collections.abc import Callable, Iterable
from functools import partial

from orchestration.models import Node
from orchestration.queries.bulk_columns import Kind
from orchestration.services import apply_places
from orchestration.services.apply_plan import Outcome, Run, as_new, given
from orchestration.services.bulk_plan import (
    Result,
    Row,
    attempted,
    document_of,
    failed,
    result_of,
    unreadable,
)
from orchestration.services.errors import Invalid, ServiceError
from orchestration.services.places_at_once import NewTarget, Offer, check_new, create_targets
from rbac.access import Denied

_MOST_NAME = 64


def sites(run: Run, rows: Iterable[Row]) -> list[Result]:
    """Make and change sites, those further up first."""
    ordered = sorted(rows, key=lambda row: row.text("path").count("/"))
    return [_tried(Kind.SITES, row, partial(_site, run, row)) for row in ordered]


def targets(run: Run, rows: Iterable[Row]) -> list[Result]:
    """Change targets one by one, and make the new ones all at once."""
    new: list[tuple[Row, NewTarget]] = []
    offer, results = Offer(), []
    for row in rows:
        act = partial(_target, run, row, offer, new)
        results.append(_tried(Kind.TARGETS, row, act))
    return results + _made(run, new)


def _tried(kind: Kind, row: Row, act: Callable[[], Outcome]) -> Result:
    path = row.text("path")
    wrong = unreadable(row, path)
    return wrong or attempted(kind, row, path, lambda: result_of(row, path, act()))


def _site(run: Run, row: Row) -> Outcome:
    _check_name(row)
    return apply_places.site(run, document_of(row))


def _target(run: Run, row: Row, offer: Offer, new: list[tuple[Row, NewTarget]]) -> Outcome:
    """What becomes of a target; a new one is noted, to be made with the others."""
    document = document_of(row)
    parent, name = run.around(document.text("path"))
    _check_name(row)
    if run.holds(parent, name):
        _check_level(run.child(parent, name), document.text("level"))
        return apply_places.target(run, document)
    readers = {
        "display_name": document.text,
        "time_zone": document.text,
        "scope": document.text,
        "capabilities": document.texts,
        "specification": document.mapping,
    }
    wanted = given(document, readers)
    level = apply_places.level_of(parent, document)
    made = NewTarget(parent, name, level=level, **wanted)
    check_new(run.by, made, offer)
    new.append((row, made))
    return Outcome(row.text("path"), (0, 0), as_new(wanted), created=True)


def _made(run: Run, new: list[tuple[Row, NewTarget]]) -> list[Result]:
    """Make the new targets; says something only of what fails, which is then all of them."""
    try:
        create_targets(run.by, [wanted for _, wanted in new])
    except (ServiceError, Denied) as error:
        return [failed(Kind.TARGETS, row, row.text("path"), error) for row, _ in new]
    return []


def _check_name(row: Row) -> None:
    name = row.text("path").rpartition("/")[2].strip()
    if len(name) > _MOST_NAME:
        raise Invalid("field-wrong", field="path", wanted=f"a name of {_MOST_NAME} characters")


def _check_level(node: Node | None, wanted: str) -> None:
    """A target stays at its level; a sheet that says another would not get what it asks for."""
    if node is not None and wanted and wanted.casefold() != node.level_name.casefold():
        raise Invalid("level-kept", place=node.title, level=node.level_name)
