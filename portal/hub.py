"""One subscription to the hints a process, fanned out to its listeners.

Channels' own groups cost ten times as much a delivery. Here one task reads the group and hands
each message to every listener, which keeps the topics that are its own. A listener merges what
comes faster than it is taken, so it needs no queue and cannot grow: beyond `MOST_TOPICS` it
forgets the details and says `EVERYTHING`.
"""

import asyncio
import logging
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager, suppress
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

from channels.layers import get_channel_layer

from orchestration.hints import GROUP

EVERYTHING = "*"  # hints may have been missed or are too many: read again whatever is shown
MOST_TOPICS = 500
PULSE = 1.5  # seconds of silence before a message to ourselves shows whether the layer works
RETRY = 1.0  # seconds
Message = dict[str, Any]
log = logging.getLogger(__name__)


class Listener(ABC):
    """Topics for one socket or one long poll, picked by a subclass."""

    def __init__(self) -> None:
        self._topics: set[str] = set()
        self._woken = asyncio.Event()

    @abstractmethod
    def pick(self, message: Message) -> Iterable[str]:
        """Return the topics of a message that this listener may and wants to know."""

    def offer(self, message: Message) -> None:
        """Keep what is ours; called by the hub."""
        self.wake(self.pick(message))

    def wake(self, topics: Iterable[str]) -> None:
        """Add topics and end the wait, if there are any."""
        self._topics.update(topics)
        if len(self._topics) > MOST_TOPICS:
            self._topics = {EVERYTHING}
        if self._topics:
            self._woken.set()

    async def wait(self, seconds: float) -> frozenset[str]:
        """Wait for topics and take them; empty when the time is over."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._woken.wait(), seconds)
        self._woken.clear()
        taken, self._topics = frozenset(self._topics), set()
        return taken


class PersonListener(Listener):
    """What happens at or below the places a person was granted.

    Below ``catalog`` they hear of solutions and of nothing else: whoever knows only the catalog
    is not told that there are lines.
    """

    RIGHTS = "rights"  # never sent on: the socket looks the person's rights up again

    def __init__(self, user_id: int, paths: Iterable[str], catalog: Iterable[str] = ()) -> None:
        super().__init__()
        self.user_id = user_id
        self.paths = tuple(paths)
        self.catalog = tuple(catalog)

    def pick(self, message: Message) -> Iterable[str]:
        """Topics below a granted path, and `RIGHTS` when this person's rights changed."""
        for path, topics in message.get("topics", ()):
            if path.startswith(self.paths):
                yield from topics
            elif path.startswith(self.catalog):
                yield from (topic for topic in topics if topic.startswith("solution:"))
        if self.user_id in message.get("rights", ()):
            yield self.RIGHTS


class AgentListener(Listener):
    """Word that one agent's desired state moved on."""

    DESIRED = "desired"

    def __init__(self, agent_id: int) -> None:
        super().__init__()
        self.agent_id = agent_id
        self.seq: int | None = None  # the newest told so far

    def pick(self, message: Message) -> Iterable[str]:
        """`DESIRED` when the message names this agent."""
        for agent_id, seq in message.get("agents", ()):
            if agent_id == self.agent_id:
                self.seq = seq if self.seq is None else max(seq, self.seq)
                yield self.DESIRED


ListenerT = TypeVar("ListenerT", bound=Listener)


class Hub:
    """The listeners of one event loop, and the task that feeds them while there are any."""

    def __init__(self) -> None:
        self._listeners: set[Listener] = set()
        self._feeding: asyncio.Task[None] | None = None
        self._ready = asyncio.Event()

    @asynccontextmanager
    async def listen(self, listener: ListenerT) -> AsyncIterator[ListenerT]:
        """Feed a listener for as long as the block lasts; on entry the subscription stands."""
        self._listeners.add(listener)
        if self._feeding is None:
            self._feeding = asyncio.create_task(self._feed())
        with suppress(TimeoutError):  # without a broker the listener still times out by itself
            await asyncio.wait_for(self._ready.wait(), RETRY)
        try:
            yield listener
        finally:
            self._listeners.discard(listener)
            if not self._listeners:
                await self._stop()

    async def _stop(self) -> None:
        feeding, self._feeding = self._feeding, None
        self._ready.clear()
        if feeding is not None:
            feeding.cancel()
            with suppress(asyncio.CancelledError):
                await feeding

    async def _feed(self) -> None:
        while True:
            try:
                await self._subscribed()
            except Exception:
                log.exception("hints.lost")
            self._ready.clear()
            await asyncio.sleep(RETRY)
            self._wake_all()

    async def _subscribed(self) -> None:
        layer = get_channel_layer()
        if layer is None:
            raise RuntimeError("no channel layer is configured")
        channel = await layer.new_channel()
        await layer.group_add(GROUP, channel)
        self._ready.set()
        # One lasting task: the Redis layer gives the channel up when a receive is cancelled.
        receiving = asyncio.ensure_future(layer.receive(channel))
        unanswered = 0
        try:
            while True:
                done, _ = await asyncio.wait({receiving}, timeout=PULSE)
                if not done:
                    unanswered += 1
                    await layer.send(channel, {"type": "pulse"})
                    continue
                if unanswered > 1:
                    self._wake_all()
                unanswered = 0
                self._hand_out(receiving.result())
                receiving = asyncio.ensure_future(layer.receive(channel))
        finally:
            receiving.cancel()
            await layer.group_discard(GROUP, channel)

    def _hand_out(self, message: Message) -> None:
        if message["type"] == "hint":
            for listener in tuple(self._listeners):
                listener.offer(message)

    def _wake_all(self) -> None:
        for listener in tuple(self._listeners):
            listener.wake([EVERYTHING])


_hubs: WeakKeyDictionary[asyncio.AbstractEventLoop, Hub] = WeakKeyDictionary()


def hub() -> Hub:
    """Return the hub of the running loop."""
    return _hubs.setdefault(asyncio.get_running_loop(), Hub())
