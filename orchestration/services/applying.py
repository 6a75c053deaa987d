"""`apply`: a folder of files becomes what there is, all of it or nothing.

Every object is made, changed or deleted by the service that people's own clicks use, with its
rights, its checks and its event. What is as wanted already is not touched. A dry run does it all,
and takes it all back.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from django.db import transaction

from orchestration.models import AppliedObject
from orchestration.services import apply_catalog, apply_people, apply_places, apply_values
from orchestration.services.apply_files import (
    CAPABILITY,
    CONFIG,
    CONTEXT,
    GROUP,
    LINK,
    ORDER,
    ROLE,
    SCHEMA,
    SITE,
    SOLUTION,
    TARGET,
    USER,
    VALUES,
    Document,
    File,
    documents,
)
from orchestration.services.apply_plan import Action, Item, Outcome, Plan, Run
from orchestration.services.apply_pruning import prune_one
from orchestration.services.errors import Invalid, ServiceError
from rbac.access import Denied
from rbac.models import User

_HANDLERS: Mapping[str, Callable[[Run, Document], Outcome]] = {
    CONTEXT: apply_places.context,
    CAPABILITY: apply_places.capability,
    GROUP: apply_people.group,
    USER: apply_people.user,
    SITE: apply_places.site,
    TARGET: apply_places.target,
    SCHEMA: apply_catalog.schema,
    CONFIG: apply_catalog.config_template,
    SOLUTION: apply_catalog.solution_template,
    LINK: apply_values.link,
    VALUES: apply_values.values,
    ROLE: apply_people.role_assignment,
}
# Versions may include one another, whatever the order of files is.
_INCLUDING = {SCHEMA, CONFIG, SOLUTION}


@dataclass
class _Marks:
    """What the files want, by kind and ids, and which of it was made just now."""

    set_name: str
    wanted: set[tuple[str, int, int]] = field(default_factory=set)
    made: list[tuple[str, Outcome]] = field(default_factory=list)


def apply(
    by: User, files: Sequence[File], *, set_name: str, dry_run: bool = False, prune: bool = False
) -> Plan:
    """Make what files want; one that cannot be made, and nothing is.

    ``prune`` deletes what an earlier apply of the same set made and no file wants any more, as far
    as the person may see it. What was there before the set is never deleted; without a name for
    the set nothing is kept of who made what.

    Raises:
        Invalid: ``too-much``, ``nothing-to-apply``.
    """
    wanted = documents(files)
    if not wanted and not prune:
        raise Invalid("nothing-to-apply")
    with transaction.atomic():
        run, marks = Run(by), _Marks(set_name)
        items = list(_made(run, wanted, marks))
        _keep(by, marks)
        if prune and all(item.action != Action.ERROR for item in items):
            items += _pruned(by, marks)
        plan = Plan(tuple(items), dry_run)
        if dry_run or not plan.ok:
            transaction.set_rollback(True)
    return plan


def _made(run: Run, wanted: Iterable[Document], marks: _Marks) -> Iterator[Item]:
    waiting: list[Document] = []
    for document in wanted:
        if document.kind in _INCLUDING and not document.error:
            waiting.append(document)
            continue
        if waiting and ORDER.get(document.kind, -1) > ORDER[SOLUTION]:
            yield from _including(run, waiting, marks)
            waiting = []
        yield _item(run, document, marks)
    yield from _including(run, waiting, marks)


def _including(run: Run, waiting: list[Document], marks: _Marks) -> Iterator[Item]:
    """Versions: those that fail are tried again as long as others could be made meanwhile."""
    while waiting:
        items = [(document, _item(run, document, marks)) for document in waiting]
        failed = [document for document, item in items if item.action == Action.ERROR]
        again = failed if len(failed) < len(waiting) else []
        yield from (item for document, item in items if document not in again)
        waiting = again


def _item(run: Run, document: Document, marks: _Marks) -> Item:
    """One object, in a savepoint of its own: where it fails, the others still say how they are."""
    place = (document.file, document.line)
    if document.error:
        name = str(document.data.get("name") or document.data.get("path") or "")
        return Item(document.kind, name, Action.ERROR, *place, error=document.error)
    try:
        with transaction.atomic():
            outcome = _HANDLERS[document.kind](run, document)
    except (ServiceError, Denied) as error:
        return Item(document.kind, _called(document), Action.ERROR, *place, error=error)
    marks.wanted.add((document.kind, *outcome.ids))
    if outcome.created:
        marks.made.append((document.kind, outcome))
    return Item(document.kind, outcome.name, outcome.action, *place, changes=outcome.changes)


def _called(document: Document) -> str:
    """What to call an object that could not be made."""
    data = document.data
    parts = ("context", "path", "name", "username", "version", "role", "solution", "at")
    return "/".join(str(data[part]) for part in parts if data.get(part))


def _keep(by: User, marks: _Marks) -> None:
    """Remember what was made, if it belongs to a set."""
    if not marks.set_name:
        return
    rows = [
        AppliedObject(
            set_name=marks.set_name,
            kind=kind,
            key=outcome.name[:500],
            object_id=outcome.ids[0],
            other_id=outcome.ids[1],
            made_by=by,
        )
        for kind, outcome in marks.made
    ]
    AppliedObject.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["set_name", "kind", "object_id", "other_id"],
        update_fields=["key", "made_by"],
    )


def _pruned(by: User, marks: _Marks) -> Iterator[Item]:
    """What the set made and no longer wants, from what hangs on others to what holds them."""
    rows = AppliedObject.objects.filter(set_name=marks.set_name).order_by("-pk")
    gone = [row for row in rows if (row.kind, row.object_id, row.other_id) not in marks.wanted]
    gone.sort(key=lambda row: (-ORDER[row.kind], -row.key.count("/")))
    for row in gone:
        try:
            with transaction.atomic():
                if not prune_one(by, row):
                    continue
        except (ServiceError, Denied) as error:
            yield Item(row.kind, row.key, Action.ERROR, error=error)
        else:
            yield Item(row.kind, row.key, Action.DELETE)
