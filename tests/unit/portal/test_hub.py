import asyncio
import time
from collections.abc import Iterator

import pytest
from channels.layers import channel_layers, get_channel_layer

from orchestration.hints import GROUP, Letter
from portal.hub import EVERYTHING, MOST_TOPICS, AgentListener, Hub, PersonListener


@pytest.fixture(autouse=True)
def fresh_layer() -> Iterator[None]:
    channel_layers.backends.clear()
    yield
    channel_layers.backends.clear()


async def send(letter: Letter) -> None:
    layer = get_channel_layer()
    assert layer is not None
    await layer.group_send(GROUP, letter.message())


def test_each_person_hears_of_the_places_they_were_granted() -> None:
    async def hear() -> list[frozenset[str]]:
        hub = Hub()
        factory, line, stranger = (
            PersonListener(user, paths)
            for user, paths in ((1, ["/1/4/"]), (2, ["/1/4/7/"]), (3, ["/1/40/", "/2/"]))
        )
        async with hub.listen(factory), hub.listen(line), hub.listen(stranger):
            await send(Letter(topics={"/1/4/7/": {"target:7"}, "/1/4/8/": {"target:8"}}))
            return [await listener.wait(0.2) for listener in (factory, line, stranger)]

    assert asyncio.run(hear()) == [{"target:7", "target:8"}, {"target:7"}, frozenset()]


def test_a_person_without_any_right_hears_nothing() -> None:
    listener = PersonListener(1, [])
    listener.offer(Letter(topics={"/1/": {"node:1"}}).message())
    assert asyncio.run(listener.wait(0.01)) == frozenset()


def test_a_burst_is_taken_as_one() -> None:
    async def burst() -> frozenset[str]:
        hub = Hub()
        async with hub.listen(PersonListener(1, ["/"])) as listener:
            for number in range(30):
                await send(Letter(topics={"/1/": {f"target:{number % 3}"}}))
            await asyncio.sleep(0.05)
            return await listener.wait(0.2)

    assert asyncio.run(burst()) == {"target:0", "target:1", "target:2"}


def test_too_many_topics_become_everything() -> None:
    listener = PersonListener(1, ["/"])
    listener.offer(
        Letter(topics={"/1/": {f"target:{n}" for n in range(MOST_TOPICS + 1)}}).message()
    )
    assert asyncio.run(listener.wait(0.01)) == {EVERYTHING}


def test_changed_rights_reach_the_one_they_are_of() -> None:
    mine, other = PersonListener(1, []), PersonListener(2, [])
    for listener in (mine, other):
        listener.offer(Letter(rights={1}).message())
    assert asyncio.run(mine.wait(0.01)) == {PersonListener.RIGHTS}
    assert asyncio.run(other.wait(0.01)) == frozenset()


def test_an_agent_hears_of_its_own_newest_state_only() -> None:
    listener = AgentListener(7)
    for agents in ({8: 99}, {7: 5}, {7: 4}):
        listener.offer(Letter(agents=agents).message())
    assert asyncio.run(listener.wait(0.01)) == {AgentListener.DESIRED}
    assert listener.seq == 5


def test_waiting_ends_when_the_time_is_over() -> None:
    async def alone() -> float:
        started = time.monotonic()
        async with Hub().listen(AgentListener(7)) as listener:
            assert await listener.wait(0.1) == frozenset()
        return time.monotonic() - started

    assert 0.1 <= asyncio.run(alone()) < 1


def test_the_last_listener_to_leave_ends_the_subscription() -> None:
    async def tasks_left() -> int:
        hub = Hub()
        async with hub.listen(AgentListener(7)), hub.listen(AgentListener(8)):
            assert len(asyncio.all_tasks()) > 1
        return len(asyncio.all_tasks())

    assert asyncio.run(tasks_left()) == 1
