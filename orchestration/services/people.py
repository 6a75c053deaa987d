"""Accounts. What a person may do is a role's business, not the account's."""

from collections.abc import Iterable

from django.contrib.auth.models import Group
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction

from orchestration import hints
from orchestration.models import ApiToken, SignIn
from orchestration.services import api_tokens, events, sign_ins
from orchestration.services.errors import Invalid
from rbac.access import may_administer, may_as_oneself
from rbac.models import User


@transaction.atomic
def create(by: User, username: str, password: str, *, full_name: str = "", email: str = "") -> User:
    """Make an account. Superusers only.

    Raises:
        Invalid: ``name-empty``, ``name-taken``, ``password-weak``.
    """
    may_administer(by).require()
    _check_password(password)
    return _created(by, username, password, full_name, email)


@transaction.atomic
def invite(by: User, username: str, *, full_name: str = "", email: str = "") -> User:
    """Make an account without a password. Superusers only.

    It opens by single sign-on, or once somebody has set a password.

    Raises:
        Invalid: ``name-empty``, ``name-taken``.
    """
    may_administer(by).require()
    return _created(by, username, None, full_name, email)


@transaction.atomic
def describe(by: User, user: User, *, full_name: str, email: str) -> User:
    """Change what a person is called and where mail reaches them. Superusers only."""
    may_administer(by).require()
    user.first_name, _, user.last_name = full_name.partition(" ")
    user.email = email
    user.save(update_fields=["first_name", "last_name", "email"])
    events.record("person.described", user, None, by)
    return user


@transaction.atomic
def change(
    by: User, user: User, *, is_active: bool, is_staff: bool, groups: Iterable[Group]
) -> User:
    """Let a person in or shut them out, and set their groups. Superusers only.

    Sessions and tokens of an account that is closed end for good: letting the person in again
    brings none of them back.
    """
    may_administer(by).require()
    User.objects.filter(pk=user.pk).update(is_active=is_active, is_staff=is_staff)
    user.refresh_from_db()
    user.groups.set(groups)
    events.record("person.changed", user, None, by, active=is_active, staff=is_staff)
    if not is_active:
        sign_ins.end(by, SignIn.objects.filter(user=user))
        for token in ApiToken.objects.filter(user=user):
            api_tokens.revoke(by, token)
    hints.tell_rights([user.pk])
    return user


@transaction.atomic
def set_password(by: User, user: User, password: str) -> None:
    """Set a password: one's own, or anybody's as a superuser.

    Raises:
        Invalid: ``password-weak``.
    """
    asked = may_as_oneself(by) if by.pk == user.pk else may_administer(by)
    asked.require()
    _check_password(password)
    user.set_password(password)
    user.save(update_fields=["password"])
    events.record("person.password-set", user, None, by)
    hints.tell_rights([user.pk])  # the other sessions of the account have ended


def _created(by: User, username: str, password: str | None, full_name: str, email: str) -> User:
    if not username.strip():
        raise Invalid("name-empty")
    if User.objects.filter(username__iexact=username).exists():
        raise Invalid("name-taken", name=username)
    first, _, last = full_name.partition(" ")
    user = User.objects.create_user(username, email, password, first_name=first, last_name=last)
    events.record("person.created", user, None, by)
    return user


def _check_password(password: str) -> None:
    try:
        validate_password(password)
    except ValidationError as error:
        problems = [{"code": "password", "message": m} for m in error.messages]
        raise Invalid("password-weak", problems) from error
