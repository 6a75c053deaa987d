"""Errors of the REST interfaces as problem documents (RFC 9457).

``code`` is for programs and never changes its meaning; ``detail`` is for people.
"""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, JsonResponse
from django.utils.translation import gettext
from rest_framework.exceptions import APIException, ValidationError
from rest_framework.permissions import SAFE_METHODS
from rest_framework.response import Response
from rest_framework.views import exception_handler, set_rollback

from orchestration.services.errors import Invalid, ServiceError
from portal.api.etags import Outdated
from portal.web.errors import BEYOND_NUMBERS, STATUSES
from portal.web.sentences import refusal, sentence
from rbac.access import Denied

MEDIA_TYPE = "application/problem+json"
VALUES_CHANGED = "values-changed"  # in REST's own words a precondition that does not hold
HTTP_CODES: Mapping[int, str] = {
    HTTPStatus.FORBIDDEN: "forbidden",
    HTTPStatus.NOT_FOUND: "not-found",
}


def body(status: int, code: str, detail: str, **more: object) -> dict[str, Any]:
    """Return a problem document; ``more`` are members of our own, left out when empty."""
    document = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": int(status),
        "code": code,
        "detail": detail,
    }
    return document | {name: value for name, value in more.items() if value}


def problem(status: int, code: str, detail: str, **more: object) -> JsonResponse:
    """Return a problem document as the answer of a plain Django view."""
    document = body(status, code, detail, **more)
    return JsonResponse(document, status=status, content_type=MEDIA_TYPE)


def handler(error: Exception, context: Mapping[str, Any]) -> Response | None:
    """Turn what a REST view raised into a problem document; None leaves it to Django (500)."""
    if isinstance(error, Denied):
        verdict = error.verdict
        document = body(
            HTTPStatus.FORBIDDEN, verdict.code, refusal(verdict), params=dict(verdict.params)
        )
    elif isinstance(error, ServiceError):
        document = _service_problem(error)
    elif isinstance(error, APIException | Http404 | PermissionDenied):
        return _framework_problem(error, context)
    elif isinstance(error, BEYOND_NUMBERS):
        return _framework_problem(_beyond(context), context)
    else:
        return None
    set_rollback()
    return Response(document, status=document["status"], content_type=MEDIA_TYPE)


def _beyond(context: Mapping[str, Any]) -> APIException | Http404:
    """Nothing is found under such a number, and nothing can be done with it."""
    if context["request"].method in SAFE_METHODS:
        return Http404()
    return ValidationError(gettext("A number is larger than any there is."))


def _service_problem(error: ServiceError) -> dict[str, Any]:
    problems = error.problems if isinstance(error, Invalid) else ()
    detail = sentence(error.code, error.params)
    status = STATUSES[type(error)]
    both = {}
    if error.code == VALUES_CHANGED:
        status, both = HTTPStatus.PRECONDITION_FAILED, _both(error.params)
    params = dict(error.params)
    return body(status, error.code, detail, params=params, problems=problems, **both)


def _both(params: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """What somebody wanted to save and what they would have overwritten."""
    names = {"values": "theirs", "base": "current", "by": "by", "at": "at"}
    return {
        "yours": {"values": params.get("yours"), "base": params.get("base")},
        "current": {name: params.get(param) for name, param in names.items()},
    }


def _framework_problem(
    error: APIException | Http404 | PermissionDenied, context: Mapping[str, Any]
) -> Response | None:
    response = exception_handler(error, dict(context))  # headers, rollback
    if response is None:
        return None
    status = response.status_code
    if isinstance(error, Outdated):
        response.data = body(
            status,
            error.default_code,
            gettext("It has changed since you read it. Look at both."),
            yours=error.yours,
            current=error.current,
        )
        response["ETag"] = error.current["etag"] if error.current else ""
    elif isinstance(error, ValidationError):
        fields = list(_fields(error.detail))
        response.data = body(
            status, "invalid", gettext("Some fields cannot be used."), problems=fields
        )
    else:
        code = getattr(error, "default_code", None) or HTTP_CODES[status]
        # Django's own sentence names our classes.
        absent = gettext("There is nothing here that you may see.")
        detail = absent if isinstance(error, Http404) else str(response.data["detail"])
        response.data = body(status, code.replace("_", "-"), detail)
    response.content_type = MEDIA_TYPE
    return response


def _fields(detail: Any, key: str = "") -> Any:  # noqa: ANN401  DRF nests at will
    """Yield each message of a DRF validation error with the dotted key it belongs to."""
    if isinstance(detail, dict):
        for name, inner in detail.items():
            yield from _fields(inner, f"{key}.{name}" if key else str(name))
    elif isinstance(detail, list):
        for index, inner in enumerate(detail):
            nested = isinstance(inner, dict | list)
            yield from _fields(inner, f"{key}.{index}" if nested else key)
    else:
        yield {"key": key, "code": detail.code, "message": str(detail)}
