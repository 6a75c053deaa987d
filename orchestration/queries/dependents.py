"""Who uses a shared copy, and whether that is ready for them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.db.models import Q, QuerySet

from orchestration.models import RevisionDependency, SharedCopy, SolutionInstance, SolutionVersion
from orchestration.queries import sight
from orchestration.states import ACTIVE_DEPLOYMENT, InstanceState
from rbac.access import visible
from rbac.models import User

# It may still run, but not for long.
_LEAVING = (InstanceState.UNINSTALLING, InstanceState.UNINSTALL_FAILED)


@dataclass(frozen=True)
class Users:
    """The copies that use a shared one: those a person may see, and whether there are others."""

    seen: tuple[SolutionInstance, ...]
    others: bool

    def __bool__(self) -> bool:
        return bool(self.seen) or self.others


NOBODY = Users((), others=False)


def using(shared: SolutionInstance) -> QuerySet[SolutionInstance]:
    """The copies that run with a shared one, are to, or are on their way. No rights here."""
    ways = (
        Q(desired__dependencies__shared=shared),
        Q(current__dependencies__shared=shared),
        Q(
            deployments__state__in=ACTIVE_DEPLOYMENT,
            deployments__revision__dependencies__shared=shared,
        ),
    )
    found: set[int] = set()
    for way in ways:
        found.update(SolutionInstance.objects.filter(way).order_by().values_list("pk", flat=True))
    rows = SolutionInstance.objects.filter(pk__in=found)
    return rows.select_related("template__node", "target__node")


def users(by: User, shared: SolutionInstance) -> Users:
    """Who uses a copy, as far as a person may know."""
    rows = using(shared)
    seen = tuple(visible(by, sight.INSTALLED, rows, "target__node__path"))
    return Users(seen, others=len(seen) < rows.count())


def users_of(by: User, instances: Iterable[SolutionInstance]) -> dict[int, Users]:
    """Who uses some copies, by their id; those that never were shared are left out."""
    named = {one.pk: one for one in instances}
    shared = SharedCopy.objects.filter(pk__in=named).values_list("pk", flat=True)
    return {pk: users(by, named[pk]) for pk in shared}


def lines_of(by: User, copies: Iterable[int]) -> dict[int, str]:
    """The lines of some copies by the copies' ids, those that a person may see."""
    rows = SolutionInstance.objects.filter(pk__in=list(copies)).select_related("target__node")
    seen = visible(by, sight.INSTALLED, rows, "target__node__path")
    return {row.pk: str(row.target) for row in seen}


def dependencies_of(revision: SolutionVersion | None) -> list[RevisionDependency]:
    """What a revision uses, with the copies; their names are no secret to who sees the revision."""
    if revision is None:
        return []
    return list(rows_of([revision.pk]))


def rows_of(revisions: Iterable[int]) -> QuerySet[RevisionDependency]:
    """The dependencies of some revisions, with what a person reads of them."""
    return (
        RevisionDependency.objects.filter(revision__in=list(revisions))
        .select_related(
            "template__node",
            "shared__template__node",
            "shared__target__node__parent",
            "shared__target__node__context",
            "shared__current__template_version",
        )
        .defer("shared__current__content", "shared__current__provenance")
        .order_by("pk")
    )


def is_ready(dependency: RevisionDependency, dependent: int) -> bool:
    """Whether the shared copy runs with all that a dependent puts into it."""
    shared = dependency.shared
    if shared is None or shared.current is None or shared.state in _LEAVING:
        return False
    there = {_key(one) for one in shared.current.injected if one["dependent"] == dependent}
    return all(_key(one) in there for one in dependency.injections)


@dataclass(frozen=True)
class Section:
    """One section that a revision of a shared copy holds.

    ``dependent`` is None where the person may not see whose it is, or it is gone.
    """

    source: str
    to: str
    dependent: SolutionInstance | None


def sections(by: User, revision: SolutionVersion) -> list[Section]:
    """What dependents had put into a revision, in order."""
    ids = {int(one["dependent"]) for one in revision.injected}
    rows = SolutionInstance.objects.filter(pk__in=ids)
    rows = rows.select_related("template__node", "target__node")
    seen = {row.pk: row for row in visible(by, sight.INSTALLED, rows, "target__node__path")}
    return [
        Section(one["from"], one["to"], seen.get(one["dependent"])) for one in revision.injected
    ]


def _key(section: Mapping[str, str]) -> tuple[str, str, str]:
    return section["from"], section["to"], section["digest"]
