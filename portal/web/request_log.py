"""Gives every request an id, in the logs and in the answer, so that one finds the other."""

import logging
import re
import time
import uuid
from collections.abc import Callable

import structlog
from django.http import HttpRequest
from django.http.response import HttpResponseBase

HEADER = "X-Request-ID"
GIVEN = re.compile(r"[\w.-]{8,64}", re.ASCII)  # a proxy's own id; anything else might forge lines
QUIET = ("/healthz", "/static/")
log = logging.getLogger(__name__)


def request_log(
    get_response: Callable[[HttpRequest], HttpResponseBase],
) -> Callable[[HttpRequest], HttpResponseBase]:
    """Middleware: bind the id, answer, log one line."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        given = request.headers.get(HEADER, "")
        request_id = given if GIVEN.fullmatch(given) else uuid.uuid4().hex
        started = time.perf_counter()
        with structlog.contextvars.bound_contextvars(request_id=request_id):
            response = get_response(request)
            if not request.path.startswith(QUIET):
                # The path without its query: a search may hold what nobody should keep.
                taken = (time.perf_counter() - started) * 1000
                log.info(
                    "%s %s %d %.0f ms", request.method, request.path, response.status_code, taken
                )
        response[HEADER] = request_id
        return response

    return middleware
