"""The list of published revisions, and what may be done to one, for one person."""

from collections.abc import Iterable

from django.db.models import Q, QuerySet

from orchestration.models import Node, SolutionTemplate, SolutionVersion
from orchestration.queries.revisions import revisions
from rbac.access import YES, Verdict, may
from rbac.models import User
from rbac.permissions import Perm


def listed(
    by: User, within: Node | None = None, *, text: str = "", solution: int = 0, person: str = ""
) -> QuerySet[SolutionVersion]:
    """Revisions that fit every filter that is set, without their content."""
    rows = revisions(by, within).defer("content", "provenance", *_OF_CURRENT)
    if text:
        node = "instance__target__node"
        rows = rows.filter(
            Q(**{f"{node}__name__icontains": text})
            | Q(**{f"{node}__display_name__icontains": text})
            | Q(**{f"{node}__parent__name__icontains": text})
            | Q(**{f"{node}__parent__display_name__icontains": text})
        )
    if solution:
        rows = rows.filter(instance__template=solution)
    if person:
        rows = rows.filter(published_by__username=person)
    return rows.select_related("instance__target__node__parent")


def named(by: User, template: SolutionTemplate, ids: Iterable[int]) -> list[SolutionVersion]:
    """Certain revisions of a solution, in the order of the hierarchy."""
    rows = listed(by).filter(pk__in=list(ids), instance__template=template)
    return list(rows.order_by("instance__target__node__path"))


def authors(by: User) -> list[User]:
    """Who published what a person sees."""
    published = revisions(by).exclude(published_by=None).order_by().values("published_by")
    return list(User.objects.filter(pk__in=published).order_by("last_name", "username"))


def deletion(by: User, revision: SolutionVersion) -> Verdict:
    """Whether a revision may be deleted: never deployed, or no longer."""
    instance = revision.instance
    allowed = may(by, Perm.PUBLISH, instance.target.node)
    if not allowed:
        return allowed
    in_use = revision.pk in {instance.current_id, instance.desired_id}
    if in_use or revision.deployments.filter(finished_at=None).exists():
        params = {"revision": revision.label, "line": str(instance.target)}
        return Verdict(ok=False, code="revision-kept", params=params)
    return YES


_OF_CURRENT = ("instance__current__content", "instance__current__provenance")
