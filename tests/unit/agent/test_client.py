"""How answers are read that are not simply good."""

from __future__ import annotations

import json

import httpx
import pytest

from agent.client import _refusal, _retry_after
from agent.unreachable import Refused, Unreachable

DATE = "Mon, 23 Nov 2026 12:00:00 GMT"


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"Retry-After": "7"}, 7.0),
        ({"Retry-After": "-7"}, None),
        ({"Retry-After": "soon"}, None),
        ({"Retry-After": "999999"}, 3600.0),
        ({"Retry-After": "²"}, None),
        ({"Retry-After": "Mon, 23 Nov 2026 12:00:30 GMT", "Date": DATE}, 30.0),
        ({"Retry-After": "Mon, 23 Nov 2026 11:00:00 GMT", "Date": DATE}, 0.0),
        ({"Retry-After": "Mon, 23 Nov 2026 12:00:30 GMT"}, None),
    ],
)
def test_when_to_come_back(headers: dict[str, str], seconds: float | None) -> None:
    raw = [(name.encode(), value.encode()) for name, value in headers.items()]
    assert _retry_after(httpx.Response(503, headers=raw)) == seconds


def test_a_problem_document_is_a_definite_no() -> None:
    body = json.dumps({"code": "token-invalid", "title": "No", "status": 401}).encode()
    error = _refusal(httpx.Response(401), body)
    assert isinstance(error, Refused)
    assert (error.status, error.code, str(error)) == (401, "token-invalid", "No")


@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b'{"title": "no code"}', b'{"code": ""}'])
def test_anything_else_may_be_a_proxy(body: bytes) -> None:
    assert isinstance(_refusal(httpx.Response(403), body), Unreachable)
