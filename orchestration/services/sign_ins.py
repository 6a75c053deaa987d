"""Who is signed in where: on the record, and ended by those whose it is."""

from collections.abc import Iterable
from datetime import timedelta

from axes.utils import reset
from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from orchestration import hints
from orchestration.models import Event, SignIn
from orchestration.services import events
from rbac.access import may_administer, may_as_oneself
from rbac.models import User


@transaction.atomic
def signed_in(user: User, session_key: str, *, device: str, shared: bool, how: str) -> SignIn:
    """Note that somebody signed in; ``how`` is ``password`` or ``single-sign-on``.

    What is over is forgotten on the way: nobody else looks for it.
    """
    Session.objects.filter(expire_date__lt=timezone.now()).delete()
    SignIn.objects.filter(user=user).exclude(session_key__in=_alive()).delete()
    sign_in, _ = SignIn.objects.update_or_create(
        session_key=session_key,
        defaults={
            "user": user,
            "device": device,
            "shared": shared,
            "address": events.source_address.get(),
        },
    )
    events.record("person.signed-in", user, None, user, how=how, device=device)
    return sign_in


@transaction.atomic
def signed_out(user: User, session_key: str) -> None:
    """Note that somebody signed out; open sockets look whether their session still stands."""
    SignIn.objects.filter(session_key=session_key).delete()
    events.record("person.signed-out", user, None, user)
    hints.tell_rights([user.pk])


@transaction.atomic
def failed(username: str) -> None:
    """Note that signing in failed, for a person there is.

    What else was typed as a name stays out of the records: it may be a password.
    """
    user = User.objects.filter(username__iexact=username).first()
    if user is not None:
        events.record("person.sign-in-failed", user, None, None, outcome="refused")


@transaction.atomic
def locked_out(username: str, lasts: timedelta) -> None:
    """Note that signing in is blocked for a while; once for each time that it is."""
    user = User.objects.filter(username__iexact=username).first()
    if user is None:
        return
    address = events.source_address.get()
    same = Event.objects.filter(kind="person.locked-out", object_id=user.pk, address=address)
    if not same.filter(at__gt=timezone.now() - lasts).exists():
        events.record("person.locked-out", user, None, None, outcome="refused")


@transaction.atomic
def unlock(by: User, user: User) -> None:
    """Let somebody try to sign in again at once. Superusers only."""
    may_administer(by).require()
    reset(username=user.get_username())
    events.record("person.unlocked", user, None, by)


@transaction.atomic
def end(by: User, sign_ins: Iterable[SignIn]) -> None:
    """End sessions at once: one's own, or anybody's as an administrator.

    Raises:
        Denied: ``superuser-only`` for a session of somebody else; ``token-limited``.
    """
    for sign_in in sign_ins:
        asked = may_as_oneself(by) if sign_in.user_id == by.pk else may_administer(by)
        asked.require()
        Session.objects.filter(session_key=sign_in.session_key).delete()
        events.record("person.session-ended", sign_in.user, None, by, device=sign_in.device)
        hints.tell_rights([sign_in.user_id])
        sign_in.delete()


@transaction.atomic
def moved(old_key: str, new_key: str) -> None:
    """Follow a session that got a new key."""
    SignIn.objects.filter(session_key=old_key).update(session_key=new_key)


@transaction.atomic
def seen(session_key: str) -> None:
    """Note that a session is in use."""
    SignIn.objects.filter(session_key=session_key).update(last_seen_at=timezone.now())


@transaction.atomic
def set_shared(by: User, session_key: str, *, shared: bool) -> None:
    """Say whether the device one is signed in at is shared with others."""
    may_as_oneself(by).require()
    if SignIn.objects.filter(session_key=session_key, user=by).update(shared=shared):
        events.record("person.device-changed", by, None, by, shared=shared)


def _alive() -> QuerySet[Session, str]:
    return Session.objects.values_list("session_key", flat=True)


def lock_out_lasts() -> timedelta:
    """Return for how long signing in is blocked after too many wrong passwords."""
    return timedelta(hours=settings.AXES_COOLOFF_TIME)
