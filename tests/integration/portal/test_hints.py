from collections.abc import Callable

import pytest
from asgiref.sync import async_to_sync, sync_to_async
from django.db import transaction

from orchestration import hints
from portal.hub import AgentListener, Hub, PersonListener

pytestmark = pytest.mark.django_db(transaction=True)


class Everything(PersonListener):
    """Keeps every message whole."""

    def __init__(self) -> None:
        super().__init__(1, ["/"])
        self.messages: list[dict[str, object]] = []

    def offer(self, message: dict[str, object]) -> None:
        self.messages.append(message)
        super().offer(message)


def heard(change: Callable[[], None], wait: float = 1.0) -> list[dict[str, object]]:
    """The messages that a change, made in a worker's thread, sends out."""

    async def listen() -> list[dict[str, object]]:
        async with Hub().listen(Everything()) as listener:
            await sync_to_async(change)()
            await listener.wait(wait)
            return listener.messages

    return async_to_sync(listen)()


def test_a_transaction_sends_one_message_whatever_it_told() -> None:
    def change() -> None:
        with transaction.atomic():
            hints.tell(["target:7"], "/1/7/")
            with transaction.atomic():
                hints.tell(["target:8", "rollout:3"], "/1/8/")
            hints.tell(["node:7"], "/1/7/")
            hints.tell_agent(4, 11)
            hints.tell_agent(4, 12)

    assert heard(change) == [
        {
            "type": "hint",
            "topics": [["/1/7/", ["node:7", "target:7"]], ["/1/8/", ["rollout:3", "target:8"]]],
            "agents": [[4, 12]],
            "rights": [],
        }
    ]


def test_what_is_rolled_back_is_not_told() -> None:
    def change() -> None:
        with transaction.atomic():
            hints.tell(["target:7"], "/1/7/")
            transaction.set_rollback(True)

    assert heard(change, wait=0.3) == []


def test_the_next_transaction_does_not_tell_what_was_rolled_back() -> None:
    def change() -> None:
        with transaction.atomic():
            hints.tell(["target:7"], "/1/7/")
            transaction.set_rollback(True)
        with transaction.atomic():
            hints.tell(["target:8"], "/1/8/")

    assert [message["topics"] for message in heard(change)] == [[["/1/8/", ["target:8"]]]]


def test_outside_a_transaction_it_is_told_at_once() -> None:
    messages = heard(lambda: hints.tell_rights([5]))
    assert [message["rights"] for message in messages] == [[5]]


def test_an_agent_waiting_is_woken_by_a_change_in_another_thread() -> None:
    async def wait() -> tuple[frozenset[str], int | None]:
        async with Hub().listen(AgentListener(4)) as listener:
            await sync_to_async(hints.tell_agent)(4, 12)
            return await listener.wait(2), listener.seq

    assert async_to_sync(wait)() == (frozenset({AgentListener.DESIRED}), 12)
