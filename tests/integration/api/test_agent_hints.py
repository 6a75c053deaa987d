"""The agents' socket."""

import asyncio
from typing import Any

import pytest
from asgiref.sync import sync_to_async

from orchestration.models import Agent
from orchestration.services import agents, desired
from portal.asgi import application
from tests.communicator import Socket
from tests.integration.api.site import Site
from tests.integration.conftest import Company

pytestmark = pytest.mark.django_db(transaction=True)


def socket(token: str) -> Socket:
    headers = [(b"authorization", f"Agent {token}".encode())]
    return Socket(application, "/api/agent/v1/hints", headers)


@pytest.fixture
def site(company: Company) -> Site:
    new = agents.create_token(company.root_user, company.factories["alpha"], auto_approve=True)
    site = Site()
    site.knock(new.secret)
    site.open_session()
    return site


def test_the_socket_says_where_the_desired_state_is(site: Site) -> None:
    async def listen() -> None:
        talk = socket(site.token)
        assert await talk.connect()
        seq = (await Agent.objects.aget()).seq
        assert await talk.message() == {"desired": seq}
        await sync_to_async(desired.bump)([site.agent])
        assert await talk.message() == {"desired": seq + 1}
        await talk.close()

    asyncio.run(listen())


def test_revoking_closes_the_socket(site: Site, company: Company) -> None:
    async def listen() -> Any:
        talk = socket(site.token)
        assert await talk.connect()
        await talk.message()
        await sync_to_async(agents.revoke)(company.root_user, await Agent.objects.aget())
        return await talk.output()

    assert asyncio.run(listen()) == {"type": "websocket.close", "code": 4403}


@pytest.mark.parametrize("token", ["", "made-up"])
def test_without_a_session_there_is_no_socket(site: Site, token: str) -> None:
    async def knock() -> bool:
        return await socket(token).connect()

    assert asyncio.run(knock()) is False
