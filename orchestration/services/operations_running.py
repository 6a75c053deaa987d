"""Working through operations: rows that are due are the queue.

A worker takes an operation for a while (its lease) with a number of its own (the fence), and does
some lines a transaction. Killed in between, it leaves whole batches only, and the rest is due
again when the lease is over. A worker that comes back later finds another fence and does nothing.
"""

import logging
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.db import transaction
from django.db.models import F, QuerySet
from django.utils import timezone

from orchestration import hints
from orchestration.models import Operation, OperationResult, Target
from orchestration.queries import places
from orchestration.queries.line_choice import NOT_FOUND
from orchestration.services.lives import move
from orchestration.services.operations import RIGHTS, WORK, finish, tell
from orchestration.services.operations_lines import LineResult, Results, failed, work
from orchestration.services.writing import insert_rows
from orchestration.states import OperationState
from rbac.access import may, remember
from rbac.models import User
from rbac.scopes import narrow, scope_from

BATCH = 100  # lines a transaction; SQLite lets nobody else write meanwhile
LEASE = timedelta(seconds=90)  # longer than any task may run
SLICE = 5.0  # seconds for one operation, then it is another one's turn
TURN = 25.0  # seconds for one task
# Where a worker died on a batch more often than this, its lines are done one by one; where it died
# on the same line again, that line is given up.
_TRIES, _TRIES_ALONE = 2, 4
_OUTCOME = OperationResult.Outcome
_DONE = {_OUTCOME.SUCCEEDED.value, _OUTCOME.UNCHANGED.value}
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Claim:
    """An operation that a worker has, until the lease is over or somebody else has it."""

    operation: int
    fence: int
    tries: int

    @property
    def size(self) -> int:
        """How many lines to do together."""
        return BATCH if self.tries <= _TRIES else 1


def advance_due() -> int:
    """Work on what is due for at most `TURN`; returns how many lines were done."""
    until, lines = time.monotonic() + TURN, 0
    while time.monotonic() < until:
        claim = claim_next()
        if claim is None:
            return lines
        lines += _work_on(claim, min(until, time.monotonic() + SLICE))
    wake_if_due()
    return lines


def wake_if_due() -> None:
    """Start a worker if there is anything for it to do."""
    if Operation.objects.filter(next_action_at__lte=timezone.now()).exists():
        hints.wake(WORK)


@transaction.atomic
def claim_next() -> Claim | None:
    """Take the operation that has been due for longest, if there is one."""
    now = timezone.now()
    rows = Operation.objects.select_for_update(skip_locked=True)
    operation = rows.filter(next_action_at__lte=now).order_by("next_action_at", "pk").first()
    if operation is None:
        return None
    Operation.objects.filter(pk=operation.pk).update(
        fence=F("fence") + 1, tries=F("tries") + 1, next_action_at=now + LEASE
    )
    if operation.state == OperationState.PENDING:
        move(operation, OperationState.RUNNING, began_at=now)
    return Claim(operation.pk, operation.fence + 1, operation.tries + 1)


def _work_on(claim: Claim, until: float) -> int:
    """Do batch after batch until nothing is left, or the time is over."""
    lines, skip = 0, claim.tries > _TRIES_ALONE
    try:
        while count := do_batch(claim, skip=skip):
            lines, skip = lines + count, False
            if time.monotonic() >= until:
                _release(claim)
                break
    except Exception:
        # What is wrong is not about a line, or the line would have failed by itself. The lease
        # runs out, and the operation is taken again.
        log.exception("operation %s cannot be worked on", claim.operation)
    return lines


@transaction.atomic
def do_batch(claim: Claim, *, skip: bool = False) -> int:
    """Do the next lines; returns how many, 0 when all are done or the operation is another's.

    With ``skip`` the first of them is given up: workers died on it.
    """
    operation = _held(claim)
    if operation is None:
        return 0
    rows = list(_waiting(operation)[: 1 if skip else claim.size])
    if not rows:
        finish(operation)
        return 0
    results = _skipped(rows) if skip else _results(operation, rows)
    _write(operation, rows, results)
    return len(rows)


def _held(claim: Claim) -> Operation | None:
    """The operation, locked, if the claim still stands."""
    rows = Operation.objects.select_for_update(of=("self",)).select_related("started_by")
    return rows.filter(pk=claim.operation, fence=claim.fence, state=OperationState.RUNNING).first()


def _waiting(operation: Operation) -> QuerySet[OperationResult]:
    return operation.results.filter(outcome=_OUTCOME.WAITING).order_by("number")


def _skipped(rows: Iterable[OperationResult]) -> Results:
    return {row.target_id or 0: failed("unexpected") for row in rows}


def _results(operation: Operation, rows: Iterable[OperationResult]) -> Results:
    """Do it for the lines that the person still sees and may do it for."""
    by, perm = _person(operation), RIGHTS[operation.kind]
    if by is None:
        return {row.target_id or 0: failed("person-gone") for row in rows}
    chosen, results = [], {}
    for target in _seen(by, [row.target_id for row in rows if row.target_id]):
        verdict = may(by, perm, target.node)
        if verdict:
            chosen.append(target)
        else:
            results[target.pk] = failed(verdict.code, verdict.params)
    return results | (work(by, operation, chosen) if chosen else {})


def _person(operation: Operation) -> User | None:
    """Who asked for it, with the rights they have now and their token left them then."""
    by = operation.started_by
    if by is not None:
        if operation.scope:
            narrow(by, scope_from(operation.scope))
        remember(by)
    return by


def _seen(by: User, ids: Sequence[int]) -> list[Target]:
    return list(places.targets(by).filter(pk__in=ids).prefetch_related("capabilities"))


def _write(operation: Operation, rows: Sequence[OperationResult], results: Results) -> None:
    now = timezone.now()
    for row in rows:
        result = results.get(row.target_id or 0)
        if result is None:
            # Gone, or gone out of sight: as if it had never been there.
            row.target_id, result = None, failed(NOT_FOUND)
        _note(row, result)
        row.ended_at = now
    # Written anew: changing seven columns row by row takes longer than all of the work.
    OperationResult.objects.filter(pk__in=[row.pk for row in rows]).delete()
    insert_rows(rows)
    done = sum(row.outcome in _DONE for row in rows)
    operation.done += done
    operation.failed += len(rows) - done
    operation.next_action_at = now + LEASE
    operation.save(update_fields=["done", "failed", "next_action_at"])
    tell(operation)


def _note(row: OperationResult, result: LineResult) -> None:
    row.outcome, row.code, row.params = result.outcome, result.code, dict(result.params)
    row.revision, row.deployment = result.revision, result.deployment


def _release(claim: Claim) -> None:
    """Give an operation back before the lease is over, so that the next worker takes it."""
    Operation.objects.filter(pk=claim.operation, fence=claim.fence, finished_at=None).update(
        next_action_at=timezone.now(), tries=0
    )
