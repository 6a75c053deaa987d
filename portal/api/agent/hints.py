"""The agents' socket: says that the desired state moved on, never to what."""

import asyncio
import logging
import time
from contextlib import suppress
from http import HTTPStatus

from agent import signing, wire
from orchestration.models import Agent
from orchestration.services import agent_sessions
from orchestration.services.errors import Refused
from portal.api.agent.calls import in_database, token_in
from portal.departures import DepartingConsumer, Gone
from portal.hub import AgentListener, hub

LOOK_AGAIN = 30.0  # seconds after which the agent is checked anew, should a hint be lost
SHUT_OUT = 4000 + HTTPStatus.FORBIDDEN
BROKEN = 1011
log = logging.getLogger(__name__)


class HintsConsumer(DepartingConsumer):
    """Sends ``{"desired": seq}`` on connecting and whenever it has grown.

    Closes with 4403 when the agent is revoked. The session's token opens the socket; its end
    does not close it, because the agent's standing is looked at while it is open.
    """

    channel_layer_alias = None  # type: ignore[assignment]  # the hub listens for all sockets at once

    async def connect(self) -> None:
        """Accept an agent with a session; anybody else is refused (HTTP 403)."""
        headers = dict(self.scope["headers"])
        token = token_in(headers.get(b"authorization", b"").decode("latin-1"))
        try:
            agent = await in_database(agent_sessions.agent_for, token)
        except Refused:
            await self.close()
            return
        await self.accept()
        self.serving = asyncio.create_task(self._serve(agent))

    async def disconnect(self, code: int) -> None:
        """Stop listening."""
        serving: asyncio.Task[None] | None = getattr(self, "serving", None)
        if serving is not None:
            serving.cancel()
            with suppress(asyncio.CancelledError):
                await serving

    async def _serve(self, agent: Agent) -> None:
        try:
            async with hub().listen(AgentListener(agent.pk)) as listener:
                await self._tell(listener)
        except Gone:
            return
        except Refused:
            with suppress(Gone):
                await self.close(SHUT_OUT)
        except Exception:
            log.exception("agent-hints.failed")
            with suppress(Gone):
                await self.close(BROKEN)  # the agent connects anew, and polls meanwhile

    async def _tell(self, listener: AgentListener) -> None:
        """Pass growing numbers on until the agent is shut out."""
        told = -1
        while True:
            checked = time.monotonic()
            agent = await in_database(agent_sessions.standing, listener.agent_id)
            if agent.seq > told:
                told = agent.seq
                await self._send(wire.Hint(desired=told))
            # Reading the row for each hint costs little and makes revoking immediate.
            await listener.wait(checked + LOOK_AGAIN - time.monotonic())

    async def _send(self, hint: wire.Hint) -> None:
        await self.send(signing.canonical(hint.to_json()).decode())
