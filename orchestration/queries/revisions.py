"""Published revisions, for one person."""

from collections.abc import Iterable

from django.db.models import F, OuterRef, Q, QuerySet, Subquery

from orchestration.models import Node, SolutionInstance, SolutionVersion
from orchestration.queries import sight
from orchestration.resolution import Change, difference
from orchestration.states import PublicationState
from rbac.models import User


def revisions(by: User, within: Node | None = None) -> QuerySet[SolutionVersion]:
    """Revisions on the lines a person may see, newest first, deleted ones left out."""
    rows = SolutionVersion.objects.exclude(state=PublicationState.DELETED).select_related(
        "template_version",
        "published_by",
        "instance__template__node",
        "instance__target__node__context",
        "instance__current__template_version",
    )
    seen = sight.seen(by, sight.INSTALLED, rows, "instance__target__node__path", within)
    return seen.order_by("-published_at", "-pk")


def newest_of(instances: Iterable[SolutionInstance]) -> dict[int, SolutionVersion]:
    """The newest deployable revision of each instance, by instance id."""
    deployable = SolutionVersion.objects.filter(
        instance=OuterRef("instance"), state=PublicationState.READY_TO_DEPLOY
    ).order_by("-published_at", "-pk")
    rows = SolutionVersion.objects.filter(
        instance__in=[instance.pk for instance in instances],
        pk=Subquery(deployable.values("pk")[:1]),
    )
    return {revision.instance_id: revision for revision in rows.select_related("template_version")}


def newer_than_current(instances: Iterable[SolutionInstance]) -> dict[int, list[SolutionVersion]]:
    """The deployable revisions published after what runs, newest first, by instance id."""
    rows = (
        SolutionVersion.objects.filter(
            instance__in=[instance.pk for instance in instances],
            state=PublicationState.READY_TO_DEPLOY,
        )
        .filter(Q(instance__current=None) | Q(pk__gt=F("instance__current")))
        .select_related("template_version")
        .order_by("-pk")
    )
    found: dict[int, list[SolutionVersion]] = {}
    for revision in rows:
        found.setdefault(revision.instance_id, []).append(revision)
    return found


def compare(before: SolutionVersion | None, after: SolutionVersion) -> list[Change]:
    """How two revisions differ, key by key."""
    return difference(before.configuration if before else None, after.configuration)
