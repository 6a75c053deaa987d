"""Asking for work on many lines at once, calling it off, doing what failed again.

The call only writes rows; workers do the work (`operations_running`), line by line what the
service for one line does (`operations_lines`).
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from orchestration import hints
from orchestration.models import (
    Operation,
    OperationResult,
    SolutionTemplate,
    SolutionTemplateVersion,
)
from orchestration.queries import line_choice
from orchestration.queries import operations as queries
from orchestration.queries.line_choice import Chosen
from orchestration.services import events
from orchestration.services.errors import Invalid, Refused
from orchestration.services.lives import move
from orchestration.services.tree import nearest_above
from orchestration.services.writing import insert_rows
from orchestration.states import OperationState
from rbac.access import Verdict, granted_paths, may, may_administer, visible
from rbac.models import User
from rbac.permissions import Perm
from rbac.scopes import scope_of

WORK = "orchestration.tasks.advance_operations"
MOST_LINES = 50_000
RIGHTS: Mapping[str, Perm] = {
    Operation.Kind.REVIEW: Perm.REVIEW,
    Operation.Kind.PUBLISH: Perm.PUBLISH,
    Operation.Kind.DEPLOY: Perm.DEPLOY,
}
_OUTCOME = OperationResult.Outcome


def review(
    by: User, version: SolutionTemplateVersion, lines: Sequence[Chosen], **wanted: object
) -> Operation:
    """Say for each line what it would get. ``wanted``: ``instance``, ``choice``.

    Raises:
        Invalid: ``nothing-chosen``, ``too-many-lines``.
    """
    may(by, Perm.VIEW_SOLUTIONS, version.template.node).require()
    return _start(by, Operation.Kind.REVIEW, _of_version(version) | wanted, lines)


def publish(
    by: User, version: SolutionTemplateVersion, lines: Sequence[Chosen], **wanted: object
) -> Operation:
    """Make a revision for each line that resolves; nothing on a line changes yet.

    ``wanted``: ``instance``, ``choice``, ``comment``, and in ``reviewed`` the id of a review: then
    only what it saw is published.

    Raises:
        Invalid: ``nothing-chosen``, ``too-many-lines``.
    """
    may(by, Perm.VIEW_SOLUTIONS, version.template.node).require()
    return _start(by, Operation.Kind.PUBLISH, _of_version(version) | wanted, lines)


def deploy(
    by: User, template: SolutionTemplate, lines: Sequence[Chosen], **wanted: object
) -> Operation:
    """Bring each line to its newest published revision, of one ``version`` if that is named.

    ``wanted``: ``instance``, ``version``, ``comment``. It is over once each line's deployment has
    been started; what becomes of those is theirs to say.

    Raises:
        Invalid: ``nothing-chosen``, ``too-many-lines``.
    """
    asked = {"solution": template.node.name, "solution_id": template.pk} | wanted
    return _start(by, Operation.Kind.DEPLOY, asked, lines)


def retry(by: User, operation: Operation) -> Operation:
    """Do what failed again, as an operation of its own: the old one stays as it ended.

    What the site could not do counts as failed, too.

    Raises:
        Denied: ``superuser-only``, ``operation-beyond-token``.
        Refused: ``operation-active``, ``nothing-failed``.
    """
    _require_own(by, operation)
    if operation.active:
        raise Refused("operation-active")
    rows = list(queries.failed(queries.results(by, operation)))
    if not rows:
        raise Refused("nothing-failed")
    lines = line_choice.named(by, [row.target_id or row.asked for row in rows])
    kind = Operation.Kind(operation.kind)
    return _start(by, kind, operation.asked, lines, retry_of=operation)


@transaction.atomic
def cancel(by: User, operation: Operation) -> None:
    """Leave out every line that has not been worked on; what is done stays done.

    Raises:
        Denied: ``superuser-only``, ``operation-beyond-token``.
        Refused: ``operation-over``.
    """
    _require_own(by, operation)
    held = Operation.objects.select_for_update().get(pk=operation.pk)
    if not held.active:
        raise Refused("operation-over")
    now = timezone.now()
    waiting = held.results.filter(outcome=_OUTCOME.WAITING)
    waiting.update(outcome=_OUTCOME.CANCELLED, ended_at=now)
    # The fence, too: a worker that was away too long must not find the row as it left it.
    move(
        held,
        OperationState.CANCELLED,
        finished_at=now,
        next_action_at=None,
        fence=F("fence") + 1,
    )
    events.record("operation.cancelled", held, None, by)
    tell(held)


def tell(operation: Operation) -> None:
    """Tell who watches a line of the operation that it got on.

    The topic leaves with the path of one line only: who sees the operation sees its lines.
    """
    row = operation.results.exclude(target=None).select_related("target__node").first()
    if row is not None and row.target is not None:
        hints.tell([f"operation:{operation.uuid}"], row.target.node.path)


def _of_version(version: SolutionTemplateVersion) -> dict[str, object]:
    solution = version.template.node.name
    return {"solution": solution, "version": version.version, "version_id": version.pk}


def _require_own(by: User, operation: Operation) -> None:
    """Let in who asked for it, and administrators; a limited token only to what it could ask for.

    Raises:
        Denied: ``superuser-only``, ``token-limited``, ``operation-beyond-token``.
    """
    if operation.started_by_id != by.pk:
        may_administer(by).require()
    elif scope_of(by) is not None:
        lines = operation.results.exclude(target=None).order_by()
        reached = visible(by, RIGHTS[operation.kind], lines, "target__node__path")
        inside = reached.count() == lines.count()
        Verdict(ok=inside, code="operation-beyond-token").require()


@transaction.atomic
def _start(
    by: User,
    kind: Operation.Kind,
    asked: Mapping[str, Any],
    lines: Sequence[Chosen],
    retry_of: Operation | None = None,
) -> Operation:
    if not lines:
        raise Invalid("nothing-chosen")
    if len(lines) > MOST_LINES:
        raise Invalid("too-many-lines", most=MOST_LINES)
    scope = scope_of(by)
    operation = Operation.objects.create(
        kind=kind,
        asked=dict(asked),
        scope=scope.stored() if scope else {},
        started_by=by,
        retry_of=retry_of,
        total=len(lines),
    )
    rows = insert_rows(_rows(by, operation, lines))
    refused = sum(row.outcome == _OUTCOME.FAILED for row in rows)
    Operation.objects.filter(pk=operation.pk).update(failed=refused)
    operation.failed = refused
    seen = [line.target.node for line in lines if line.target]
    near = [node for node in seen if node.context_id == seen[0].context_id]
    place = nearest_above(near) if near else None
    events.record("operation.started", operation, place, by, count=len(lines))
    if refused == len(rows):
        finish(operation)
    else:
        hints.wake(WORK)
    return operation


def _rows(by: User, operation: Operation, lines: Iterable[Chosen]) -> Iterable[OperationResult]:
    """One row a line; what can be refused at once is."""
    perm = RIGHTS[operation.kind]
    reach, now = tuple(granted_paths(by, perm)), timezone.now()
    for number, line in enumerate(lines):
        row = OperationResult(
            operation=operation, number=number, asked=line.asked, target=line.target
        )
        if line.target is None:
            row.code = line.code
        elif not line.target.node.path.startswith(reach):
            verdict = may(by, perm, line.target.node)
            row.code, row.params = verdict.code, dict(verdict.params)
        if row.code:
            row.outcome, row.ended_at = _OUTCOME.FAILED, now
        yield row


def finish(operation: Operation) -> None:
    """End an operation of which nothing is left to do; in the caller's transaction."""
    ended = {"finished_at": timezone.now(), "next_action_at": None}
    by = operation.started_by
    if operation.failed:
        move(operation, OperationState.FINISHED_WITH_FAILURES, **ended)
        events.record(
            "operation.finished-with-failures",
            operation,
            None,
            by,
            failed=operation.failed,
            count=operation.total,
        )
    else:
        move(operation, OperationState.SUCCEEDED, **ended)
        events.record("operation.succeeded", operation, None, by, count=operation.total)
    tell(operation)
