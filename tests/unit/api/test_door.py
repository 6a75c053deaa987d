import asyncio
import json
from typing import Any, cast

import pytest
from asgiref.typing import ASGIReceiveCallable, ASGISendCallable, Scope
from django.core import signing

from agent.wire import MAX_BODY
from orchestration.services import agent_sessions
from portal.api.agent.buckets import Buckets, TokenBucket
from portal.api.agent.door import Door, caller_of


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


def scope_of(host: str = "192.0.2.1", token: str = "", length: int | None = None) -> Any:
    headers = [] if length is None else [(b"content-length", str(length).encode())]
    if token:
        headers.append((b"authorization", token.encode()))
    return {"type": "http", "headers": headers, "client": (host, 40000)}


def call(
    door: Door, *chunks: bytes, length: int | None = None, host: str = "192.0.2.1"
) -> tuple[int, dict[str, str], Any]:
    """Status, headers and body of one call."""
    sent: list[Any] = []
    waiting = [{"type": "http.request", "body": c, "more_body": True} for c in chunks]
    waiting.append({"type": "http.request", "body": b"", "more_body": False})

    async def receive() -> Any:
        return waiting.pop(0)

    async def send(event: Any) -> None:
        sent.append(event)

    asyncio.run(door(scope_of(host, length=length), receive, send))
    named = {name.decode(): value.decode() for name, value in sent[0]["headers"]}
    return sent[0]["status"], named, json.loads(sent[1]["body"])


def buckets(
    clock: Clock, each: tuple[float, float], total: tuple[float, float], most: int = 100
) -> Buckets:
    return Buckets(lambda: TokenBucket(*each, clock=clock), TokenBucket(*total, clock=clock), most)


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
    door = Door(inside, buckets(clock, each=(1, 9), total=(0.2, 1)))
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


def test_one_that_floods_does_not_keep_the_others_out() -> None:
    door = Door(inside, buckets(Clock(), each=(1, 3), total=(10, 8)))
    answers = [call(door, host="192.0.2.66")[0] for _ in range(50)]
    assert answers == [200] * 3 + [503] * 47
    assert [call(door, host="192.0.2.7")[0] for _ in range(4)] == [200, 200, 200, 503]


def test_all_together_get_no_more_than_there_is() -> None:
    door = Door(inside, buckets(Clock(), each=(1, 3), total=(10, 8)))
    answers = [call(door, host=f"192.0.2.{n}")[0] for n in range(20)]
    assert answers == [200] * 8 + [503] * 12


def test_only_so_many_callers_are_remembered() -> None:
    clock = Clock()
    kept = buckets(clock, each=(1, 1), total=(1000, 100_000), most=10)
    assert kept.take("steady") == 0
    for number in range(1000):
        kept.take(f"passing {number}")
        assert kept.take("steady") > 0  # calls all the time, so it is not forgotten
        assert len(kept) <= 10


def test_a_caller_is_the_agent_of_a_session_or_a_network() -> None:
    ours = signing.dumps({"agent": 7}, salt=agent_sessions._SESSION)
    assert caller_of(scope_of(token=f"Agent {ours}")) == 7
    for token in ("", f"Bearer {ours}", "Agent", f"Agent {ours}x", "Agent \xe4:b:c"):
        assert caller_of(scope_of("192.0.2.1", token)) == "192.0.2.1"
    first, second, other = (
        caller_of(scope_of(host)) for host in ("2001:db8::1", "2001:db8::ffff:1", "2001:db8:1::1")
    )
    assert first == second != other
    assert caller_of(scope_of("::ffff:192.0.2.1")) != caller_of(scope_of("::ffff:192.0.2.2"))
    assert caller_of(scope_of("/run/socket")) == "/run/socket"
    assert caller_of(scope_of() | {"client": None}) == ""
