"""The hints socket: wake-ups only, so losing it costs time and never correctness."""

from __future__ import annotations

import asyncio
import logging
import ssl
from collections.abc import Callable

import websockets
from websockets.asyncio.client import connect

from agent import wire
from agent.backoff import Backoff
from agent.client import ControlPlane
from agent.unreachable import Refused, Unreachable

log = logging.getLogger(__name__)

_LARGEST = 65_536
_UNAUTHORIZED = (401, 403)


class HintSocket:
    """Listens for hints for ever; ``connected`` tells others whether to poll instead."""

    def __init__(self, plane: ControlPlane, tls: ssl.SSLContext | None) -> None:
        """``tls`` None means the usual trust for wss addresses."""
        self._plane = plane
        self._tls = tls
        self.connected = False
        self.on_hint: Callable[[wire.Hint], None] = lambda _: None

    async def run(self) -> None:
        """Connect, listen, and connect again."""
        backoff = Backoff()
        while True:
            try:
                await self._listen(backoff)
            except (Unreachable, Refused, OSError, websockets.WebSocketException) as error:
                log.debug("no hints: %s", error)
            finally:
                self.connected = False
            await asyncio.sleep(backoff.failed())

    async def _listen(self, backoff: Backoff) -> None:
        headers = await self._plane.authorization()
        url = self._plane.hints_url
        tls = self._tls if url.startswith("wss") else None
        try:
            async with connect(
                url, additional_headers=headers, max_size=_LARGEST, ssl=tls
            ) as socket:
                backoff.reset()
                self.connected = True
                # What was hinted at while nobody listened must be fetched once.
                self.on_hint(wire.Hint(desired=0))
                async for message in socket:
                    self._take(message)
        except websockets.InvalidStatus as error:
            if error.response.status_code in _UNAUTHORIZED:
                self._plane.drop_session()
            raise

    def _take(self, message: str | bytes) -> None:
        try:
            self.on_hint(wire.Hint.from_json(wire.parse(message, limit=_LARGEST)))
        except wire.WireError as error:
            log.debug("a hint that is none: %s", error)
