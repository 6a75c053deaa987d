"""Following an operation: server-sent events, natively on the event loop.

Every event is the answer of the same view that a plain GET asks, through the same middleware: who
has signed out or lost a right is noticed by the view and not here. A hint only says when to ask
again; without one it is asked every few seconds all the same.
"""

import asyncio
import json
import re
import time
from collections.abc import AsyncIterator, Iterable
from contextlib import suppress
from http import HTTPStatus
from io import BytesIO
from typing import Any, cast

from asgiref.typing import (
    ASGIReceiveCallable,
    ASGISendCallable,
    HTTPResponseBodyEvent,
    HTTPResponseStartEvent,
    HTTPScope,
)
from channels.db import database_sync_to_async
from django.core.handlers.asgi import ASGIRequest
from django.core.handlers.base import BaseHandler
from django.http import HttpResponseBase

from portal.api import problems
from portal.hub import Listener, Message, hub

ADDRESS = re.compile(r"/api/v1/operations/(?P<uuid>[0-9a-f-]{36})/stream/")
MEDIA_TYPE = b"text/event-stream"
MOST = 100  # streams of one process
LONGEST = 15 * 60.0  # seconds; whoever still follows connects again
BEAT = 4.0  # seconds without a hint after which the view is asked anyway
SHORTEST_GAP = 0.25  # seconds between two events
_RIGHTS = "rights"
Headers = list[tuple[bytes, bytes]]


class TopicListener(Listener):
    """Word of one topic, and that somebody's rights changed."""

    def __init__(self, topic: str) -> None:
        super().__init__()
        self.topic = topic

    def pick(self, message: Message) -> Iterable[str]:
        """Return what is a reason to ask again; the answer is for the view to give."""
        if any(self.topic in topics for _path, topics in message.get("topics", ())):
            yield self.topic
        if message.get("rights"):
            yield _RIGHTS


class OperationStreams:
    """An ASGI application for the addresses of `ADDRESS`."""

    def __init__(self, handler: BaseHandler) -> None:
        self._handler = handler
        self._open = 0

    async def __call__(
        self, scope: HTTPScope, receive: ASGIReceiveCallable, send: ASGISendCallable
    ) -> None:
        """Serve one stream."""
        if self._open >= MOST:
            await _refuse(send)
            return
        self._open += 1
        try:
            await self._until_gone(scope, receive, send)
        finally:
            self._open -= 1

    async def _until_gone(
        self, scope: HTTPScope, receive: ASGIReceiveCallable, send: ASGISendCallable
    ) -> None:
        """Stop when the caller goes, whatever is being waited for."""
        serving = asyncio.create_task(self._serve(scope, send))
        leaving = asyncio.create_task(_gone(receive))
        try:
            await asyncio.wait({serving, leaving}, return_when=asyncio.FIRST_COMPLETED)
            if serving.done():
                await serving
        finally:
            for task in (serving, leaving):
                task.cancel()
                with suppress(asyncio.CancelledError):
                    await task

    async def _serve(self, scope: HTTPScope, send: ASGISendCallable) -> None:
        found = ADDRESS.fullmatch(scope["path"])
        topic = f"operation:{found['uuid']}" if found else ""
        async with hub().listen(TopicListener(topic)) as listener:
            first = await self._ask(scope)
            await send(_start(first))
            if first.status_code != HTTPStatus.OK:
                await send(_body(_content(first), more=False))
                return
            async for text in self._events(scope, first, listener):
                await send(_body(text))
        await send(_body(b"", more=False))

    async def _events(
        self, scope: HTTPScope, first: HttpResponseBase, listener: TopicListener
    ) -> AsyncIterator[bytes]:
        """Yield what the view says whenever that is something new, until it is over."""
        until, said, answer = time.monotonic() + LONGEST, b"", first
        while answer.status_code == HTTPStatus.OK and time.monotonic() < until:
            over, text = "Retry-After" not in answer, _content(answer)
            if over:
                yield text.replace(b"event: operation", b"event: end", 1)
                return
            yield text if text != said else b":\n\n"
            said = text
            await asyncio.sleep(SHORTEST_GAP)
            await listener.wait(BEAT)
            answer = await self._ask(scope)

    async def _ask(self, scope: HTTPScope) -> HttpResponseBase:
        return await database_sync_to_async(self._answer, thread_sensitive=False)(scope)

    def _answer(self, scope: HTTPScope) -> HttpResponseBase:
        request = ASGIRequest(_asking_for_events(scope), BytesIO())
        return self._handler.get_response(request)


def _asking_for_events(scope: HTTPScope) -> Any:  # noqa: ANN401  as Django takes it
    headers = [(k, v) for k, v in scope["headers"] if k not in {b"accept", b"if-none-match"}]
    return {**scope, "headers": [*headers, (b"accept", MEDIA_TYPE)]}


async def _gone(receive: ASGIReceiveCallable) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


def _content(answer: HttpResponseBase) -> bytes:
    return cast("bytes", getattr(answer, "content", b""))


def _start(answer: HttpResponseBase) -> HTTPResponseStartEvent:
    streams = answer.status_code == HTTPStatus.OK
    left_out = {"content-length", "retry-after", "etag"} if streams else set()
    headers = [
        (name.lower().encode("latin-1"), value.encode("latin-1"))
        for name, value in answer.items()
        if name.lower() not in left_out
    ]
    if streams:
        headers.append((b"x-accel-buffering", b"no"))  # a proxy must not collect events
    return _started(answer.status_code, headers)


def _started(status: int, headers: Headers) -> HTTPResponseStartEvent:
    return {"type": "http.response.start", "status": status, "headers": headers, "trailers": False}


def _body(text: bytes, *, more: bool = True) -> HTTPResponseBodyEvent:
    return {"type": "http.response.body", "body": text, "more_body": more}


async def _refuse(send: ASGISendCallable) -> None:
    status = HTTPStatus.SERVICE_UNAVAILABLE
    said = "Too many follow operations right now. Ask for the operation itself instead."
    text = json.dumps(problems.body(status, "too-many-streams", said)).encode()
    headers = [(b"content-type", problems.MEDIA_TYPE.encode()), (b"retry-after", b"5")]
    await send(_started(status, headers))
    await send(_body(text, more=False))
