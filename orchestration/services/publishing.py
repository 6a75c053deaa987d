"""Publishing revisions, and deleting what was never needed."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import islice

from django.db import IntegrityError, transaction
from django.utils import timezone

from orchestration import hints
from orchestration.models import (
    SolutionInstance,
    SolutionTemplateVersion,
    SolutionVersion,
    Target,
)
from orchestration.queries.dependencies import NO_CHOICE, Choice, with_dependencies
from orchestration.queries.injections import Held
from orchestration.queries.resolving import BATCH, LineReview, resolve_again, resolve_lines
from orchestration.resolution import ResolutionProblem
from orchestration.services import dependencies, events, validations, withdrawing
from orchestration.services.configuration import hold
from orchestration.services.contexts import require_own_context
from orchestration.services.errors import Invalid, Refused, Stale
from orchestration.services.lives import move
from orchestration.services.writing import insert_rows
from orchestration.states import PublicationState
from rbac.access import may, may_each
from rbac.models import User
from rbac.permissions import Perm

_OPEN = PublicationState.PENDING_EXTERNAL_VALIDATION
_READY = PublicationState.READY_TO_DEPLOY
_STANDING = (_OPEN, _READY)  # what publishing the same again would only repeat


class Outcome(StrEnum):
    """How publishing ended for one line."""

    PUBLISHED = "published"
    UNCHANGED = "unchanged"
    FAILED = "failed"


@dataclass(frozen=True)
class Published:
    """One line's result; ``revision`` is None where it failed, ``problems`` and ``missing`` why."""

    target: Target
    outcome: Outcome
    revision: SolutionVersion | None = None
    problems: tuple[ResolutionProblem, ...] = ()
    missing: tuple[str, ...] = ()


@dataclass(frozen=True)
class Issue:
    """What all revisions of one publish share.

    ``made_for`` names the copies for which the product publishes, empty where a person does.
    """

    by: User
    version: SolutionTemplateVersion
    name: str
    comment: str
    made_for: tuple[int, ...] = ()


def publish(
    by: User,
    version: SolutionTemplateVersion,
    targets: Sequence[Target],
    *,
    instance_name: str = "",
    comment: str = "",
    reviewed: Mapping[int, str] | None = None,
    choice: Choice = NO_CHOICE,
) -> list[Published]:
    """Make an immutable revision for every line that resolves.

    Nothing on a line changes yet. A line whose content is the same as its
    newest revision gets none; a line that fails does not hold up the others.
    ``reviewed`` is the digest that was seen for each line, by the target's id:
    with it nothing else is published. ``choice`` names the shared copies to
    use; it is kept with the revisions.

    Raises:
        Invalid: ``instance-twice``, ``other-context``.
        Refused: ``version-withdrawn``; ``instance-name-taken`` by another solution on a line.
        Stale: ``published-meanwhile`` when somebody else publishes the same;
            ``reviewed-meanwhile`` when a line would get what was not reviewed.
    """
    may(by, Perm.VIEW_SOLUTIONS, version.template.node).require()
    may_each(by, Perm.PUBLISH, [target.node for target in targets]).require()
    require_own_context(version.template, [target.node for target in targets])
    name = instance_name or version.template.node.name
    _check_names(version, targets, name)
    try:
        with transaction.atomic():
            hold(version.template)
            now = withdrawing.as_it_is(version)
            withdrawing.refuse(now)
            version.template = now.template  # whether it is validated may have changed meanwhile
            dependencies.hold(version)
            found = with_dependencies(by, version, resolve_lines(version, targets, name), choice)
            reviews = _as_reviewed(found, reviewed)
            issue = Issue(by, version, name, comment)
            done = [one for some in _batches(reviews) for one in _publish(issue, some)]
            _settle(name, [one.target.pk for one in done if one.outcome != Outcome.FAILED])
            return done
    except IntegrityError as error:
        raise Stale("published-meanwhile", solution=str(version.template)) from error


def reissue(by: User, base: SolutionVersion, held: Held, made_for: Sequence[int]) -> Published:
    """Make a revision with other sections put in, of the values that ``base`` was made of.

    The locks are the caller's affair. Values saved since stay pending. Where the newest revision
    is the same already, that is the answer.
    """
    may(by, Perm.PUBLISH, base.instance.target.node).require()
    review = resolve_again(base, held)
    issue = Issue(by, base.template_version, base.instance.name, "", made_for=tuple(made_for))
    (one,) = _publish(issue, [review])
    if one.outcome is Outcome.PUBLISHED and one.revision:
        dependencies.copy(base, one.revision)
    return one


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
    validations.forget(revision)
    validations.settle_publication([instance.pk])
    events.record("revision.deleted", revision, node, by, digest=revision.digest)
    hints.tell([f"target:{node.pk}", f"solution:{instance.template_id}"], node.path)


def _check_names(version: SolutionTemplateVersion, targets: Sequence[Target], name: str) -> None:
    ids = {target.pk for target in targets}
    if len(ids) != len(targets):
        raise Invalid("instance-twice")
    named = SolutionInstance.objects.filter(target__in=ids, name=name)
    taken = named.exclude(template=version.template).select_related("target__node").first()
    if taken is not None:
        raise Refused("instance-name-taken", name=name, line=str(taken.target))


def _as_reviewed(
    reviews: Iterable[LineReview], seen: Mapping[int, str] | None
) -> Iterator[LineReview]:
    """Pass the reviews on; raise after the last one when some are not what was seen."""
    other = []
    for one in reviews:
        if seen is not None and seen.get(one.target.pk) != one.resolution.digest:
            other.append(str(one.target))
        yield one
    if other:
        raise Stale("reviewed-meanwhile", lines=other)


def _batches(reviews: Iterator[LineReview]) -> Iterator[list[LineReview]]:
    while some := list(islice(reviews, BATCH)):
        yield some


def _publish(issue: Issue, reviews: list[LineReview]) -> list[Published]:
    """Publish for some lines, in a number of queries that does not grow with them."""
    good = [one for one in reviews if one.ok]
    instances = _instances(issue, good)
    newest = _newest(issue.version, [one.instance for one in good if one.instance])
    uses = _uses(good, newest)
    made = {}
    for one in good:
        instance = instances[one.target.pk]
        number, same = newest.get(instance.pk, (0, None))
        if same is None or _differs(one, same, uses):
            made[one.target.pk] = _draft(issue, one, instance, number + 1)
    insert_rows(made.values())
    dependencies.record(made, good)
    _record(issue, made.values())
    _validate(issue, made.values())
    for revision in made.values():
        # Thousands of them would fill the memory; whoever wants them reads them from the row.
        del revision.content, revision.provenance
    return [_outcome(one, made, instances, newest) for one in reviews]


def _uses(
    reviews: Sequence[LineReview], newest: Mapping[int, tuple[int, SolutionVersion | None]]
) -> dict[int, dependencies.Uses]:
    """Which shared copies the newest revisions use, where that can make a difference."""
    if not any(one.needs for one in reviews):
        return {}
    return dependencies.uses_of(same.pk for _, same in newest.values() if same)


def _differs(
    review: LineReview, same: SolutionVersion, uses: Mapping[int, dependencies.Uses]
) -> bool:
    """Whether a line would get something else than its newest revision."""
    if same.digest != review.resolution.digest:
        return True
    if same.injections_digest != review.held.digest:
        return True
    return bool(review.needs) and uses.get(same.pk, {}) != dependencies.uses_in(review)


def _settle(name: str, targets: Sequence[int]) -> None:
    """Let the copies that were published for wait no more.

    Last of all, so that the sites' reports wait for it no longer than they must, and in the order
    in which everybody locks copies: two who took the same ones in orders of their own would wait
    for each other.
    """
    waiting = SolutionInstance.objects.filter(
        target__in=targets, name=name, configuration_pending=True
    )
    held = waiting.select_for_update(no_key=True, of=("self",)).order_by("pk")
    SolutionInstance.objects.filter(pk__in=list(held.values_list("pk", flat=True))).update(
        configuration_pending=False, updated_at=timezone.now()
    )


def _instances(issue: Issue, reviews: Iterable[LineReview]) -> dict[int, SolutionInstance]:
    """The copies to publish for, by target: made where there is none."""
    known = {one.target.pk: one.instance for one in reviews if one.instance}
    created = insert_rows(
        SolutionInstance(target=one.target, template=issue.version.template, name=issue.name)
        for one in reviews
        if not one.instance
    )
    return known | {instance.target_id: instance for instance in created}


def _newest(
    version: SolutionTemplateVersion, instances: Sequence[SolutionInstance]
) -> dict[int, tuple[int, SolutionVersion | None]]:
    """The last number of each copy, by its id, and its newest revision that could be deployed."""
    found: dict[int, tuple[int, SolutionVersion | None]] = {}
    rows = SolutionVersion.objects.filter(instance__in=instances, template_version=version)
    for row in rows.defer("content", "provenance").order_by("number"):
        _, same = found.get(row.instance_id, (0, None))
        found[row.instance_id] = (row.number, row if row.state in _STANDING else same)
    return found


def _draft(
    issue: Issue, review: LineReview, instance: SolutionInstance, number: int
) -> SolutionVersion:
    resolution = review.resolution
    return SolutionVersion(
        instance=instance,
        template_version=issue.version,
        number=number,
        state=_OPEN if issue.version.template.external_validation else _READY,
        content=resolution.canonical.decode(),
        digest=resolution.digest,
        provenance=resolution.provenance_json(),
        injected=list(review.held.record),
        injections_digest=review.held.digest,
        comment=issue.comment,
        made_for=list(issue.made_for),
        published_by=issue.by,
    )


def _validate(issue: Issue, revisions: Collection[SolutionVersion]) -> None:
    """Ask another system about new revisions where the solution says so."""
    if issue.version.template.external_validation:
        validations.ask(issue.by, issue.version.template, revisions)
    # What failed before is overtaken.
    stands = [one.instance for one in revisions if one.state != one.instance.publication]
    if stands:
        validations.settle_publication([instance.pk for instance in stands])


def _record(issue: Issue, revisions: Collection[SolutionVersion]) -> None:
    solution = str(issue.version.template)
    events.record_all(
        events.draft(
            "revision.published",
            revision,
            revision.instance.target.node,
            issue.by,
            solution=solution,
            digest=revision.digest,
        )
        for revision in revisions
    )
    for revision in revisions:
        node = revision.instance.target.node
        hints.tell([f"target:{node.pk}", f"solution:{revision.instance.template_id}"], node.path)


def _outcome(
    review: LineReview,
    made: Mapping[int, SolutionVersion],
    instances: Mapping[int, SolutionInstance],
    newest: Mapping[int, tuple[int, SolutionVersion | None]],
) -> Published:
    target = review.target
    if not review.ok:
        return Published(target, Outcome.FAILED, None, review.problems, review.missing)
    if target.pk in made:
        return Published(target, Outcome.PUBLISHED, made[target.pk])
    _, same = newest[instances[target.pk].pk]
    return Published(target, Outcome.UNCHANGED, same)
