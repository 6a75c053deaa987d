"""The request as our views see it: who asks, from where, and for how much."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.conf import settings
from django.http import HttpRequest, HttpResponse, QueryDict
from django.utils import timezone, translation
from django_htmx.middleware import HtmxDetails

from orchestration.services.events import source_address
from rbac.access import remember
from rbac.models import User


class PortalRequest(HttpRequest):
    """A request of somebody who is signed in; views behind ``login_required`` take this type."""

    user: User
    htmx: HtmxDetails


def who_asks(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware: note the address for the audit trail, and read the person's grants once."""

    def middleware(request: HttpRequest) -> HttpResponse:
        source_address.set(request.META.get("REMOTE_ADDR"))
        if settings.SESSION_COOKIE_NAME in request.COOKIES and isinstance(request.user, User):
            remember(request.user)
            with _as_read_by(request.user):
                return get_response(request)
        return get_response(request)

    return middleware


@contextmanager
def _as_read_by(user: User) -> Iterator[None]:
    """Dates and words as the person wants to read them, where they said so."""
    try:
        zone = ZoneInfo(user.time_zone) if user.time_zone else None
    except ZoneInfoNotFoundError:
        zone = None
    language = user.language if user.language in dict(settings.LANGUAGES) else None
    with (
        timezone.override(zone) if zone else nullcontext(),
        translation.override(language) if language else nullcontext(),
    ):
        yield


def text_of(data: QueryDict, name: str, longest: int = 300) -> str:
    """Return a short text that somebody typed, without what no database keeps."""
    return str(data.get(name, "")).replace("\0", "").strip()[:longest]


def wants_part(request: HttpRequest) -> bool:
    """Tell whether htmx asks for a part of a page that is already on the screen."""
    htmx: HtmxDetails | None = getattr(request, "htmx", None)
    if not htmx:  # not asked by htmx, or refused before its middleware looked
        return False
    return not htmx.boosted and not htmx.history_restore_request
