"""Bringing out what webhooks are to hear: one call at a time to each, many side by side.

Waiting rows are the queue. A webhook is leased to the worker that calls it, so its deliveries keep
their order; where its receiver is in trouble all of them wait, and nobody else's. An answer that
refuses one delivery holds up that one only.
"""

import hashlib
import hmac
import logging
import random
import uuid
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from datetime import timedelta

from django.db import transaction
from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.utils import timezone

from agent import signing
from orchestration.models import Delivery, DeliveryAttempt, Webhook
from orchestration.queries.messages import message
from orchestration.services import posting, vault
from orchestration.services.addresses import Resolver, look_up
from orchestration.services.errors import Refused, Stale
from orchestration.services.lives import move
from orchestration.services.posting import Answer, Request
from orchestration.states import DeliveryState
from rbac.access import may
from rbac.permissions import Perm

SIDE_BY_SIDE = 16
GIVE_UP_AFTER = timedelta(hours=24)
KEPT_FOR = timedelta(days=30)
# Longer than a call, shorter than anybody waits for a worker that was killed.
LEASE = timedelta(seconds=60)
RUN_FOR = timedelta(seconds=40)  # within the limit of a task
_LOOKED_AT = 50  # deliveries that nobody is told of, before others have their turn
FIRST_PAUSE = 10.0  # seconds
LONGEST_PAUSE = 3600.0
AGENT = "Sitewright-Webhooks/1"
# Answers that speak of the receiver's state and not of what it was told.
_TROUBLE = frozenset({408, 425, 429, *range(500, 600)})
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Call:
    """One delivery that this worker may bring out while it holds the lease."""

    delivery: Delivery
    lease: uuid.UUID
    request: Request
    secret: str = field(repr=False)


def deliver_due(resolve: Resolver = look_up) -> int:
    """Bring out all that is due; returns how many calls were made."""
    until, made = timezone.now() + RUN_FOR, 0
    running: dict[Future[Answer], Call] = {}
    with ThreadPoolExecutor(SIDE_BY_SIDE) as pool:
        while True:
            if timezone.now() < until:
                for call in _calls(SIDE_BY_SIDE - len(running)):
                    running[pool.submit(posting.post, call.request, resolve)] = call
            if not running:
                return made
            done, _ = wait(running, return_when=FIRST_COMPLETED)
            for one in done:
                _note(running.pop(one), one.result())
                made += 1


def tidy() -> None:
    """Forget deliveries that have been over for a month; the events themselves stay."""
    Delivery.objects.filter(finished_at__lt=timezone.now() - KEPT_FOR).delete()


def signature(secret: str, moment: int, body: bytes) -> str:
    """The header that proves where a delivery comes from and when it was signed."""
    signed = f"{moment}.".encode() + body
    return f"t={moment},v1={hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()}"


def _calls(most: int) -> list[Call]:
    """What to bring out next: the first due delivery of each webhook that nobody calls now."""
    if most <= 0:
        return []
    head = Subquery(_due().filter(webhook=OuterRef("pk")).values("pk")[:1])
    # What waits longest first, so that nobody is forgotten behind those who always have something.
    rows = Webhook.objects.filter(_free()).annotate(head=head).exclude(head=None).order_by("head")
    found = (_claim(pk) for pk in rows.values_list("pk", flat=True)[:most])
    return [call for call in found if call is not None]


def _free() -> Q:
    now = timezone.now()
    rested = Q(rests_until=None) | Q(rests_until__lte=now)
    return rested & (Q(leased_until=None) | Q(leased_until__lte=now))


def _due() -> QuerySet[Delivery]:
    """What waits, the oldest first; a webhook that is switched off hears of tests only."""
    rows = Delivery.objects.filter(next_attempt_at__lte=timezone.now())
    return rows.filter(Q(webhook__enabled=True) | Q(event=None)).order_by("pk")


@transaction.atomic
def _claim(pk: int) -> Call | None:
    """Lease a webhook and prepare its next call; None where there is nothing to call."""
    lease = uuid.uuid4()
    now = timezone.now()
    if not Webhook.objects.filter(_free(), pk=pk).update(lease=lease, leased_until=now + LEASE):
        return None
    rows = (
        _due().filter(webhook=pk).select_related("webhook__owner", "webhook__node", "event__node")
    )
    for delivery in rows[:_LOOKED_AT]:
        if _may_be_told(delivery):
            try:
                return _call(delivery, lease)
            except Refused as error:
                log.warning("webhook %s: %s", pk, error)
                _rest(delivery.webhook, lease)
                return None
        move(delivery, DeliveryState.WITHHELD, finished_at=now, next_attempt_at=None)
    Webhook.objects.filter(pk=pk, lease=lease).update(lease=None, leased_until=None)
    return None


def _may_be_told(delivery: Delivery) -> bool:
    """Whether the webhook's owner sees the event now, as in the log of events."""
    event = delivery.event
    if event is None:
        return True
    node, owner = event.node, delivery.webhook.owner
    return node is not None and bool(may(owner, Perm.VIEW_DEPLOYMENTS, node))


def _call(delivery: Delivery, lease: uuid.UUID) -> Call:
    webhook, body = delivery.webhook, signing.canonical(message(delivery))
    secret = str(vault.decrypt(webhook))
    headers = {
        "Content-Type": "application/json",
        "User-Agent": AGENT,
        "Sitewright-Delivery": str(delivery.uid),
        "Sitewright-Event": delivery.kind,
        "Sitewright-Signature": signature(secret, int(timezone.now().timestamp()), body),
    }
    return Call(delivery, lease, Request(webhook.url, body, headers), secret)


@transaction.atomic
def _note(call: Call, answer: Answer) -> None:
    """Write down how a call went, and when the next one is due."""
    delivery = call.delivery
    DeliveryAttempt.objects.create(
        delivery=delivery,
        status=answer.status,
        code=answer.code,
        milliseconds=answer.milliseconds,
        excerpt=answer.excerpt.replace(call.secret, "[secret]"),
    )
    try:
        _settle(call, answer)
    except Stale:
        # Another worker had the lease meanwhile; its word counts.
        log.info("delivery %s was settled by another worker", delivery.uid)


def _settle(call: Call, answer: Answer) -> None:
    delivery, now = call.delivery, timezone.now()
    attempts = delivery.attempts + 1
    over = {"attempts": attempts, "finished_at": now, "next_attempt_at": None}
    trouble = answer.status is None or answer.status in _TROUBLE
    if answer.ok:
        move(delivery, DeliveryState.DELIVERED, **over)
    elif delivery.event is None or now - delivery.created_at >= GIVE_UP_AFTER:
        move(delivery, DeliveryState.GIVEN_UP, **over)
    else:
        # Where the receiver is in trouble its pause is the webhook's, and the order is kept.
        again = now if trouble else now + _pause(attempts)
        Delivery.objects.filter(pk=delivery.pk, attempts=delivery.attempts).update(
            attempts=attempts, next_attempt_at=again
        )
    if trouble and delivery.event is not None:
        _rest(delivery.webhook, call.lease)
    else:
        Webhook.objects.filter(pk=delivery.webhook_id, lease=call.lease).update(
            lease=None, leased_until=None, failures=0, rests_until=None
        )


def _rest(webhook: Webhook, lease: uuid.UUID) -> None:
    """Give the lease back and leave the receiver alone for a while."""
    failures = webhook.failures + 1
    Webhook.objects.filter(pk=webhook.pk, lease=lease).update(
        lease=None,
        leased_until=None,
        failures=failures,
        rests_until=timezone.now() + _pause(failures),
    )


def _pause(failures: int) -> timedelta:
    """Longer each time, and never the same for all."""
    longest = min(FIRST_PAUSE * 2 ** min(failures - 1, 20), LONGEST_PAUSE)
    return timedelta(seconds=longest * random.uniform(0.5, 1.0))  # noqa: S311  # nosec B311
