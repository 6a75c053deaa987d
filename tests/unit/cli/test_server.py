"""Calls: what is sent again and what is not, and what each refusal means for the exit code."""

from collections.abc import Callable, Iterator

import httpx
import pytest

from cli import server
from cli.failures import Exit, Failure
from cli.server import Server

Handler = Callable[[httpx.Request], httpx.Response]


@pytest.fixture(autouse=True)
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    slept: list[float] = []
    monkeypatch.setattr("cli.server.time.sleep", slept.append)
    return slept


def calling(handler: Handler) -> Server:
    transport = httpx.MockTransport(handler)
    return Server(httpx.Client(transport=transport, base_url="https://sitewright.test"))


def answers(*found: httpx.Response | Exception) -> tuple[Server, list[httpx.Request]]:
    """A server that answers so, one after the other, and what it was asked."""
    asked: list[httpx.Request] = []
    rest: Iterator[httpx.Response | Exception] = iter(found)

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        one = next(rest)
        if isinstance(one, Exception):
            raise one
        return one

    return calling(answer), asked


def problem(status: int, **more: object) -> httpx.Response:
    document = {"status": status, "code": "c", "detail": "It cannot be done.", **more}
    return httpx.Response(status, json=document)


def test_a_broken_post_is_sent_again_under_the_same_key(pauses: list[float]) -> None:
    lost = httpx.ReadTimeout("slow")
    busy = problem(409, code="idempotency-key-busy")
    by, asked = answers(lost, busy, httpx.Response(201, json={"id": 7}))
    assert by.post("rollouts/deploy/", {"revisions": [1]}) == {"id": 7}
    keys = {request.headers["Idempotency-Key"] for request in asked}
    assert (len(asked), len(keys)) == (3, 1)
    assert pauses == sorted(pauses) == [0.5, 1.0]


def test_two_posts_have_two_keys() -> None:
    by, asked = answers(httpx.Response(201, json={}), httpx.Response(201, json={}))
    by.post("a/")
    by.post("a/")
    assert len({request.headers["Idempotency-Key"] for request in asked}) == 2


def test_busy_at_the_first_try_is_somebody_elses_and_told() -> None:
    by, asked = answers(problem(409, code="idempotency-key-busy"))
    with pytest.raises(Failure) as told:
        by.post("a/")
    assert told.value.code is Exit.CONFLICT
    assert len(asked) == 1


def test_a_server_that_is_just_starting_is_asked_again() -> None:
    by, asked = answers(httpx.Response(503), httpx.ConnectError("no"), httpx.Response(200, json=[]))
    assert by.get("nodes/find/", name="x") == []
    assert len(asked) == 3


def test_it_gives_up_after_some_tries_and_says_so(pauses: list[float]) -> None:
    by, asked = answers(*[httpx.ConnectError("refused")] * 9)
    with pytest.raises(Failure, match="cannot be reached: refused") as told:
        by.get("me/")
    assert told.value.code is Exit.UNREACHABLE
    assert len(asked) == len(pauses) + 1 == 4


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (400, Exit.USAGE),
        (401, Exit.ABSENT),
        (403, Exit.ABSENT),
        (404, Exit.ABSENT),
        (409, Exit.CONFLICT),
        (412, Exit.CONFLICT),
        (422, Exit.USAGE),
        (500, Exit.UNREACHABLE),
    ],
)
def test_each_refusal_has_its_exit_code(status: int, code: Exit) -> None:
    by, _ = answers(problem(status))
    with pytest.raises(Failure, match="It cannot be done") as told:
        by.get("me/")
    assert told.value.code is code


def test_every_problem_is_one_line_with_its_place() -> None:
    found = [
        {"key": "MaxTemp", "code": "type", "message": "must be a number"},
        {"file": "a.yaml", "line": 3, "key": "Site x", "message": "unknown"},
        {"code": "odd"},
    ]
    by, _ = answers(problem(422, problems=found))
    with pytest.raises(Failure) as told:
        by.get("me/")
    assert told.value.details == ("MaxTemp: must be a number", "a.yaml:3: Site x: unknown", "odd")


def test_an_answer_that_is_no_json_is_no_crash() -> None:
    by, _ = answers(httpx.Response(418, text="<html>"))
    with pytest.raises(Failure, match="answered 418") as told:
        by.get("me/")
    assert told.value.code is Exit.USAGE


def test_pages_are_followed_on_the_same_server_whatever_they_name() -> None:
    first = {"results": [{"id": 1}], "next": "https://elsewhere.test/api/v1/x/?cursor=b"}
    last = {"results": [{"id": 2}], "next": None}
    by, asked = answers(httpx.Response(200, json=first), httpx.Response(200, json=last))
    assert [row["id"] for row in by.rows("x/", under="", name="n")] == [1, 2]
    assert {request.url.host for request in asked} == {"sitewright.test"}
    assert "under" not in asked[0].url.params
    assert asked[1].url.params["cursor"] == "b"


@pytest.mark.parametrize("url", ["", "sitewright.test", "ftp://x", "https://"])
def test_what_is_no_address_is_refused(url: str) -> None:
    with pytest.raises(Failure) as told:
        server.client(url)
    assert told.value.code is Exit.USAGE
