"""The agents' socket."""

import asyncio
import json
from typing import Any

import pytest
from asgiref import testing
from asgiref.sync import sync_to_async

from orchestration.models import Agent
from orchestration.services import agents, desired
from portal.asgi import application
from tests.integration.api.site import Site
from tests.integration.conftest import Company

pytestmark = pytest.mark.django_db(transaction=True)


class Socket:
    """The agent's end of one socket."""

    def __init__(self, token: str) -> None:
        scope = {
            "type": "websocket",
            "path": "/api/agent/v1/hints",
            "query_string": b"",
            "headers": [(b"authorization", f"Agent {token}".encode())],
            "subprotocols": [],
        }
        communicator: Any = testing.ApplicationCommunicator  # untyped
        self._talk = communicator(application, scope)

    async def connect(self) -> bool:
        await self._talk.send_input({"type": "websocket.connect"})
        return bool((await self.said())["type"] == "websocket.accept")

    async def said(self) -> dict[str, Any]:
        """The next thing the server does."""
        done: dict[str, Any] = await self._talk.receive_output(timeout=3)
        return done

    async def hint(self) -> Any:
        return json.loads((await self.said())["text"])

    async def disconnect(self) -> None:
        await self._talk.send_input({"type": "websocket.disconnect", "code": 1000})
        await self._talk.wait(timeout=3)


@pytest.fixture
def site(company: Company) -> Site:
    new = agents.create_token(company.root_user, company.factories["alpha"], auto_approve=True)
    site = Site()
    site.knock(new.secret)
    site.open_session()
    return site


def test_the_socket_says_where_the_desired_state_is(site: Site) -> None:
    async def listen() -> None:
        talk = Socket(site.token)
        assert await talk.connect()
        seq = (await Agent.objects.aget()).seq
        assert await talk.hint() == {"desired": seq}
        await sync_to_async(desired.bump)([site.agent])
        assert await talk.hint() == {"desired": seq + 1}
        await talk.disconnect()

    asyncio.run(listen())


def test_revoking_closes_the_socket(site: Site, company: Company) -> None:
    async def listen() -> Any:
        talk = Socket(site.token)
        assert await talk.connect()
        await talk.hint()
        await sync_to_async(agents.revoke)(company.root_user, await Agent.objects.aget())
        return await talk.said()

    assert asyncio.run(listen()) == {"type": "websocket.close", "code": 4403}


@pytest.mark.parametrize("token", ["", "made-up"])
def test_without_a_session_there_is_no_socket(site: Site, token: str) -> None:
    async def knock() -> bool:
        return await Socket(token).connect()

    assert asyncio.run(knock()) is False
