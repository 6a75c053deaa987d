import asyncio
import gc
from typing import Any

import pytest
from asgiref.sync import async_to_sync, sync_to_async
from channels.routing import URLRouter
from django.test import Client
from uvicorn.protocols.utils import ClientDisconnected

from orchestration import hints
from portal import live
from portal.routing import sockets
from rbac import grants
from tests.communicator import Socket
from tests.integration.conftest import Company

pytestmark = pytest.mark.django_db(transaction=True)
HOST = "127.0.0.1"


def socket_of(client: Client, origin: str = f"http://{HOST}", app: Any = None) -> Socket:
    cookie = "; ".join(f"{name}={morsel.value}" for name, morsel in client.cookies.items())
    headers = [(b"origin", origin.encode()), (b"cookie", cookie.encode())]
    return Socket(app or URLRouter(sockets), "/live", headers)


async def topics(socket: Socket) -> list[str]:
    return list((await socket.message())["topics"])


async def signed_in(company: Company, name: str, at: str) -> Client:
    """A browser of somebody with a role at one factory."""

    def sign_in() -> Client:
        client = Client()
        client.force_login(
            company.person(name, "deployment-viewer", company.factories[at]),
            backend="django.contrib.auth.backends.ModelBackend",
        )
        return client

    return await sync_to_async(sign_in)()


async def change(company: Company, line: str) -> None:
    node = company.lines[line].node
    await sync_to_async(hints.tell)([f"target:{node.pk}"], node.path)


@pytest.mark.parametrize("at", ["websocket.accept", "websocket.send"])
def test_a_tab_that_is_closed_leaves_no_error(
    company: Company, caplog: pytest.LogCaptureFixture, at: str
) -> None:
    sockets_app: Any = URLRouter(sockets)
    unhandled: list[dict[str, Any]] = []

    async def leaving(scope: Any, receive: Any, send: Any) -> None:
        async def send_until(message: Any) -> None:
            if message["type"] == at:
                raise ClientDisconnected
            await send(message)

        await sockets_app(scope, receive, send_until)

    async def leave() -> None:
        loop = asyncio.get_running_loop()
        loop.set_exception_handler(lambda _loop, told: unhandled.append(told))
        socket = socket_of(await signed_in(company, "ann", "alpha"), app=leaving)
        await socket.send_input({"type": "websocket.connect"})
        await asyncio.sleep(0.3)
        await change(company, "alpha-1")
        await asyncio.sleep(0.3)
        await socket.close()
        gc.collect()

    async_to_sync(leave)()
    assert unhandled == []
    assert [one.getMessage() for one in caplog.records if one.levelname == "ERROR"] == []


def test_each_hears_of_their_own_factory_only(company: Company) -> None:
    async def two_browsers() -> tuple[list[str], bool]:
        alpha = socket_of(await signed_in(company, "ann", "alpha"))
        beta = socket_of(await signed_in(company, "bob", "beta"))
        await alpha.connect()
        await beta.connect()
        await change(company, "alpha-1")
        heard, silent = await topics(alpha), await beta.silent(0.3)
        await alpha.close()
        await beta.close()
        return heard, silent

    heard, silent = async_to_sync(two_browsers)()
    assert heard == [f"target:{company.lines['alpha-1'].node.pk}"]
    assert silent


def test_a_burst_reaches_the_browser_as_few_messages(company: Company) -> None:
    async def burst() -> tuple[int, set[str]]:
        socket = socket_of(await signed_in(company, "ann", "alpha"))
        await socket.connect()
        for _ in range(10):
            for line in ("alpha-1", "alpha-2", "alpha-3"):
                await change(company, line)
        messages: list[list[str]] = []
        while not await socket.silent(0.5):
            messages.append(await topics(socket))
        await socket.close()
        return len(messages), {topic for message in messages for topic in message}

    count, told = async_to_sync(burst)()
    assert 1 <= count <= 5
    assert len(told) == 3


def test_strangers_are_told_to_sign_in() -> None:
    async def stranger() -> object:
        socket = socket_of(Client())
        await socket.connect()
        return await socket.output()

    assert async_to_sync(stranger)() == {
        "type": "websocket.close",
        "code": live.SIGNED_OUT,
    }


def test_a_page_of_another_site_gets_no_socket(company: Company) -> None:
    async def foreign() -> bool:
        client = await signed_in(company, "ann", "alpha")
        return await socket_of(client, "https://evil.example").connect()

    assert not async_to_sync(foreign)()


def test_signing_out_closes_the_socket(company: Company) -> None:
    async def sign_out() -> dict[str, object]:
        client = await signed_in(company, "ann", "alpha")
        socket = socket_of(client)
        await socket.connect()
        await sync_to_async(client.logout)()
        # As the server's own view does, which names the person who leaves.
        await sync_to_async(hints.tell_rights)([company.people["ann"].pk])
        return await socket.output()

    closed = async_to_sync(sign_out)()
    assert (closed["type"], closed["code"]) == ("websocket.close", live.SIGNED_OUT)


def test_the_view_that_signs_out_tells_the_sockets(company: Company) -> None:
    async def sign_out() -> dict[str, object]:
        client = await signed_in(company, "ann", "alpha")
        socket = socket_of(client)
        await socket.connect()
        await sync_to_async(client.post)("/logout/")
        return await socket.output()

    assert async_to_sync(sign_out)()["code"] == live.SIGNED_OUT


def test_a_right_taken_away_ends_what_is_heard(company: Company) -> None:
    async def take_away() -> tuple[list[str], list[str], bool]:
        socket = socket_of(await signed_in(company, "ann", "alpha"))
        await socket.connect()
        ann = company.people["ann"]

        def take() -> None:
            for assignment in ann.role_assignments.all():
                grants.take(assignment)
            hints.tell_rights([ann.pk])

        await change(company, "alpha-1")
        heard = await topics(socket)
        await sync_to_async(take)()
        told = await topics(socket)
        await change(company, "alpha-1")
        silent = await socket.silent(0.5)
        await socket.close()
        return heard, told, silent

    line = company.lines["alpha-1"].node
    assert async_to_sync(take_away)() == ([f"target:{line.pk}"], ["*"], True)


def test_rights_are_looked_up_again_after_a_while(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "LOOK_AGAIN", 0.1)

    async def disabled() -> dict[str, object]:
        socket = socket_of(await signed_in(company, "ann", "alpha"))
        await socket.connect()
        ann = company.people["ann"]
        ann.is_active = False
        await sync_to_async(ann.save)()
        return await socket.output()

    assert async_to_sync(disabled)()["code"] == live.SIGNED_OUT


def test_a_browser_hears_that_the_server_is_there(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "BEAT", 0.1)

    async def beats() -> list[list[str]]:
        socket = socket_of(await signed_in(company, "ann", "alpha"))
        await socket.connect()
        heard = [await topics(socket), await topics(socket)]
        await socket.close()
        return heard

    assert async_to_sync(beats)() == [[], []]
