"""Publishing revisions, and deleting what was never needed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils import timezone

from orchestration import hints
from orchestration.models import (
    SolutionInstance,
    SolutionTemplateVersion,
    SolutionVersion,
    Target,
)
from orchestration.queries.resolving import LineReview, resolve_lines
from orchestration.services import events
from orchestration.services.configuration import hold
from orchestration.services.contexts import require_own_context
from orchestration.services.errors import Invalid, Refused, Stale
from orchestration.services.lives import move
from orchestration.states import PublicationState
from rbac.access import may
from rbac.models import User
from rbac.permissions import Perm


class Outcome(StrEnum):
    """How publishing ended for one line."""

    PUBLISHED = "published"
    UNCHANGED = "unchanged"
    FAILED = "failed"


@dataclass(frozen=True)
class Published:
    """One line's result; ``revision`` is None where it failed."""

    review: LineReview
    outcome: Outcome
    revision: SolutionVersion | None


def publish(
    by: User,
    version: SolutionTemplateVersion,
    targets: Sequence[Target],
    *,
    instance_name: str = "",
    comment: str = "",
    reviewed: Mapping[int, str] | None = None,
) -> list[Published]:
    """Make an immutable revision for every line that resolves.

    Nothing on a line changes yet. A line whose content is the same as its
    newest revision gets none; a line that fails does not hold up the others.
    ``reviewed`` is the digest that was seen for each line, by the target's id:
    with it nothing else is published.

    Raises:
        Invalid: ``instance-twice``, ``other-context``.
        Refused: ``instance-name-taken`` by another solution on a line.
        Stale: ``published-meanwhile`` when somebody else publishes the same;
            ``reviewed-meanwhile`` when a line would get what was not reviewed.
    """
    may(by, Perm.VIEW_SOLUTIONS, version.template.node).require()
    for target in targets:
        may(by, Perm.PUBLISH, target.node).require()
    require_own_context(version.template, [target.node for target in targets])
    name = instance_name or version.template.node.name
    _check_names(version, targets, name)
    try:
        with transaction.atomic():
            hold(version.template)
            reviews = resolve_lines(version, targets, name)
            _check_reviewed(reviews, reviewed)
            return [_publish_line(by, version, review, name, comment) for review in reviews]
    except IntegrityError as error:
        raise Stale("published-meanwhile", solution=str(version.template)) from error


@transaction.atomic
def delete(by: User, revision: SolutionVersion) -> None:
    """Delete a revision that was never deployed or no longer is.

    Raises:
        Refused: ``revision-in-use``.
    """
    instance = revision.instance
    node = instance.target.node
    may(by, Perm.PUBLISH, node).require()
    # Whoever starts it takes the revision first too, and whoever reports points at it.
    SolutionVersion.objects.select_for_update(no_key=True).get(pk=revision.pk)
    instance = SolutionInstance.objects.select_for_update(no_key=True).get(pk=instance.pk)
    if revision.pk in {instance.current_id, instance.desired_id}:
        raise Refused("revision-in-use", revision=revision.label)
    if revision.deployments.filter(finished_at=None).exists():
        raise Refused("revision-in-use", revision=revision.label)
    move(revision, PublicationState.DELETED)
    events.record("revision.deleted", revision, node, by, digest=revision.digest)
    hints.tell([f"target:{node.pk}", f"solution:{instance.template_id}"], node.path)


def _check_names(version: SolutionTemplateVersion, targets: Sequence[Target], name: str) -> None:
    if len({target.pk for target in targets}) != len(targets):
        raise Invalid("instance-twice")
    named = SolutionInstance.objects.filter(target__in=targets, name=name)
    taken = named.exclude(template=version.template).select_related("target__node").first()
    if taken is not None:
        raise Refused("instance-name-taken", name=name, line=str(taken.target))


def _check_reviewed(reviews: Sequence[LineReview], seen: Mapping[int, str] | None) -> None:
    if seen is None:
        return
    other = [str(one.target) for one in reviews if seen.get(one.target.pk) != one.resolution.digest]
    if other:
        raise Stale("reviewed-meanwhile", lines=other)


def _publish_line(
    by: User, version: SolutionTemplateVersion, review: LineReview, name: str, comment: str
) -> Published:
    if not review.ok:
        return Published(review, Outcome.FAILED, None)
    instance = review.instance or SolutionInstance.objects.create(
        target=review.target, template=version.template, name=name
    )
    SolutionInstance.objects.filter(pk=instance.pk).update(
        configuration_pending=False, updated_at=timezone.now()
    )
    newest = instance.revisions.filter(
        template_version=version, state=PublicationState.READY_TO_DEPLOY
    ).first()
    if newest and newest.digest == review.resolution.digest:
        return Published(review, Outcome.UNCHANGED, newest)
    revision = _write(by, instance, version, review, comment)
    return Published(review, Outcome.PUBLISHED, revision)


def _write(
    by: User,
    instance: SolutionInstance,
    version: SolutionTemplateVersion,
    review: LineReview,
    comment: str,
) -> SolutionVersion:
    last = instance.revisions.filter(template_version=version).aggregate(n=Max("number"))
    resolution, node = review.resolution, review.target.node
    revision = SolutionVersion.objects.create(
        instance=instance,
        template_version=version,
        number=(last["n"] or 0) + 1,
        content=resolution.canonical.decode(),
        digest=resolution.digest,
        provenance=resolution.provenance_json(),
        comment=comment,
        published_by=by,
    )
    events.record(
        "revision.published",
        revision,
        node,
        by,
        solution=str(version.template),
        digest=revision.digest,
    )
    hints.tell([f"target:{node.pk}", f"solution:{instance.template_id}"], node.path)
    return revision
