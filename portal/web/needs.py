"""The right a page needs before it shows anything; a guard fails any page without one."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.utils.translation import gettext as _

from portal.web.requests import PortalRequest
from rbac.access import may_anywhere
from rbac.permissions import LABELS, Perm
from rbac.roles import roles_with

# Any of these lets somebody watch what runs where they hold it.
WATCH = (Perm.VIEW_HIERARCHY, Perm.VIEW_DEPLOYMENTS, Perm.VIEW_VALUES)
P = ParamSpec("P")
View = Callable[Concatenate[PortalRequest, P], HttpResponse]


def needs(*perms: Perm) -> Callable[[View[P]], View[P]]:
    """Let in who is signed in and has one of the rights at any place; else sign-in, or a 403.

    Without rights, being signed in is enough.
    What the page shows or changes is narrowed to the right places by queries and services. The
    rights are kept as ``required`` on the view.
    """

    def decorate(view: View[P]) -> View[P]:
        @login_required
        @wraps(view)
        def checked(request: PortalRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
            if perms and not may_anywhere(request.user, *perms):
                raise PermissionDenied(_nowhere(perms[0]))
            return view(request, *args, **kwargs)

        checked.required = perms  # type: ignore[attr-defined]  # read by the guard
        return checked

    return decorate


def _nowhere(perm: Perm) -> str:
    return _("You do not have the right “%(right)s” at any place. Roles with it: %(roles)s.") % {
        "right": LABELS[perm],
        "roles": ", ".join(role.label for role in roles_with(perm)),
    }
