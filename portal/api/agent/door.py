"""The door before the agents' API: how many get in at once, and how much they may carry.

Stands before Django, so that a crowd of agents that come back together costs next to nothing.
Agents that are turned away come again after the time they are told, each with its own jitter.
"""

import math
import time
from collections.abc import Callable

from asgiref.typing import (
    ASGI3Application,
    ASGIReceiveCallable,
    ASGIReceiveEvent,
    ASGISendCallable,
    HTTPScope,
    Scope,
)
from django.http import JsonResponse

from agent.wire import MAX_BODY
from portal.api.problems import problem

RATE = 400.0  # calls a second that one process lets in; it serves about as many
BURST = 800.0  # calls that may come at once


class TokenBucket:
    """Lets ``rate`` a second through on average and ``burst`` at once; ``clock`` in seconds."""

    def __init__(
        self, rate: float, burst: float, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.rate = rate
        self.burst = burst
        self._clock = clock
        self._tokens = burst
        self._filled_at = clock()

    def take(self) -> float:
        """Take one; return 0, or the seconds until there is one again."""
        now = self._clock()
        self._tokens = min(self.burst, self._tokens + (now - self._filled_at) * self.rate)
        self._filled_at = now
        if self._tokens < 1:
            return (1 - self._tokens) / self.rate
        self._tokens -= 1
        return 0.0


class TooLarge(Exception):
    """A body that goes on after the most there may be."""


class Door:
    """An ASGI application before another one that serves HTTP."""

    def __init__(self, inside: ASGI3Application, bucket: TokenBucket | None = None) -> None:
        self._inside = inside
        self._bucket = bucket or TokenBucket(RATE, BURST)

    async def __call__(
        self, scope: Scope, receive: ASGIReceiveCallable, send: ASGISendCallable
    ) -> None:
        """Turn away (503), refuse what is too large (413), or let in."""
        assert scope["type"] == "http"  # noqa: S101  the server's own routing sees to it
        wait = self._bucket.take()
        if wait:
            busy = problem(503, "busy", "Too many agents call at the moment. Come again later.")
            busy["Retry-After"] = str(math.ceil(wait))
            await _answer(busy, send)
        elif _announced(scope) > MAX_BODY:
            await _answer(_too_large(), send)
        else:
            await self._let_in(scope, receive, send)

    async def _let_in(
        self, scope: HTTPScope, receive: ASGIReceiveCallable, send: ASGISendCallable
    ) -> None:
        carried = 0

        async def weighed() -> ASGIReceiveEvent:
            nonlocal carried
            event = await receive()
            if event["type"] == "http.request":
                carried += len(event["body"])
                if carried > MAX_BODY:
                    raise TooLarge
            return event

        try:
            await self._inside(scope, weighed, send)
        except TooLarge:
            await _answer(_too_large(), send)


def _announced(scope: HTTPScope) -> int:
    length = dict(scope["headers"]).get(b"content-length", b"0")
    return int(length) if length.isdigit() else 0


def _too_large() -> JsonResponse:
    return problem(413, "too-large", f"A body may hold at most {MAX_BODY} bytes.")


async def _answer(answer: JsonResponse, send: ASGISendCallable) -> None:
    headers = [
        (name.lower().encode("ascii"), value.encode("latin-1")) for name, value in answer.items()
    ]
    headers.append((b"connection", b"close"))  # what is left of the body is not read
    await send(
        {
            "type": "http.response.start",
            "status": answer.status_code,
            "headers": headers,
            "trailers": False,
        }
    )
    await send({"type": "http.response.body", "body": answer.content, "more_body": False})
