"""What follows from the end of a session."""

from django.http import HttpRequest

from orchestration import hints
from rbac.models import User


def signed_out(sender: object, request: HttpRequest, user: User | None, **kwargs: object) -> None:
    """Have the person's open sockets look whether their session still stands."""
    if user is not None:
        hints.tell_rights([user.pk])
