"""An open socket closes when its session is ended from elsewhere."""

import pytest
from asgiref.sync import async_to_sync, sync_to_async
from channels.routing import URLRouter
from django.test import Client

from orchestration.models import SignIn
from orchestration.services import sign_ins
from portal import live
from portal.routing import sockets
from tests.communicator import Socket
from tests.integration.conftest import Company

pytestmark = pytest.mark.django_db(transaction=True)


def enter(company: Company) -> Client:
    company.person("ann", "deployment-viewer")
    client = Client()
    client.post("/login/", {"username": "ann", "password": "secret-of-ann"})
    return client


def socket_of(client: Client) -> Socket:
    cookie = f"sessionid={client.session.session_key}"
    headers = [(b"origin", b"http://127.0.0.1"), (b"cookie", cookie.encode())]
    return Socket(URLRouter(sockets), "/live", headers)


def test_the_socket_of_a_session_that_was_ended_closes(company: Company) -> None:
    async def ended() -> tuple[dict[str, object], bool]:
        here, there = await sync_to_async(enter)(company), await sync_to_async(enter)(company)
        key = await sync_to_async(lambda: there.session.session_key)()
        listening, closing = [await sync_to_async(socket_of)(c) for c in (here, there)]
        for socket in (listening, closing):
            await socket.connect()
        row = await sync_to_async(SignIn.objects.get)(session_key=key)
        await sync_to_async(sign_ins.end)(company.people["ann"], [row])
        said = await closing.output()
        silent = await listening.silent(0.5)
        await listening.close()
        return said, silent

    closed, other_goes_on = async_to_sync(ended)()
    assert (closed["type"], closed["code"]) == ("websocket.close", live.SIGNED_OUT)
    assert other_goes_on
