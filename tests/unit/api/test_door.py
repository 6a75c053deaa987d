import asyncio
import json
from typing import Any, cast

import pytest
from asgiref.typing import ASGIReceiveCallable, ASGISendCallable, Scope

from agent.wire import MAX_BODY
from portal.api.agent.door import Door, TokenBucket


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


async def inside(scope: Scope, receive: ASGIReceiveCallable, send: ASGISendCallable) -> None:
    """Read the whole body and answer with its length."""
    length, more = 0, True
    while more:
        event = cast("Any", await receive())
        length += len(event["body"])
        more = event["more_body"]
    await send(cast("Any", {"type": "http.response.start", "status": 200, "headers": []}))
    await send(cast("Any", {"type": "http.response.body", "body": str(length).encode()}))


def call(door: Door, *chunks: bytes, length: int | None = None) -> tuple[int, dict[str, str], Any]:
    """Status, headers and body of one call."""
    sent: list[Any] = []
    waiting = [{"type": "http.request", "body": c, "more_body": True} for c in chunks]
    waiting.append({"type": "http.request", "body": b"", "more_body": False})
    headers = [] if length is None else [(b"content-length", str(length).encode())]

    async def receive() -> Any:
        return waiting.pop(0)

    async def send(event: Any) -> None:
        sent.append(event)

    scope = cast("Any", {"type": "http", "headers": headers})
    asyncio.run(door(scope, receive, send))
    named = {name.decode(): value.decode() for name, value in sent[0]["headers"]}
    return sent[0]["status"], named, json.loads(sent[1]["body"])


def test_a_bucket_lets_its_burst_through_and_then_its_rate() -> None:
    clock = Clock()
    bucket = TokenBucket(rate=2, burst=3, clock=clock)
    assert [bucket.take() for _ in range(3)] == [0, 0, 0]
    assert bucket.take() == pytest.approx(0.5)
    clock.now += 0.5
    assert bucket.take() == 0
    assert bucket.take() > 0
    clock.now += 3600
    assert [bucket.take() > 0 for _ in range(4)] == [False, False, False, True]


def test_a_crowd_is_told_when_to_come_again() -> None:
    clock = Clock()
    door = Door(inside, TokenBucket(rate=0.2, burst=1, clock=clock))
    assert call(door, b"abc")[0] == 200
    status, headers, body = call(door, b"abc")
    assert (status, headers["retry-after"], body["code"]) == (503, "5", "busy")
    clock.now += 5
    assert call(door, b"abc") == (200, {}, 3)


def test_what_is_too_large_is_refused_by_its_announcement_or_its_weight() -> None:
    door = Door(inside)
    assert call(door, length=MAX_BODY + 1)[0] == 413
    chunk = b"x" * (MAX_BODY // 4)
    assert call(door, chunk, chunk, chunk, chunk) == (200, {}, MAX_BODY // 4 * 4)
    status, _, body = call(door, chunk, chunk, chunk, chunk, b"xxxx")
    assert (status, body["code"]) == (413, "too-large")
