"""Sockets whose other end may go at any moment, without a word and without harm."""

from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

from channels.generic.websocket import AsyncWebsocketConsumer

Send = Callable[[Any], Awaitable[None]]


class Gone(Exception):
    """Nobody is there any more: a tab was closed, a site lost contact."""


class DepartingConsumer(AsyncWebsocketConsumer):
    """A consumer for which it is no error when the other end is gone; sending raises `Gone`.

    The server says so with some `OSError`. Tasks of the consumer take `Gone` for their end.
    """

    async def __call__(self, scope: Any, receive: Any, send: Send) -> None:  # noqa: ANN401  ASGI's
        """Serve one connection."""

        async def send_or_leave(message: Any) -> None:  # noqa: ANN401  ASGI's
            try:
                await send(message)
            except OSError as error:
                raise Gone from error

        with suppress(Gone):
            await super().__call__(scope, receive, send_or_leave)
