"""The request as our views see it, and its rights read once."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django_htmx.middleware import HtmxDetails

from rbac.access import remember
from rbac.models import User


class PortalRequest(HttpRequest):
    """A request of somebody who is signed in; views behind ``login_required`` take this type."""

    user: User
    htmx: HtmxDetails


def rights_once(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware: read the person's grants once a request, however often they are asked for."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if settings.SESSION_COOKIE_NAME in request.COOKIES and request.user.is_authenticated:
            remember(request.user)
        return get_response(request)

    return middleware


def wants_part(request: HttpRequest) -> bool:
    """Tell whether htmx asks for a part of a page that is already on the screen."""
    htmx: HtmxDetails | None = getattr(request, "htmx", None)
    if not htmx:  # not asked by htmx, or refused before its middleware looked
        return False
    return not htmx.boosted and not htmx.history_restore_request
