"""Tokens with which programs sign in as a person. Hashed at rest, shown once, ending."""

from datetime import timedelta

from django.db import transaction
from knox.models import AuthToken

from orchestration.services import events
from orchestration.services.errors import Refused
from rbac.access import may_administer
from rbac.models import User

MOST_TOKENS = 50


@transaction.atomic
def create(by: User, *, valid_for: timedelta) -> tuple[AuthToken, str]:
    """Make a token for oneself; returns it with the secret, which is nowhere else.

    Raises:
        Refused: ``too-many-tokens``.
    """
    if AuthToken.objects.filter(user=by).count() >= MOST_TOKENS:
        raise Refused("too-many-tokens", most=MOST_TOKENS)
    token, secret = AuthToken.objects.create(user=by, expiry=valid_for)
    events.record("api-token.created", by, None, by, key=token.token_key)
    return token, secret


@transaction.atomic
def revoke(by: User, token: AuthToken) -> None:
    """End a token at once: one's own, or anybody's as an administrator.

    Raises:
        Denied: ``superuser-only`` for a token of somebody else.
    """
    if token.user_id != by.pk:
        may_administer(by).require()
    events.record("api-token.revoked", by, None, by, key=token.token_key)
    token.delete()
