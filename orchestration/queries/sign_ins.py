"""Where people are signed in, and who is kept from it for a while."""

from datetime import datetime, timedelta

from axes.models import AccessAttempt
from django.conf import settings
from django.contrib.sessions.models import Session
from django.db.models import Max, QuerySet, Sum
from django.utils import timezone

from orchestration.models import SignIn
from rbac.access import may_administer
from rbac.models import User


def own(by: User) -> QuerySet[SignIn]:
    """The browsers one is signed in at now, the latest first."""
    return _alive().filter(user=by)


def everybodys(by: User) -> QuerySet[SignIn]:
    """All browsers in which somebody is signed in, for who looks after the installation."""
    return _alive() if may_administer(by) else SignIn.objects.none()


def _alive() -> QuerySet[SignIn]:
    alive = Session.objects.filter(expire_date__gt=timezone.now())
    rows = SignIn.objects.filter(session_key__in=alive.values("session_key"))
    return rows.select_related("user").order_by("-at", "-pk")


def locked_until(username: str, address: str | None = None) -> datetime | None:
    """Until when signing in with a name is blocked, from one address or from any; None: it is not.

    The name counts as it is typed, like the names of people: in any case of letters.
    """
    rows = AccessAttempt.objects.filter(username__iexact=username)
    if address is not None:
        rows = rows.filter(ip_address=address)
    after = timezone.now() - _lasts()
    counted = rows.filter(attempt_time__gt=after).values("ip_address")
    tries = counted.annotate(wrong=Sum("failures_since_start"), last=Max("attempt_time"))
    full = [row["last"] for row in tries if row["wrong"] >= settings.AXES_FAILURE_LIMIT]
    return max(full) + _lasts() if full else None


def _lasts() -> timedelta:
    return timedelta(hours=settings.AXES_COOLOFF_TIME)
