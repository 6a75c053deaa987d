"""What people change of their own accounts, and how they get in again without a password."""

from django.conf import settings
from django.contrib.auth.tokens import default_token_generator
from django.db import transaction

from orchestration.queries.time_zones import time_zones
from orchestration.services import events, people
from orchestration.services.errors import Invalid, Refused
from rbac.access import may_administer, may_as_oneself
from rbac.models import User


@transaction.atomic
def set_preferences(by: User, *, time_zone: str, language: str) -> None:
    """Say in which time zone and language one wants to read; empty: as the installation.

    Raises:
        Invalid: ``time-zone-unknown``, ``language-unknown``.
    """
    may_as_oneself(by).require()
    if time_zone and time_zone not in time_zones():
        raise Invalid("time-zone-unknown", name=time_zone)
    if language and language not in dict(settings.LANGUAGES):
        raise Invalid("language-unknown", name=language)
    by.time_zone, by.language = time_zone, language
    by.save(update_fields=["time_zone", "language"])
    events.record("person.preferences-set", by, None, by)


@transaction.atomic
def make_reset_token(by: User, user: User) -> str:
    """Make the secret part of a link to set a new password with, once. Superusers only.

    It is good for a while (``PASSWORD_RESET_TIMEOUT``) and only until the person signs in or has a
    new password. It opens nothing for those who may not sign in.
    """
    may_administer(by).require()
    events.record("person.reset-link", user, None, by)
    return default_token_generator.make_token(user)


@transaction.atomic
def reset_password(user: User, token: str, password: str) -> None:
    """Set a new password by a link that was made for it.

    Raises:
        Refused: ``reset-link-invalid`` when it was used, is too old or was never made.
        Invalid: ``password-weak``.
    """
    if not reset_allowed(user, token):
        raise Refused("reset-link-invalid")
    people.set_password(user, user, password)


def reset_allowed(user: User, token: str) -> bool:
    """Whether a link to set a new password is still good."""
    return user.is_active and default_token_generator.check_token(user, token)
