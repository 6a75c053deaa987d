"""Every socket topic, for every role at every kind of place."""

import asyncio
from typing import Any

import pytest
from asgiref.sync import async_to_sync, sync_to_async
from channels.routing import URLRouter

from orchestration import hints
from portal.routing import sockets
from tests.communicator import Socket
from tests.integration.matrix.asking import askers
from tests.integration.matrix.oracle import ROLES
from tests.integration.matrix.places import Ground, plant_places
from tests.integration.matrix.things import Asker, World

pytestmark = pytest.mark.django_db(transaction=True)
PLACES = {"view_hierarchy", "view_values", "view_deployments"}
# What each topic takes, at the place where something happened.
TOPICS = {
    "node": PLACES,
    "target": PLACES,
    "agent": PLACES,
    "operation": PLACES,
    "solution": {*PLACES, "view_solutions"},
}
KNOWN_SOCKETS = {"live", "api/agent/v1/hints"}
TOGETHER = 24  # sockets open at once


def test_there_is_no_socket_that_the_matrix_does_not_know() -> None:
    assert {str(route.pattern) for route in sockets} == KNOWN_SOCKETS


def test_everybody_hears_of_what_they_may_see_and_of_nothing_else() -> None:
    ground = planted()
    telling = {"root", "region-b", "factory-a", "line-a", "line-b", "root-x"}
    known = [one for one in askers(ground) if one.known]
    everybody = [one for one in known if one.place in telling or not one.role]
    assert len(everybody) > len(ROLES) * len(telling)
    wrong = []
    for start in range(0, len(everybody), TOGETHER):
        some = everybody[start : start + TOGETHER]
        heard = async_to_sync(hear)(ground, some)
        wrong += [
            f"{one.name}: {sorted(got ^ expected(ground, one))[:5]}"
            for one, got in zip(some, heard, strict=True)
            if got != expected(ground, one)
        ]
    assert wrong == []


def test_strangers_and_closed_accounts_hear_nothing() -> None:
    ground = planted()
    shut_out = [one for one in askers(ground) if not one.known]
    assert len(shut_out) == 2

    async def knock(one: Asker) -> Any:
        socket = open_socket(one)
        await socket.connect()
        return await socket.output()

    for one in shut_out:
        answer = async_to_sync(knock)(one)
        assert (answer["type"], answer["code"]) == ("websocket.close", 4401), one.name


def planted() -> Ground:
    ground = plant_places(World())
    ground.nodes["solution"] = ground.nodes["catalog-root"]  # as far as sockets are concerned
    return ground


def expected(ground: Ground, one: Asker) -> set[str]:
    return {
        f"{topic}:{node.pk}"
        for node in ground.nodes.values()
        for topic, perms in TOPICS.items()
        if one.standing.holds(perms, node.path)
    }


def open_socket(one: Asker) -> Socket:
    cookie = "; ".join(f"{name}={value}" for name, value in one.cookies.items())
    headers = [(b"origin", b"http://127.0.0.1"), (b"cookie", cookie.encode())]
    return Socket(URLRouter(sockets), "/live", headers)


async def hear(ground: Ground, some: list[Asker]) -> list[set[str]]:
    """What each of them hears when something happens at every place."""
    opened = [open_socket(one) for one in some]
    for socket in opened:
        await socket.connect()
    await sync_to_async(happen)(ground)
    return [await heard(socket) for socket in opened]


def happen(ground: Ground) -> None:
    for node in ground.nodes.values():
        hints.tell([f"{topic}:{node.pk}" for topic in TOPICS], node.path)


async def heard(socket: Socket) -> set[str]:
    topics: set[str] = set()
    while not await socket.silent(0.5):
        topics |= set((await socket.message())["topics"])
    await socket.close()
    await asyncio.sleep(0)
    return topics
