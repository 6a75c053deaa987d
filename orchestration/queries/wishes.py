"""What the dependents of a shared copy want in it. No rights here: whoever calls has asked."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery

from orchestration.models import Deployment, RevisionDependency, SolutionInstance
from orchestration.states import DeploymentState
from rbac.models import User

Key = tuple[int, str, str]
_ABOUT_TO = (DeploymentState.PENDING, DeploymentState.RELEASED)


@dataclass(frozen=True)
class Wish:
    """One section of a dependent, as of one of its revisions."""

    dependent: int
    revision: int
    source: str
    to: str
    digest: str

    @property
    def key(self) -> Key:
        """What tells one section in a shared copy from another."""
        return self.dependent, self.source, self.to


@dataclass(frozen=True)
class Dependent:
    """One copy that depends on a shared one.

    ``standing`` is what it runs with, or is being brought to; ``asked`` what it needs before it
    can be brought further, None where it waits for nothing. ``by`` started the last attempt.
    """

    instance: int
    line: str
    by: User | None
    standing: tuple[Wish, ...]
    asked: tuple[Wish, ...] | None


def dependents_of(shared: SolutionInstance) -> list[Dependent]:
    """Every copy that ever depended on a shared one, in the order of their last attempts."""
    ever = RevisionDependency.objects.filter(shared=shared).values("revision__instance")
    copies = SolutionInstance.objects.filter(pk__in=ever).select_related("target__node").order_by()
    last = _last_attempts(ever)
    ordered = sorted(copies, key=lambda one: (last[one.pk].pk if one.pk in last else 0, one.pk))
    sections = _sections(shared, ordered, last)
    return [_dependent(one, last.get(one.pk), sections) for one in ordered]


def _dependent(
    copy: SolutionInstance, last: Deployment | None, sections: Mapping[int | None, tuple[Wish, ...]]
) -> Dependent:
    asked = None
    if last is not None and _asks(last) and last.revision_id in sections:
        asked = sections[last.revision_id]
    by = last.rollout.started_by if last else None
    return Dependent(copy.pk, str(copy.target), by, _standing(copy, last, sections), asked)


def _standing(
    copy: SolutionInstance, last: Deployment | None, sections: Mapping[int | None, tuple[Wish, ...]]
) -> tuple[Wish, ...]:
    """What a copy runs with; on its way from one shared copy to another it still counts here."""
    ways: Sequence[int | None] = (copy.desired_id, copy.current_id)
    if last is None or not last.active:
        ways = (copy.desired_id or copy.current_id,)
    return next((sections[pk] for pk in ways if pk in sections), ())


def _asks(attempt: Deployment) -> bool:
    """Whether an attempt waits to be sent to the site, and there is one to send it to."""
    return (
        attempt.state in _ABOUT_TO
        and attempt.generation == 0
        and attempt.target.agent_id is not None
    )


def _last_attempts(ever: QuerySet[Any, Any]) -> dict[int, Deployment]:
    newest = Deployment.objects.filter(instance=OuterRef("instance")).order_by("-pk")
    rows = Deployment.objects.filter(instance__in=ever, pk=Subquery(newest.values("pk")[:1]))
    rows = rows.select_related("target", "rollout__started_by")
    return {row.instance_id: row for row in rows}


def _sections(
    shared: SolutionInstance,
    copies: Sequence[SolutionInstance],
    last: Mapping[int, Deployment],
) -> dict[int | None, tuple[Wish, ...]]:
    """What the revisions that matter now put into the shared copy, by revision."""
    matter = {pk for one in copies for pk in (one.desired_id, one.current_id)}
    matter |= {attempt.revision_id for attempt in last.values()}
    rows = RevisionDependency.objects.filter(shared=shared, revision__in=matter - {None})
    return {
        row.revision_id: tuple(
            Wish(row.revision.instance_id, row.revision_id, one["from"], one["to"], one["digest"])
            for one in row.injections
        )
        for row in rows.select_related("revision").defer(
            "revision__content", "revision__provenance"
        )
    }
