import json
import logging
import sys

import pytest
import structlog
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory

from portal import logs
from portal.web.request_log import HEADER, request_log


def written(message: str, *, with_error: bool = False) -> dict[str, object]:
    """The JSON line that production writes for an entry."""
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=logs.SHARED,
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            *logs.for_machines(),
        ],
    )
    error = sys.exc_info() if with_error else None
    record = logging.LogRecord("portal", logging.ERROR, __file__, 1, message, (), error)
    return dict(json.loads(formatter.format(record)))


def test_an_entry_is_one_json_object() -> None:
    entry = written("hints.lost")
    assert entry["event"] == "hints.lost"
    assert entry["level"] == "error"
    assert entry["logger"] == "portal"
    assert str(entry["timestamp"]).endswith("Z")


def test_no_local_variable_gets_into_a_log() -> None:
    def fail(password: str) -> None:
        raise RuntimeError("boom")

    try:
        fail("canary-4711")
    except RuntimeError:
        entry = written("failed", with_error=True)
    assert "boom" in json.dumps(entry)
    assert "canary-4711" not in json.dumps(entry)


def answer(request: HttpRequest) -> HttpResponse:
    return HttpResponse(str(structlog.contextvars.get_contextvars()["request_id"]))


def test_a_request_has_an_id_that_logs_and_answer_share() -> None:
    response = request_log(answer)(RequestFactory().get("/"))
    assert len(response[HEADER]) == 32
    assert isinstance(response, HttpResponse)
    assert response.content.decode() == response[HEADER]
    assert structlog.contextvars.get_contextvars() == {}


@pytest.mark.parametrize(
    ("given", "kept"), [("proxy-12345678", True), ("x", False), ("a b\nINFO forged", False)]
)
def test_the_id_of_a_proxy_is_kept_when_it_is_one(given: str, *, kept: bool) -> None:
    request = RequestFactory().get("/", headers={HEADER: given})
    assert (request_log(answer)(request)[HEADER] == given) is kept


def test_one_line_a_request_without_its_query(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO):
        request_log(answer)(RequestFactory().get("/monitor/", {"q": "canary-4711"}))
        request_log(answer)(RequestFactory().get("/healthz"))
    assert [record.getMessage().rsplit(" ", 2)[0] for record in caplog.records] == [
        "GET /monitor/ 200"
    ]
