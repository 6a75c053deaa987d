import asyncio
import time
from threading import Thread

import pytest
from asgiref.sync import async_to_sync
from channels.exceptions import ChannelFull

from portal.channel_layer import ThreadSafeLayer


def test_a_send_from_another_thread_wakes_the_loop_at_once() -> None:
    layer = ThreadSafeLayer()

    def send_later() -> None:
        time.sleep(0.1)
        async_to_sync(layer.group_send)("plant", {"type": "hint", "sent": time.monotonic()})

    async def receive() -> float:
        channel = await layer.new_channel()
        await layer.group_add("plant", channel)
        Thread(target=send_later).start()
        message = await asyncio.wait_for(layer.receive(channel), 5)
        return time.monotonic() - float(message["sent"])

    assert asyncio.run(receive()) < 0.5


def test_a_group_reaches_each_member_with_a_copy_of_its_own() -> None:
    async def both() -> list[dict[str, list[int]]]:
        layer = ThreadSafeLayer()
        channels = [await layer.new_channel() for _ in range(2)]
        for channel in channels:
            await layer.group_add("plant", channel)
        await layer.group_send("plant", {"lines": [1]})
        first = await layer.receive(channels[0])
        first["lines"].append(2)
        return [first, await layer.receive(channels[1])]

    assert asyncio.run(both()) == [{"lines": [1, 2]}, {"lines": [1]}]


def test_who_left_the_group_gets_nothing() -> None:
    async def after_leaving() -> None:
        layer = ThreadSafeLayer()
        channel = await layer.new_channel()
        await layer.group_add("plant", channel)
        await layer.group_discard("plant", channel)
        await layer.group_send("plant", {"type": "hint"})
        await asyncio.wait_for(layer.receive(channel), 0.05)

    with pytest.raises(TimeoutError):
        asyncio.run(after_leaving())


def test_a_full_channel_refuses_and_a_group_goes_on() -> None:
    async def fill() -> bool:
        layer = ThreadSafeLayer(capacity=2)
        channel = await layer.new_channel()
        await layer.group_add("plant", channel)
        for number in range(5):
            await layer.group_send("plant", {"number": number})
            await asyncio.sleep(0)
        with pytest.raises(ChannelFull):
            await layer.send(channel, {"number": 5})
        return [(await layer.receive(channel))["number"] for _ in range(2)] == [0, 1]

    assert asyncio.run(fill())


def test_a_loop_that_is_gone_does_not_stop_the_others() -> None:
    layer = ThreadSafeLayer()

    async def leave_behind() -> None:
        await layer.group_add("plant", await layer.new_channel())

    async def receive() -> str:
        channel = await layer.new_channel()
        await layer.group_add("plant", channel)
        await layer.group_send("plant", {"type": "hint"})
        message = await asyncio.wait_for(layer.receive(channel), 1)
        return str(message["type"])

    asyncio.run(leave_behind())
    assert asyncio.run(receive()) == "hint"
