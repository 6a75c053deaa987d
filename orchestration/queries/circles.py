"""Whether copies would use each other in a circle, in which each waits for the next for ever."""

from collections.abc import Collection, Iterable, Sequence

from django.db.models import F, OuterRef, Q, Subquery

from orchestration.models import RevisionDependency, SolutionInstance, SolutionVersion
from orchestration.queries import sight
from orchestration.states import ACTIVE_DEPLOYMENT, PublicationState
from rbac.access import visible
from rbac.models import User

UNSEEN = "…"  # in place of a copy whose name the person may not know


class Circles:
    """Which copies use which, read as far as somebody asks, with what one publish adds to it."""

    def __init__(self) -> None:
        self._uses: dict[int, set[int]] = {}
        self._planned: dict[int, set[int]] = {}

    def plan(self, dependent: int, shared: Iterable[int]) -> None:
        """Count in what another line of the same publish is going to use."""
        self._planned.setdefault(dependent, set()).update(shared)

    def through(self, dependent: int, shared: int) -> tuple[int, ...]:
        """The way from a copy back to itself, were it to use a shared one; empty if there is none.

        Ids in order, the copy's own first and last; of several ways a shortest.
        """
        ways: dict[int, tuple[int, ...]] = {shared: (dependent, shared)}
        last = [shared]
        while last and dependent not in ways:
            self._read(last)
            found = {
                after: (*ways[one], after)
                for one in last
                for after in sorted(self._uses[one] | self._planned.get(one, set()))
                if after not in ways
            }
            ways |= found
            last = list(found)
        return ways.get(dependent, ())

    def _read(self, copies: Collection[int]) -> None:
        unread = {pk: set[int]() for pk in copies if pk not in self._uses}
        self._uses |= unread
        for dependent, shared in _uses_of(unread) if unread else ():
            self._uses[dependent].add(shared)


def told(by: User | None, copies: Sequence[int]) -> str:
    """A way in the names that a person may know; without a person all have their names."""
    rows = SolutionInstance.objects.filter(pk__in=copies)
    rows = rows.select_related("template__node", "target__node")
    if by is not None:
        rows = visible(by, sight.INSTALLED, rows, "target__node__path")
    known = {row.pk: str(row) for row in rows}
    return " → ".join(known.get(pk, UNSEEN) for pk in copies)


def _uses_of(copies: Collection[int]) -> Iterable[tuple[int, int]]:
    """Who uses what: by what runs, is to run or is on its way there, and was published last."""
    ready = SolutionVersion.objects.filter(
        instance=OuterRef("revision__instance"), state=PublicationState.READY_TO_DEPLOY
    )
    counts = (
        Q(revision=F("revision__instance__current"))
        | Q(revision=F("revision__instance__desired"))
        | Q(revision__deployments__state__in=ACTIVE_DEPLOYMENT)
        | Q(revision=Subquery(ready.order_by("-pk").values("pk")[:1]))
    )
    rows = RevisionDependency.objects.filter(
        counts, revision__instance__in=copies, shared__isnull=False
    )
    return rows.order_by().values_list("revision__instance", "shared_id").distinct()
