"""Which shared copies a revision uses, written down with it, and what follows from that.

No rights: whoever publishes, uninstalls or deletes has asked.
"""

import json
from collections.abc import Iterable, Mapping

from orchestration.expressions import lookup, split_path
from orchestration.models import (
    Context,
    RevisionDependency,
    SharedCopy,
    SolutionInstance,
    SolutionTemplateVersion,
    SolutionVersion,
)
from orchestration.queries.circles import Circles, told
from orchestration.queries.dependencies import needs_of
from orchestration.queries.dependents import users
from orchestration.queries.resolving import LineReview
from orchestration.resolution.canonical import canonical_json, digest
from orchestration.services.errors import Refused
from rbac.models import User

Uses = dict[int, int]  # shared copies by the id of the solution they are of


def hold(version: SolutionTemplateVersion) -> None:
    """Keep others from publishing what uses shared copies until the transaction ends.

    Two at once could close a circle that neither sees. Nothing else locks the row of a context.
    """
    if needs_of(version):
        _hold(version.template.node.context_id)


def refuse_circles(asker: User, context: int, wanted: Iterable[SolutionVersion]) -> None:
    """Keep copies from being brought to revisions by which they would use each other in a circle.

    Publishing looks at what is published last; these may be older.

    Raises:
        Refused: ``dependency-circle``.
    """
    revisions = {one.pk: one.instance_id for one in wanted}
    uses = {revisions[pk]: set(used.values()) for pk, used in uses_of(revisions).items()}
    if not uses:
        return
    _hold(context)
    circles = Circles()
    for dependent, shared in uses.items():
        circles.plan(dependent, shared)
    for dependent, one in (
        (dependent, one) for dependent, shared in uses.items() for one in sorted(shared)
    ):
        if way := circles.through(dependent, one):
            raise Refused("dependency-circle", given=told(asker, way))


def record(made: Mapping[int, SolutionVersion], reviews: Iterable[LineReview]) -> None:
    """Keep with each new revision, by its target, what its review chose."""
    rows = [
        row
        for review in reviews
        if review.needs and review.target.pk in made
        for row in _rows(made[review.target.pk], review)
    ]
    # In one order, so that two who publish at once cannot wait for each other.
    shared = sorted({row.shared_id for row in rows if row.shared_id})
    SharedCopy.objects.bulk_create(
        (SharedCopy(instance_id=pk) for pk in shared), ignore_conflicts=True
    )
    RevisionDependency.objects.bulk_create(rows)


def uses_of(revisions: Iterable[int]) -> dict[int, Uses]:
    """What published revisions use, by their id."""
    found: dict[int, Uses] = {}
    rows = RevisionDependency.objects.filter(revision__in=list(revisions), shared__isnull=False)
    for revision, template, shared in rows.values_list("revision", "template", "shared"):
        found.setdefault(revision, {})[template] = shared
    return found


def uses_in(review: LineReview) -> Uses:
    """What a line that is about to be published uses."""
    return {
        need.template.pk: need.chosen.pk for need in review.needs if need.template and need.chosen
    }


def copy(base: SolutionVersion, revision: SolutionVersion) -> None:
    """Let a revision use the shared copies that the one it was made from uses."""
    configuration = revision.configuration
    RevisionDependency.objects.bulk_create(
        RevisionDependency(
            revision=revision,
            template_id=row.template_id,
            version=row.version,
            shared_id=row.shared_id,
            injections=[
                _injection(configuration, one["from"], one["to"]) for one in row.injections
            ],
        )
        for row in base.dependencies.all()
    )


def refuse_while_used(asker: User, instances: Iterable[SolutionInstance]) -> None:
    """Keep shared copies where they are while others use them.

    Raises:
        Refused: ``still-used``, ``still-used-unseen``.
    """
    named = {one.pk: one for one in instances}
    for pk in SharedCopy.objects.filter(pk__in=named).order_by("pk").values_list("pk", flat=True):
        _refuse_while_used(asker, named[pk])


def _hold(context: int) -> None:
    Context.objects.select_for_update(no_key=True).get(pk=context)


def _refuse_while_used(asker: User, shared: SolutionInstance) -> None:
    found = users(asker, shared)
    names = {"solution": str(shared.template), "line": str(shared.target)}
    if found.seen:
        raise Refused("still-used", users=[str(one) for one in found.seen], **names)
    if found.others:
        raise Refused("still-used-unseen", **names)


def _rows(revision: SolutionVersion, review: LineReview) -> Iterable[RevisionDependency]:
    configuration = json.loads(revision.content)["configuration"]
    for need in review.needs:
        if need.template is None or need.chosen is None:
            continue
        yield RevisionDependency(
            revision=revision,
            template=need.template,
            version=need.dependency.version,
            shared=need.chosen,
            injections=[
                _injection(configuration, one.source, one.to) for one in need.dependency.injections
            ],
        )


def _injection(configuration: dict[str, object], source: str, to: str) -> dict[str, str]:
    section = lookup(configuration, split_path(source))
    return {"from": source, "to": to, "digest": digest(canonical_json(section))}
