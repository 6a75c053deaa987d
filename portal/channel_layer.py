"""An in-process channel layer that any thread may send to.

The stock in-memory layer puts into another loop's queue without waking that loop: a hint from a
worker thread then waits for whatever happens next, seconds later. Here each channel belongs to
the loop that receives from it, and a message is handed over on that loop.
"""

import asyncio
import secrets
from copy import deepcopy
from dataclasses import dataclass
from threading import Lock
from typing import Any

from channels.exceptions import ChannelFull
from channels.layers import BaseChannelLayer

Message = dict[str, Any]


@dataclass(frozen=True)
class Mailbox:
    """The queue of one channel and the loop that reads it."""

    loop: asyncio.AbstractEventLoop
    queue: asyncio.Queue[Message]

    def put(self, message: Message) -> bool:
        """Hand a copy over; false when the queue is full or the loop is gone."""
        if self.queue.full():
            return False
        try:
            self.loop.call_soon_threadsafe(self._put, deepcopy(message))
        except RuntimeError:  # the loop has been closed
            return False
        return True

    def _put(self, message: Message) -> None:
        # Full by now: others were faster. A hint less does no harm.
        if not self.queue.full():
            self.queue.put_nowait(message)


class ThreadSafeLayer(BaseChannelLayer):
    """Channels and groups of this process, for the time it lives."""

    extensions = ("groups", "flush")

    def __init__(self, **config: Any) -> None:  # noqa: ANN401  as the base class has it
        super().__init__(**config)
        self._lock = Lock()
        self._mailboxes: dict[str, Mailbox] = {}
        self._groups: dict[str, set[str]] = {}

    async def new_channel(self, prefix: str = "specific.") -> str:
        """Return the name of a new channel that the running loop will read."""
        name = f"{prefix}.inmemory!{secrets.token_hex(8)}"
        self._mailbox(name)
        return name

    async def send(self, channel: str, message: Message) -> None:
        """Put a message into one channel; raises ChannelFull."""
        if not self._mailbox(channel).put(message):
            raise ChannelFull(channel)

    async def receive(self, channel: str) -> Message:
        """Wait for the next message of a channel."""
        return await self._mailbox(channel).queue.get()

    async def group_add(self, group: str, channel: str) -> None:
        """Let a channel of the running loop get what is sent to a group."""
        self._mailbox(channel)
        with self._lock:
            self._groups.setdefault(group, set()).add(channel)

    async def group_discard(self, group: str, channel: str) -> None:
        """Take a channel out of a group, and forget the channel when it was in no other."""
        with self._lock:
            self._groups.get(group, set()).discard(channel)
            if not any(channel in members for members in self._groups.values()):
                self._mailboxes.pop(channel, None)

    async def group_send(self, group: str, message: Message) -> None:
        """Send to every channel of a group; full ones go without."""
        with self._lock:
            members = self._groups.get(group, set())
            mailboxes = [self._mailboxes[name] for name in members if name in self._mailboxes]
        for mailbox in mailboxes:
            mailbox.put(message)

    async def flush(self) -> None:
        """Forget every channel and group."""
        with self._lock:
            self._mailboxes.clear()
            self._groups.clear()

    def _mailbox(self, channel: str) -> Mailbox:
        with self._lock:
            found = self._mailboxes.get(channel)
            if found is None:
                queue: asyncio.Queue[Message] = asyncio.Queue(self.get_capacity(channel))
                found = Mailbox(asyncio.get_running_loop(), queue)
                self._mailboxes[channel] = found
            return found
