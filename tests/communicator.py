"""A WebSocket to an ASGI application, without a server between."""

import json
from typing import Any

from asgiref.testing import ApplicationCommunicator
from asgiref.typing import ASGI3Application

Headers = list[tuple[bytes, bytes]]


class Socket(ApplicationCommunicator):
    """One connection of a test; times are in seconds."""

    def __init__(self, application: ASGI3Application, path: str, headers: Headers) -> None:
        scope = {
            "type": "websocket",
            "path": path,
            "raw_path": path.encode(),
            "query_string": b"",
            "headers": headers,
            "subprotocols": [],
        }
        super().__init__(application, scope)

    async def connect(self) -> bool:
        """Knock; whether the application opened."""
        await self.send_input({"type": "websocket.connect"})
        return bool((await self.output())["type"] == "websocket.accept")

    async def output(self) -> dict[str, Any]:
        """Return the next event of the application."""
        return dict(await self.receive_output(2))

    async def message(self) -> dict[str, Any]:
        """Return the next JSON message."""
        return dict(json.loads((await self.output())["text"]))

    async def silent(self, seconds: float) -> bool:
        """Whether nothing comes for this long."""
        return bool(await self.receive_nothing(seconds))

    async def close(self) -> None:
        """Leave, and wait until the application is through."""
        await self.send_input({"type": "websocket.disconnect", "code": 1000})
        await self.wait(2)
