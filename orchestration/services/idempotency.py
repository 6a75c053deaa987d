"""Doing what was asked once, however often it is asked.

A program that does not hear an answer asks again, with the same key. The answer is written in the
transaction of the work: it is there exactly when the work is. A call that was refused did nothing
and leaves nothing, so the same key may try again.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F, QuerySet
from django.utils import timezone

from orchestration.models import KeptAnswer
from orchestration.services import vault
from orchestration.services.errors import Invalid, Refused, Stale
from rbac.models import User

KEPT_FOR = timedelta(hours=24)
LEASE = timedelta(seconds=120)  # longer than any call takes
_SWEPT_AT_ONCE = 1000


@dataclass(frozen=True)
class Call:
    """Somebody's call: its key, and hashes of what is asked and of the rights they have."""

    who: User
    key: str
    fingerprint: str
    standing: str


@dataclass(frozen=True)
class Ticket:
    """Permission to do the work of a call."""

    row: int
    attempt: int


@dataclass(frozen=True)
class Answer:
    """What was answered; ``data`` is JSON."""

    status: int
    data: Any
    headers: Mapping[str, str] = field(default_factory=dict)


def begin(call: Call) -> Ticket | Answer:
    """Let a call be worked on, or give the answer it had.

    Raises:
        Invalid: ``idempotency-key-reused`` for something else.
        Refused: ``idempotency-key-busy`` while the first call goes on;
            ``idempotency-done`` where it is done and its answer cannot be repeated.
    """
    now = timezone.now()
    row = _row(call) or _new(call)
    if isinstance(row, Ticket):
        return row
    if row.created_at < now - KEPT_FOR:
        row.delete()
        return begin(call)
    if row.fingerprint != call.fingerprint:
        raise Invalid("idempotency-key-reused")
    if row.answered_at is None:
        return _taken_over(row)
    return _repeated(row, call)


def end(ticket: Ticket, answer: Answer, *, keep: bool = True) -> None:
    """Write the answer down, in the transaction of the work.

    Raises:
        Stale: ``moved-meanwhile`` when the call took so long that another one does the work.
    """
    kept = {"data": answer.data, "headers": dict(answer.headers)}
    box = vault.encrypt(kept) if keep else vault.Sealed("", "")
    changed = _open(ticket).update(
        status=answer.status,
        key_id=box.key_id,
        ciphertext=box.ciphertext,
        answered_at=timezone.now(),
    )
    if not changed:
        raise Stale("moved-meanwhile", state="")


def give_up(ticket: Ticket) -> None:
    """Forget a call that did nothing."""
    _open(ticket).delete()


def sweep() -> int:
    """Forget what was asked longer ago than anybody asks again; returns how many calls."""
    old = KeptAnswer.objects.filter(created_at__lt=timezone.now() - KEPT_FOR)
    some = list(old.values_list("pk", flat=True)[:_SWEPT_AT_ONCE])
    KeptAnswer.objects.filter(pk__in=some).delete()
    return len(some)


def _row(call: Call) -> KeptAnswer | None:
    return KeptAnswer.objects.filter(user=call.who, key=call.key).first()


def _new(call: Call) -> Ticket | KeptAnswer:
    try:
        with transaction.atomic():
            row = KeptAnswer.objects.create(
                user=call.who,
                key=call.key,
                fingerprint=call.fingerprint,
                standing=call.standing,
                claimed_until=timezone.now() + LEASE,
            )
    except IntegrityError as error:
        # Two at the same moment: the other one was first, and may even be over.
        found = _row(call)
        if found is None:
            raise Refused("idempotency-key-busy") from error
        return found
    return Ticket(row.pk, row.attempt)


def _taken_over(row: KeptAnswer) -> Ticket:
    """Let somebody else do what a process that died did not: its transaction was undone."""
    now = timezone.now()
    over = KeptAnswer.objects.filter(
        pk=row.pk, attempt=row.attempt, answered_at=None, claimed_until__lte=now
    )
    if not over.update(attempt=F("attempt") + 1, claimed_until=now + LEASE):
        raise Refused("idempotency-key-busy")
    return Ticket(row.pk, row.attempt + 1)


def _repeated(row: KeptAnswer, call: Call) -> Answer:
    # With other rights than then, the answer may say what this person may not know any more.
    if not row.ciphertext or row.status is None or row.standing != call.standing:
        raise Refused("idempotency-done")
    try:
        kept = vault.decrypt(vault.Sealed(row.key_id, row.ciphertext))
    except Refused as error:
        raise Refused("idempotency-done") from error
    return Answer(row.status, kept["data"], kept["headers"])


def _open(ticket: Ticket) -> QuerySet[KeptAnswer]:
    return KeptAnswer.objects.filter(pk=ticket.row, attempt=ticket.attempt, answered_at=None)
