"""Answers for what nobody handled: below /api/ a problem document, elsewhere Django's page."""

from collections.abc import Mapping
from http import HTTPStatus

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext
from django.views import defaults

from orchestration.queries.sign_ins import locked_until
from portal.api.problems import problem

API = "/api/"


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer what cannot be read: a body that is too large, a host that is not ours."""
    if not request.path.startswith(API):
        return defaults.bad_request(request, exception)
    if isinstance(exception, RequestDataTooBig):
        status = HTTPStatus.REQUEST_ENTITY_TOO_LARGE
        return problem(status, "too-large", gettext("The body is too large."))
    return problem(HTTPStatus.BAD_REQUEST, "bad-request", gettext("This cannot be understood."))


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer where a right is missing."""
    if not request.path.startswith(API):
        return defaults.permission_denied(request, exception)
    return problem(HTTPStatus.FORBIDDEN, "forbidden", gettext("You may not do this."))


def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer for an address that is not there."""
    if not request.path.startswith(API):
        return defaults.page_not_found(request, exception)
    return problem(HTTPStatus.NOT_FOUND, "not-found", gettext("There is nothing at this address."))


def locked_out(
    request: HttpRequest, response: HttpResponse, credentials: Mapping[str, object] | None
) -> HttpResponse:
    """Answer who gave too many wrong passwords: until when signing in with the name is blocked."""
    name = str((credentials or {}).get("username", ""))
    until = locked_until(name, request.META.get("REMOTE_ADDR"))
    status = HTTPStatus.TOO_MANY_REQUESTS
    if request.path.startswith(API):
        said = gettext(
            "Too many wrong passwords. Signing in with this name is blocked for a while."
        )
        answer: HttpResponse = problem(status, "too-many-attempts", said)
    else:
        answer = render(request, "account/locked_out.html", {"until": until}, status=status)
    if until is not None:
        answer["Retry-After"] = str(max(1, int((until - timezone.now()).total_seconds())))
    return answer


def server_error(request: HttpRequest) -> HttpResponse:
    """Answer for a fault of ours; what it was stands in the log, under the request's id."""
    if not request.path.startswith(API):
        return defaults.server_error(request)
    said = gettext("Something went wrong on our side. The log has it under the request's id.")
    return problem(HTTPStatus.INTERNAL_SERVER_ERROR, "server-error", said)
