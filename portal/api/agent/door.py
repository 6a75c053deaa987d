"""The door before the agents' API: how many get in at once, and how much they may carry.

Stands before Django, so that a crowd of agents that come back together costs next to nothing.
Each has a bucket of its own, so that one that floods does not keep the others out.
Agents that are turned away come again after the time they are told, each with its own jitter.
"""

import math
from collections.abc import Hashable
from ipaddress import IPv6Address, ip_address

from asgiref.typing import (
    ASGI3Application,
    ASGIReceiveCallable,
    ASGIReceiveEvent,
    ASGISendCallable,
    HTTPScope,
    Scope,
)
from django.http import JsonResponse

from agent.wire import AUTHORIZATION_SCHEME, MAX_BODY
from orchestration.services import agent_sessions
from portal.api.agent.buckets import Buckets, TokenBucket
from portal.api.problems import problem

RATE, BURST = 400.0, 800.0  # calls a second, and at once, of all; one process serves about as many
EACH_RATE, EACH_BURST = 100.0, 400.0  # of one agent, or of all strangers at one address
MOST_CALLERS = 20_000  # remembered; a few megabytes
NETWORK_BITS = 64  # of an IPv6 address: what one customer of a provider has to itself


class TooLarge(Exception):
    """A body that goes on after the most there may be."""


def _of_a_process() -> Buckets:
    total = TokenBucket(RATE, BURST)
    return Buckets(lambda: TokenBucket(EACH_RATE, EACH_BURST), total, MOST_CALLERS)


class Door:
    """An ASGI application before another one that serves HTTP."""

    def __init__(self, inside: ASGI3Application, buckets: Buckets | None = None) -> None:
        self._inside = inside
        self._buckets = _of_a_process() if buckets is None else buckets

    async def __call__(
        self, scope: Scope, receive: ASGIReceiveCallable, send: ASGISendCallable
    ) -> None:
        """Turn away (503), refuse what is too large (413), or let in."""
        assert scope["type"] == "http"  # noqa: S101  the server's own routing sees to it
        wait = self._buckets.take(caller_of(scope))
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


def caller_of(scope: HTTPScope) -> Hashable:
    """Return the agent whose session a call carries, or else the network it comes from.

    Agents behind one address do not share a bucket once they have a session; a session that is
    not ours counts for nothing.
    """
    header = dict(scope["headers"]).get(b"authorization", b"").decode("latin-1")
    scheme, _, token = header.partition(" ")
    agent = agent_sessions.agent_named_in(token.strip()) if scheme == AUTHORIZATION_SCHEME else None
    if agent is not None:
        return agent
    client = scope["client"]
    return _network(client[0]) if client else ""


def _network(host: str) -> str:
    try:
        address = ip_address(host)
    except ValueError:  # a socket of this machine
        return host
    if isinstance(address, IPv6Address) and address.ipv4_mapped is None:
        return f"{int(address) >> (128 - NETWORK_BITS):x}::"
    return host


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
