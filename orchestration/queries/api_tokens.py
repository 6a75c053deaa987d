"""Tokens of programs that sign in as a person."""

from django.db.models import Q, QuerySet
from django.utils import timezone
from knox.models import AuthToken

from rbac.models import User


def own(by: User) -> QuerySet[AuthToken]:
    """One's own tokens that still open something, newest first."""
    current = Q(expiry=None) | Q(expiry__gt=timezone.now())
    rows: QuerySet[AuthToken] = AuthToken.objects.filter(current, user=by)
    return rows.order_by("-created")
