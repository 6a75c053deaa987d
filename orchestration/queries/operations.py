"""Operations and what they did for each line, for one person."""

from collections.abc import Iterable, Mapping

from django.db.models import Count, Q, QuerySet

from orchestration.models import Operation, OperationResult
from orchestration.queries import sight
from orchestration.states import FAILED_DEPLOYMENT
from rbac.access import below, granted_paths, visible
from rbac.models import User
from rbac.permissions import Perm

_OUTCOME = OperationResult.Outcome
# Who may read why a line's configuration is incomplete, or which revision it got.
DETAILS = (*sight.INSTALLED, Perm.REVIEW, Perm.PUBLISH, Perm.DEPLOY)


def operations(by: User) -> QuerySet[Operation]:
    """One's own, and those about lines whose access one manages; newest first."""
    others = _managed(by).order_by().values("operation")
    rows = Operation.objects.filter(Q(started_by=by.pk) | Q(pk__in=others))
    return rows.select_related("started_by", "retry_of").order_by("-pk")


def results(by: User, operation: Operation) -> QuerySet[OperationResult]:
    """What became of each line that the person sees, in the order asked for.

    Of their own operations also of what they named and there is not, as far as they may know.
    """
    rows = OperationResult.objects.filter(operation=operation)
    if operation.started_by_id == by.pk:
        seen = below(granted_paths(by, *sight.PLACES), "target__node__path")
        rows = rows.filter(Q(target=None) | seen) if seen else rows  # no condition: sees all
    else:
        rows = rows.filter(pk__in=_managed(by).order_by().values("pk"))
    return rows.select_related("target__node", "revision__template_version", "deployment").order_by(
        "number"
    )


def failed(rows: QuerySet[OperationResult]) -> QuerySet[OperationResult]:
    """Those that failed, also at the site after they had been started well."""
    return rows.filter(Q(outcome=_OUTCOME.FAILED) | Q(deployment__state__in=FAILED_DEPLOYMENT))


def progress_of(by: User, shown: Iterable[Operation]) -> dict[int, dict[str, int]]:
    """How many lines are done, failed, cancelled and still to do, by operation id.

    Of somebody else's operation only lines that the person sees are counted.
    """
    rows = list(shown)
    others = [row.pk for row in rows if row.started_by_id != by.pk]
    counts: dict[int, dict[str, int]] = {pk: {} for pk in others}
    if others:
        seen = _managed(by).filter(operation__in=others).order_by()
        for pk, outcome, count in seen.values_list("operation", "outcome").annotate(Count("pk")):
            counts[pk][outcome] = count
    return {row.pk: _of_outcomes(counts[row.pk]) if row.pk in counts else _own(row) for row in rows}


def _managed(by: User) -> QuerySet[OperationResult]:
    """Results at lines whose access a person manages and whose values they see."""
    rows = visible(by, Perm.MANAGE_ACCESS, OperationResult.objects.all(), "target__node__path")
    return visible(by, Perm.VIEW_VALUES, rows, "target__node__path")


def _own(operation: Operation) -> dict[str, int]:
    left = operation.total - operation.done - operation.failed
    return {
        "total": operation.total,
        "failed": operation.failed,
        "active": left if operation.active else 0,
        "cancelled": 0 if operation.active else left,
        "done": operation.done,
    }


def _of_outcomes(counts: Mapping[str, int]) -> dict[str, int]:
    return {
        "total": sum(counts.values()),
        "failed": counts.get(_OUTCOME.FAILED, 0),
        "active": counts.get(_OUTCOME.WAITING, 0),
        "cancelled": counts.get(_OUTCOME.CANCELLED, 0),
        "done": counts.get(_OUTCOME.SUCCEEDED, 0) + counts.get(_OUTCOME.UNCHANGED, 0),
    }
