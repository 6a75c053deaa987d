"""Tokens of programs that sign in as a person."""

from django.db.models import QuerySet
from django.utils import timezone

from orchestration.models import ApiToken
from rbac.access import may_administer
from rbac.models import User


def own(by: User) -> QuerySet[ApiToken]:
    """One's own tokens that still open something, newest first."""
    return _current().filter(user=by)


def all_of_them(by: User) -> QuerySet[ApiToken]:
    """Everybody's tokens that still open something, for who looks after the installation."""
    return _current() if may_administer(by) else ApiToken.objects.none()


def opened_by(digest: str) -> ApiToken | None:
    """The token with a digest, with its person and place, unless it has ended."""
    return _current().filter(digest=digest).first()


def _current() -> QuerySet[ApiToken]:
    rows = ApiToken.objects.filter(expires_at__gt=timezone.now())
    return rows.select_related("user", "node").order_by("-created_at", "-pk")
