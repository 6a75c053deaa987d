"""External validation: asking before a revision may be deployed, and taking in the answer."""

import logging
from collections.abc import Collection, Mapping, Sequence
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import OuterRef, Subquery, Value
from django.db.models.functions import Coalesce
from django.utils import timezone

from orchestration import hints
from orchestration.models import SolutionInstance, SolutionTemplate, SolutionVersion, Validation
from orchestration.services import events
from orchestration.services.errors import Invalid, Refused, Stale
from orchestration.services.events import Actor
from orchestration.services.lives import move
from orchestration.services.writing import insert_rows
from orchestration.states import PublicationState, ValidationState
from rbac.access import may
from rbac.models import User
from rbac.permissions import Perm

LONGEST_HOURS = 24 * 30
MOST_ERRORS = 100
BATCH = 200
_OPEN = PublicationState.PENDING_EXTERNAL_VALIDATION
_FAILED = PublicationState.EXTERNAL_VALIDATION_FAILED
log = logging.getLogger(__name__)


@transaction.atomic
def configure(
    by: User, template: SolutionTemplate, *, required: bool, hours: int
) -> SolutionTemplate:
    """Say whether revisions of a solution are validated elsewhere, and how long that may take.

    What is published already stays as it is.

    Raises:
        Invalid: ``hours-out-of-range``.
    """
    may(by, Perm.AUTHOR_SOLUTIONS, template.node).require()
    if not 1 <= hours <= LONGEST_HOURS:
        raise Invalid("hours-out-of-range", most=LONGEST_HOURS)
    if (template.external_validation, template.validation_hours) == (required, hours):
        return template
    template.external_validation, template.validation_hours = required, hours
    template.save(update_fields=["external_validation", "validation_hours"])
    events.record(
        "solution.validation-changed", template, template.node, by, code="on" if required else "off"
    )
    hints.tell([f"solution:{template.pk}"], template.node.path)
    return template


def ask(
    publisher: User, template: SolutionTemplate, revisions: Collection[SolutionVersion]
) -> None:
    """Ask about new revisions, in the caller's transaction, who has checked the rights."""
    due = timezone.now() + timedelta(hours=template.validation_hours)
    insert_rows(Validation(revision=one, requested_by=publisher, due_at=due) for one in revisions)
    events.record_all(
        events.draft(
            "validation.requested",
            one,
            one.instance.target.node,
            publisher,
            solution=str(template),
            digest=one.digest,
        )
        for one in revisions
    )


@transaction.atomic
def answer(
    by: User, asked: Validation, *, valid: bool, errors: Sequence[Mapping[str, Any]] = ()
) -> Validation:
    """Take in what the other system says; the same question is never answered twice.

    Raises:
        Invalid: ``errors-unusable``: an answer that is not valid says why, one that is does not.
        Refused: ``validation-over``.
    """
    node = asked.revision.instance.target.node
    may(by, Perm.VALIDATE, node).require()
    if valid == bool(errors) or len(errors) > MOST_ERRORS:
        raise Invalid("errors-unusable", most=MOST_ERRORS)
    to = ValidationState.VALID if valid else ValidationState.INVALID
    _close(asked, to, by, errors=list(errors))
    return asked


@transaction.atomic
def cancel(by: User, asked: Validation) -> Validation:
    """Wait for no answer any more; the revision stays unusable until it is asked about again.

    Raises:
        Refused: ``validation-over``.
    """
    may(by, Perm.PUBLISH, asked.revision.instance.target.node).require()
    _close(asked, ValidationState.CANCELLED, by)
    return asked


@transaction.atomic
def ask_again(by: User, revision: SolutionVersion) -> Validation:
    """Ask anew about a revision whose validation failed, with an id of its own.

    Raises:
        Refused: ``not-from-here`` where the revision does not wait for that.
    """
    instance = revision.instance
    may(by, Perm.PUBLISH, instance.target.node).require()
    _hold(revision)
    move(revision, _OPEN)
    ask(by, instance.template, [revision])
    _tell(revision)
    return revision.validations.get(state=ValidationState.PENDING)


def time_out_due() -> int:
    """Close the questions that nobody answered in time; returns how many."""
    rows = Validation.objects.filter(state=ValidationState.PENDING, due_at__lte=timezone.now())
    waiting = list(rows.select_related(*_WITH).order_by("due_at")[:BATCH])
    for asked in waiting:
        try:
            with transaction.atomic():
                _close(asked, ValidationState.TIMED_OUT, None)
        except (Refused, Stale) as error:
            log.info("validation %s: %s", asked.uid, error)
    return len(waiting)


def forget(revision: SolutionVersion) -> None:
    """Close the question about a revision that is being deleted, in the caller's transaction."""
    for asked in revision.validations.filter(state=ValidationState.PENDING):
        move(asked, ValidationState.CANCELLED, answered_at=timezone.now())


def settle_publication(instances: Collection[int]) -> None:
    """Let copies say how publishing their newest revision stands, by the copies' ids."""
    newest = SolutionVersion.objects.filter(instance=OuterRef("pk"))
    newest = newest.exclude(state=PublicationState.DELETED).order_by("-pk")
    SolutionInstance.objects.filter(pk__in=instances).update(
        publication=Coalesce(
            Subquery(newest.values("state")[:1]), Value(PublicationState.READY_TO_DEPLOY.value)
        ),
        updated_at=timezone.now(),
    )


_WITH = (
    "revision__instance__template__node",
    "revision__instance__target__node",
    "revision__template_version",
)
_KINDS = {
    ValidationState.VALID: "passed",
    ValidationState.INVALID: "failed",
    ValidationState.TIMED_OUT: "timed-out",
    ValidationState.CANCELLED: "cancelled",
}


def _close(
    asked: Validation, to: ValidationState, by: Actor, *, errors: Sequence[Mapping[str, Any]] = ()
) -> None:
    """End a question, and move its revision to where that leaves it."""
    revision = asked.revision
    _hold(revision)
    asked.refresh_from_db(fields=["state"])
    if asked.state != ValidationState.PENDING:
        raise Refused("validation-over", state=asked.state)
    move(
        asked,
        to,
        errors=errors,
        answered_at=timezone.now(),
        answered_by=by if isinstance(by, User) else None,
    )
    good = to is ValidationState.VALID
    move(revision, PublicationState.READY_TO_DEPLOY if good else _FAILED)
    events.record(
        f"validation.{_KINDS[to]}",
        revision,
        revision.instance.target.node,
        by,
        outcome="done" if good else "failed",
        solution=str(revision.instance.template),
        digest=revision.digest,
    )
    _tell(revision)


def _hold(revision: SolutionVersion) -> None:
    """Lock the revision, as everybody does first who starts or deletes it."""
    held = SolutionVersion.objects.select_for_update(no_key=True, of=("self",))
    held.only("pk").get(pk=revision.pk)
    revision.refresh_from_db(fields=["state"])


def _tell(revision: SolutionVersion) -> None:
    instance = revision.instance
    settle_publication([instance.pk])
    node = instance.target.node
    hints.tell([f"target:{node.pk}", f"solution:{instance.template_id}"], node.path)
    # A shared copy that others wait for may be brought on now.
    hints.wake("orchestration.tasks.advance_due")
