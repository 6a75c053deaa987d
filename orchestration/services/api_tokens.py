"""Tokens with which programs sign in as a person. Hashed at rest, shown once, ending."""

import hashlib
import secrets
from collections.abc import Collection
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from orchestration import hints
from orchestration.models import ApiToken, Node
from orchestration.services import events
from orchestration.services.errors import Invalid, Refused
from rbac.access import may_administer, may_as_oneself
from rbac.models import User
from rbac.permissions import Perm

MOST_TOKENS = 50
SECRET_BYTES = 36
KEY_LENGTH = 12  # shown to tell tokens apart; the rest stays hard to guess
LAST_USE_TO = timedelta(minutes=1)  # as exact as the time of the last use is kept


@transaction.atomic
def create(
    by: User,
    *,
    valid_for: timedelta,
    name: str = "",
    rights: Collection[Perm] | None = None,
    node: Node | None = None,
) -> tuple[ApiToken, str]:
    """Make a token for oneself; returns it with the secret, which is nowhere else.

    ``rights`` and ``node`` leave it less than the person has: those rights only, that place and
    below only.

    Raises:
        Denied: ``token-limited`` when asked with a token that is limited itself.
        Invalid: ``token-too-long``.
        Refused: ``too-many-tokens``.
    """
    may_as_oneself(by).require()
    most = settings.API_TOKEN_MOST_DAYS
    if valid_for > timedelta(days=most):
        raise Invalid("token-too-long", most=most)
    if ApiToken.objects.filter(user=by).count() >= MOST_TOKENS:
        raise Refused("too-many-tokens", most=MOST_TOKENS)
    names = None if rights is None else sorted(perm.value for perm in rights)
    secret = secrets.token_urlsafe(SECRET_BYTES)
    token = ApiToken.objects.create(
        user=by,
        key=secret[:KEY_LENGTH],
        digest=digest_of(secret),
        expires_at=timezone.now() + valid_for,
        name=name.strip(),
        rights=names,
        node=node,
    )
    events.record("api-token.created", by, None, by, key=token.key)
    return token, secret


@transaction.atomic
def revoke(by: User, token: ApiToken) -> None:
    """End a token at once: one's own, or anybody's as an administrator.

    Raises:
        Denied: ``superuser-only`` for a token of somebody else; ``token-limited``.
    """
    asked = may_as_oneself(by) if token.user_id == by.pk else may_administer(by)
    asked.require()
    events.record("api-token.revoked", token.user, None, by, key=token.key)
    token.delete()
    hints.tell_rights([token.user_id])


def digest_of(secret: str) -> str:
    """Return what is kept of a token. It is random and long: nothing slower is needed."""
    return hashlib.sha256(secret.encode()).hexdigest()


def used(token: ApiToken) -> None:
    """Note that a token was used just now, and from where."""
    now, address = timezone.now(), events.source_address.get()
    last = token.last_used_at
    if last is None or now - last > LAST_USE_TO or token.last_used_from != address:
        rows = ApiToken.objects.filter(pk=token.pk)
        rows.update(last_used_at=now, last_used_from=address)
