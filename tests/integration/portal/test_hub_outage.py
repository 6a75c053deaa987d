import asyncio
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from channels.layers import channel_layers, get_channel_layer
from pytest_django import Settings

from orchestration.hints import GROUP, Letter
from portal.hub import EVERYTHING, Hub, PersonListener
from tests.servers import free_port, redis

HINT = Letter(topics={"/1/": {"node:1"}}).message()


@pytest.fixture
def port(settings: Settings) -> Iterator[int]:
    """Where the layer of this test looks for Redis."""
    chosen = free_port()
    address = {"address": f"redis://127.0.0.1:{chosen}", "socket_timeout": 1}
    settings.CHANNEL_LAYERS = {
        "default": {
            "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
            "CONFIG": {"hosts": [address]},
        }
    }
    channel_layers.backends.clear()
    yield chosen
    channel_layers.backends.clear()


async def tell() -> None:
    layer = get_channel_layer()
    assert layer is not None
    await layer.group_send(GROUP, HINT)


def test_after_an_outage_everything_is_read_again(port: int, tmp_path: Path) -> None:
    async def through_an_outage() -> tuple[frozenset[str], frozenset[str], frozenset[str]]:
        broker = ExitStack()
        broker.enter_context(redis(tmp_path, port))
        async with Hub().listen(PersonListener(1, ["/"])) as listener:
            await tell()
            before = await listener.wait(5)
            await asyncio.to_thread(broker.close)
            await asyncio.sleep(3)
            with redis(tmp_path, port):
                after = await listener.wait(5)
                await listener.wait(2)  # a second word of the same outage
                await tell()
                again = await listener.wait(5)
                return before, after, again

    before, after, again = asyncio.run(through_an_outage())
    assert before == {"node:1"}
    assert after == {EVERYTHING}
    assert "node:1" in again


def test_without_a_broker_waiting_ends_in_time(port: int) -> None:
    async def alone() -> frozenset[str]:
        async with Hub().listen(PersonListener(1, ["/"])) as listener:
            return await asyncio.wait_for(listener.wait(0.1), 5)

    assert asyncio.run(alone()) <= {EVERYTHING}
