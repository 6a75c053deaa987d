"""The audit trail, for one person."""

from django.db.models import Q, QuerySet

from orchestration.models import Event, Node
from orchestration.queries import sight
from rbac.access import below
from rbac.models import User
from rbac.scopes import scope_of

# Stages of a deployment that its own page shows; the log of a day reads better without.
STAGES = tuple(
    f"deployment.{stage}"
    for stage in ("released", "offered", "staging", "staged", "applying", "verifying")
)
# Before its first look an agent knows nothing, and says so for every copy.
_NOT_SEEN_YET = Q(kind="instance.health", params__after="unknown", params__before=None)


def events(by: User, within: Node | None = None, *, stages: bool = False) -> QuerySet[Event]:
    """Events at places a person may see now, wherever those were then; newest first.

    One's own doings are always among them, though not for a token that is limited: it ends where
    it ends.
    """
    rows = Event.objects.select_related("node__context", "user", "agent")
    seen = sight.seen(by, sight.EVENTS, rows, "node__path")
    mine = rows.filter(user=by) if scope_of(by) is None else rows.none()
    both = rows.filter(Q(pk__in=seen.order_by().values("pk")) | Q(pk__in=mine.values("pk")))
    if within:
        both = both.filter(below([within.path], "node__path"))
    return both if stages else both.exclude(kind__in=STAGES).exclude(_NOT_SEEN_YET)


def actors(by: User) -> list[str]:
    """Who is named in the events a person may see, as they were called then."""
    rows = events(by).order_by("actor").values_list("actor", flat=True)
    return list(rows.distinct())
