"""Published revisions, for one person."""

from collections.abc import Iterable, Sequence

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery

from orchestration.models import Deployment, Node, SolutionInstance, SolutionVersion
from orchestration.queries import sight
from orchestration.queries.deployments import deployments
from orchestration.queries.secrecy import veil_of
from orchestration.resolution import Change
from orchestration.states import DeploymentState, PublicationState
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


def with_any(instances: QuerySet[SolutionInstance]) -> QuerySet[SolutionInstance]:
    """Those of the instances for which something deployable is published."""
    deployable = SolutionVersion.objects.filter(
        instance=OuterRef("pk"), state=PublicationState.READY_TO_DEPLOY
    )
    return instances.filter(Exists(deployable))


def with_newer(instances: QuerySet[SolutionInstance]) -> QuerySet[SolutionInstance]:
    """Those of the instances for which something newer is published than what runs."""
    newer = SolutionVersion.objects.filter(
        instance=OuterRef("pk"), state=PublicationState.READY_TO_DEPLOY
    ).filter(Q(pk__gt=OuterRef("current")) | Q(instance__current=None))
    return instances.filter(Exists(newer))


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


def earlier_than_current(by: User, instance: SolutionInstance) -> list[SolutionVersion]:
    """What a copy may be rolled back to, newest first.

    Revisions published before the one that runs; where none runs, those that ran once.
    """
    rows = revisions(by).filter(instance=instance, state=PublicationState.READY_TO_DEPLOY)
    if instance.current_id is not None:
        return list(rows.filter(pk__lt=instance.current_id))
    once = Deployment.objects.filter(revision=OuterRef("pk"), state=DeploymentState.SUCCEEDED)
    return list(rows.filter(Exists(once)))


def history(
    by: User, instance: SolutionInstance
) -> list[tuple[SolutionVersion, Deployment | None]]:
    """The revisions of a copy, newest first, each with the last attempt to deploy it."""
    last: dict[int | None, Deployment] = {}
    for attempt in deployments(by).filter(instance=instance).order_by("pk"):
        last[attempt.revision_id] = attempt
    rows = revisions(by).filter(instance=instance).defer("content", "provenance")
    return [(revision, last.get(revision.pk)) for revision in rows]


def differing(rows: Sequence[SolutionVersion]) -> list[tuple[str, list[Change | None]]]:
    """The settings in which some revisions are not all alike, each with its value in each of them.

    None where a revision does not have it; of secrets it is only said that they are there.
    """
    if not rows:
        return []
    shown, first = veil_of(*rows), rows[0].configuration
    found = [shown.changes(first, row.configuration) for row in rows[1:]]
    keys = dict.fromkeys(change.key for changes in found for change in changes)
    leaves = [{one.key: one for one in shown.changes(None, row.configuration)} for row in rows]
    return [(key, [each.get(key) for each in leaves]) for key in keys]


def compare(before: SolutionVersion | None, after: SolutionVersion) -> list[Change]:
    """How two revisions differ, key by key; of secrets only that they do."""
    shown = veil_of(before, after) if before else veil_of(after)
    return shown.changes(before.configuration if before else None, after.configuration)
