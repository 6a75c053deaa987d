"""Answers and errors as agents read them.

Agents act on ``status`` and ``code``; ``detail`` is for whoever reads their log.
"""

from http import HTTPStatus

from django.http import HttpResponse, JsonResponse

from agent import signing
from agent.wire import Message, WireError
from orchestration.services.errors import ServiceError
from portal.api import problems
from portal.web.sentences import sentence

_STATUSES = {
    "token-invalid": HTTPStatus.UNAUTHORIZED,
    "challenge-invalid": HTTPStatus.UNAUTHORIZED,
    "session-expired": HTTPStatus.UNAUTHORIZED,
    "signature-invalid": HTTPStatus.UNAUTHORIZED,
    "agent-pending": HTTPStatus.FORBIDDEN,
    "agent-revoked": HTTPStatus.FORBIDDEN,
    "content-unknown": HTTPStatus.NOT_FOUND,
}


def message(answer: Message) -> HttpResponse:
    """Return a message of the protocol as the body of an answer."""
    return HttpResponse(signing.canonical(answer.to_json()), content_type="application/json")


def refused(error: ServiceError) -> JsonResponse:
    """Return what a service did not do as a problem document."""
    status = _STATUSES.get(error.code, HTTPStatus.BAD_REQUEST)
    return problems.problem(status, error.code, sentence(error.code, error.params))


def unreadable(error: WireError) -> JsonResponse:
    """Return which part of a message breaks the protocol; ``at`` is its dotted place."""
    status = HTTPStatus.BAD_REQUEST
    if error.code == "too-large":
        status = HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    return problems.problem(status, error.code, str(error), at=error.at)
