"""Setting up webhooks: who hears of what, and with which secret it is signed."""

import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import IntegrityError, transaction

from orchestration import hints, outbox
from orchestration.models import Delivery, Node, Webhook
from orchestration.queries.messages import ASKING
from orchestration.services import addresses, events, vault
from orchestration.services.errors import Invalid
from rbac.access import Verdict, may
from rbac.models import User
from rbac.permissions import Perm
from rbac.scopes import scope_of

MOST_KINDS = 100
_PATTERN = re.compile(r"\*|[a-z][a-z-]*\.(\*|[a-z][a-z-]*)")


@dataclass(frozen=True)
class NewSecret:
    """A webhook and its secret, which is told this once."""

    webhook: Webhook
    secret: str


@transaction.atomic
def create(
    by: User, node: Node, *, name: str, url: str, kinds: Sequence[str], enabled: bool = True
) -> NewSecret:
    """Let an address hear of what happens at a node and below.

    Whoever may let people see a place may let a program hear of it; it is told nothing that
    ``by`` may not see.

    Raises:
        Invalid: ``name-empty``, ``name-taken``, ``address-malformed``, ``address-refused``,
            ``kinds-unusable``.
    """
    _may_own(by, node, kinds).require()
    _check(name, url, kinds)
    secret, box = _new_secret()
    webhook = Webhook(node=node, name=name.strip(), url=url, enabled=enabled, owner=by)
    webhook.kinds, webhook.created_by = sorted(set(kinds)), by
    webhook.key_id, webhook.ciphertext = box.key_id, box.ciphertext
    _save(webhook)
    events.record("webhook.created", webhook, node, by, kind=webhook.kinds)
    return NewSecret(webhook, secret)


@transaction.atomic
def change(
    by: User, webhook: Webhook, *, name: str, url: str, kinds: Sequence[str], enabled: bool
) -> Webhook:
    """Change it, or switch it on or off; from now on it is told what ``by`` may see.

    Raises:
        Invalid: as `create`.
    """
    _may_own(by, webhook.node, kinds).require()
    _check(name, url, kinds)
    row = Webhook.objects.select_for_update(of=("self",)).get(pk=webhook.pk)
    after = {"name": name.strip(), "url": url, "kinds": sorted(set(kinds)), "enabled": enabled}
    if all(getattr(row, field) == value for field, value in after.items()):
        return row
    for field, value in after.items():
        setattr(row, field, value)
    # Another address starts anew, whatever the one before did.
    row.owner, row.failures, row.rests_until = by, 0, None
    _save(row)
    events.record("webhook.changed", row, row.node, by, kind=row.kinds)
    return row


@transaction.atomic
def renew_secret(by: User, webhook: Webhook) -> NewSecret:
    """Sign with another secret from now on; what already waits goes out with it, too."""
    may(by, Perm.MANAGE_ACCESS, webhook.node).require()
    secret, box = _new_secret()
    webhook.key_id, webhook.ciphertext, webhook.created_by = box.key_id, box.ciphertext, by
    webhook.save(update_fields=["key_id", "ciphertext", "created_by"])
    events.record("webhook.secret-renewed", webhook, webhook.node, by)
    return NewSecret(webhook, secret)


@transaction.atomic
def remove(by: User, webhook: Webhook) -> None:
    """Take a webhook away, with what waits and its log."""
    may(by, Perm.MANAGE_ACCESS, webhook.node).require()
    outbox.forget()
    events.record("webhook.removed", webhook, webhook.node, by)
    webhook.delete()


@transaction.atomic
def send_test(by: User, webhook: Webhook) -> Delivery:
    """Call the address without an event, so that both sides can be looked at."""
    may(by, Perm.MANAGE_ACCESS, webhook.node).require()
    Webhook.objects.filter(pk=webhook.pk).update(rests_until=None)
    return _wait(webhook, None)


@transaction.atomic
def redeliver(by: User, delivery: Delivery) -> Delivery:
    """Tell the same event once more, as a delivery of its own."""
    webhook = delivery.webhook
    may(by, Perm.MANAGE_ACCESS, webhook.node).require()
    Webhook.objects.filter(pk=webhook.pk).update(rests_until=None)
    return _wait(webhook, delivery)


def _may_own(by: User, node: Node, kinds: Sequence[str]) -> Verdict:
    """Whether a webhook may be told what somebody sees at a node and below.

    It is told for longer than a token is good for, and as its person: a limited token must see
    itself what it would have told. A validator is told values, too.
    """
    manages = may(by, Perm.MANAGE_ACCESS, node)
    if not manages or scope_of(by) is None:
        return manages
    hears = may(by, Perm.VIEW_DEPLOYMENTS, node)
    return may(by, Perm.VIEW_VALUES, node) if hears and ASKING in kinds else hears


def _wait(webhook: Webhook, like: Delivery | None) -> Delivery:
    made = Delivery.objects.create(webhook=webhook, event=like.event if like else None)
    hints.wake("orchestration.tasks.deliver_due")
    return made


def _new_secret() -> tuple[str, vault.Sealed]:
    secret = f"whsec_{secrets.token_urlsafe(32)}"
    return secret, vault.encrypt(secret)


def _check(name: str, url: str, kinds: Sequence[str]) -> None:
    if not name.strip():
        raise Invalid("name-empty")
    addresses.check(url)
    unusable = [one for one in kinds if not _PATTERN.fullmatch(one)]
    if unusable or not 0 < len(kinds) <= MOST_KINDS:
        raise Invalid("kinds-unusable", kinds=unusable)


def _save(webhook: Webhook) -> None:
    try:
        with transaction.atomic():
            webhook.save()
    except IntegrityError as error:
        raise Invalid("name-taken", name=webhook.name) from error
    outbox.forget()
