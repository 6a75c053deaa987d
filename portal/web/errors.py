"""What a page does when a service says no: it says why, with the right status."""

from collections.abc import Callable, Mapping
from http import HTTPStatus

from django.db import DataError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.defaults import page_not_found

from orchestration.services.errors import Invalid, Refused, ServiceError, Stale
from portal.web.requests import wants_part
from portal.web.sentences import refusal, sentence
from rbac.access import Denied

STATUSES: Mapping[type[ServiceError], HTTPStatus] = {
    Refused: HTTPStatus.CONFLICT,
    Stale: HTTPStatus.CONFLICT,
    Invalid: HTTPStatus.UNPROCESSABLE_ENTITY,
}

# A number in an address or a body that no database holds: SQLite's driver and PostgreSQL say so
# each in its own way, and only when they are asked.
BEYOND_NUMBERS = (OverflowError, DataError)


class SayWhy:
    """Middleware: turns what a page let through into a page, or into a message for htmx.

    Pages that can say it beside the field or the row catch the error themselves.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Answer for the errors of services and rights; all others are Django's."""
        if isinstance(error, Denied):
            return _answer(request, refusal(error.verdict), HTTPStatus.FORBIDDEN)
        if isinstance(error, ServiceError):
            return _answer(request, sentence(error.code, error.params), STATUSES[type(error)])
        if isinstance(error, BEYOND_NUMBERS):
            return page_not_found(request, error)
        return None


def _answer(request: HttpRequest, why: str, status: HTTPStatus) -> HttpResponse:
    if wants_part(request):
        # messages.js shows it; swapped into the page it would take the place of a part.
        return HttpResponse(why, status=status, content_type="text/plain; charset=utf-8")
    return render(request, "refused.html", {"why": why}, status=status)
