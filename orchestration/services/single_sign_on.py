"""People who sign in at the company's own provider: their accounts and groups here follow it."""

from collections.abc import Iterable
from dataclasses import dataclass

from allauth.socialaccount.models import SocialAccount
from django.contrib.auth.models import Group
from django.db import IntegrityError, transaction

from orchestration import hints
from orchestration.services import events
from orchestration.services.errors import Refused
from rbac.models import User


@dataclass(frozen=True)
class Identity:
    """Who somebody is at a provider; ``subject`` never changes there, the rest may.

    ``groups`` are the names of groups here that the person belongs to, ``known`` all those that
    the provider decides about.
    """

    issuer: str
    subject: str
    username: str
    full_name: str
    email: str
    groups: frozenset[str]
    known: frozenset[str]


def welcome(identity: Identity) -> User:
    """Return the account of somebody the provider vouches for, made at the first time.

    Groups are joined and left also where the person is then refused.

    Raises:
        Refused: ``sign-on-nameless``, ``sign-on-name-taken``, ``sign-on-closed``,
            ``sign-on-no-group``.
    """
    try:
        user = _account(identity)
    except IntegrityError:
        user = _account(identity)  # another window of the same person was faster, and made it
    _follow(user, identity)
    if not user.is_active:
        raise Refused("sign-on-closed")
    if identity.known and not identity.groups:
        events.record("person.sign-in-failed", user, None, None, outcome="refused")
        raise Refused("sign-on-no-group")
    return user


@transaction.atomic
def _account(identity: Identity) -> User:
    at_provider = {"provider": identity.issuer, "uid": identity.subject}
    known = SocialAccount.objects.filter(**at_provider).select_related("user").first()
    if known is not None:
        user: User = known.user
        return user
    if identity.known and not identity.groups:
        raise Refused("sign-on-no-group")
    # As the form for new accounts has them: else a name in wide letters would look like another.
    username = User.normalize_username(identity.username).strip()
    if not username:
        raise Refused("sign-on-nameless")
    if User.objects.filter(username__iexact=username).exists():
        # Never by name: whoever may choose a name at the provider would be that person here.
        raise Refused("sign-on-name-taken", name=username)
    user = User(username=username)
    user.set_unusable_password()
    user.save()
    SocialAccount.objects.create(user=user, **at_provider)
    events.record("person.created", user, None, None)
    return user


@transaction.atomic
def _follow(user: User, identity: Identity) -> None:
    """Take over name, mail address and groups as the provider has them."""
    first, _, last = identity.full_name.partition(" ")
    names = {"first_name": first[:150], "last_name": last[:150], "email": identity.email}
    if any(getattr(user, field) != value for field, value in names.items()):
        User.objects.filter(pk=user.pk).update(**names)
        user.refresh_from_db()
    held = set(user.groups.values_list("name", flat=True))
    joined = identity.groups - held
    left = (identity.known - identity.groups) & held
    if joined or left:
        user.groups.add(*_groups(joined))
        user.groups.remove(*_groups(left))
        events.record(
            "person.groups-followed", user, None, None, joined=sorted(joined), left=sorted(left)
        )
        hints.tell_rights([user.pk])


def _groups(names: Iterable[str]) -> list[Group]:
    groups = []
    for name in sorted(names):
        group, made = Group.objects.get_or_create(name=name)
        if made:
            events.record("group.created", group, None, None)
        groups.append(group)
    return groups
