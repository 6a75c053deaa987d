"""Every REST view says, action by action, which right it needs.

The services and queries behind it are what enforces rights, place by place. The declaration is
for whoever reads the interface's documentation, and for the guard that fails a view without one.
"""

from collections.abc import Mapping
from enum import Enum
from typing import Any

from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.views import APIView

from rbac.access import may_administer
from rbac.permissions import Perm


class Open(Enum):
    """What an action needs when it is no right at a place."""

    ANYONE = "no sign-in"
    SIGNED_IN = "a sign-in"
    SUPERUSER = "an administrator of the whole installation"


Right = tuple[Perm, ...] | Open
"""Any one of these rights, at the place that the action is about."""

Rights = Mapping[str, Right]
"""Rights by action (``list``, ``create``, …) or, for plain views, by method (``get``, …)."""


class DeclaredRight(BasePermission):
    """Lets nobody in where nothing is declared, and strangers only where everybody may come."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        """Check what can be checked before the object is known."""
        right = right_of(view, request)
        if right is Open.ANYONE:
            return True
        if not request.user.is_authenticated:
            return False
        if right is Open.SUPERUSER:
            may_administer(request.user).require()
        return True


def right_of(view: Any, request: Request) -> Right:  # noqa: ANN401  plain views and viewsets
    """Return what the action of a request needs."""
    method = (request.method or "").lower()
    action = getattr(view, "action", None) or method
    rights: Rights = view.rights
    # A method that the view does not serve is refused by the framework, to those who are signed in.
    return rights.get(action, Open.SIGNED_IN)


def words_of(right: Right) -> str:
    """Return a right as the documentation says it."""
    if isinstance(right, Open):
        return f"Needs {right.value}."
    return "Needs " + " or ".join(f"`{perm.value}`" for perm in right) + " at the place."
