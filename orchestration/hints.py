"""Wake-ups: what changed, told to every process once the change is committed.

A hint carries no content, only topics such as ``target:12`` and the path of the place it happened
at, so that whoever listens can decide whether it is theirs to know. Hints may be lost, doubled or
reordered; whoever gets one reads the truth from the database.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from weakref import WeakKeyDictionary

from asgiref.sync import async_to_sync
from celery import current_app
from channels.layers import get_channel_layer
from django.db import transaction
from django.db.backends.base.base import BaseDatabaseWrapper

GROUP = "hints"


@dataclass
class Letter:
    """What one transaction tells: topics by path, ``seq`` by agent, users whose rights changed.

    ``tasks`` are the workers' tasks to start, by name: nothing here may import them.
    """

    topics: dict[str, set[str]] = field(default_factory=dict)
    agents: dict[int, int] = field(default_factory=dict)
    rights: set[int] = field(default_factory=set)
    tasks: set[str] = field(default_factory=set)

    def message(self) -> dict[str, object]:
        """As a message of the channel layer: plain lists and texts only."""
        return {
            "type": "hint",
            "topics": [[path, sorted(topics)] for path, topics in sorted(self.topics.items())],
            "agents": [[agent, seq] for agent, seq in sorted(self.agents.items())],
            "rights": sorted(self.rights),
        }


_letters: WeakKeyDictionary[BaseDatabaseWrapper, Letter] = WeakKeyDictionary()


def tell(topics: Iterable[str], path: str) -> None:
    """Tell whoever may see ``path`` (``/1/4/``) that ``topics`` changed, once this is committed."""
    _letter().topics.setdefault(path, set()).update(topics)
    _send_on_commit()


def tell_agent(agent_id: int, seq: int) -> None:
    """Tell an agent that its desired state has reached ``seq``."""
    agents = _letter().agents
    agents[agent_id] = max(seq, agents.get(agent_id, seq))
    _send_on_commit()


def tell_rights(user_ids: Iterable[int]) -> None:
    """Tell open sockets that the rights of these users changed: they look again."""
    _letter().rights.update(user_ids)
    _send_on_commit()


def wake(task: str) -> None:
    """Start a task of the workers, by its name, once this is committed; once a transaction."""
    _letter().tasks.add(task)
    _send_on_commit()


def _letter() -> Letter:
    connection = transaction.get_connection()
    if not any(callback is _send for _, callback, _ in connection.run_on_commit):
        # None of ours is waiting: what may still lie here was rolled back.
        _letters[connection] = Letter()
    return _letters[connection]


def _send_on_commit() -> None:
    # Registered by every tell and not once a transaction: Django drops the callbacks of a savepoint
    # that is rolled back. The first one to run sends the whole letter, the others find it gone.
    # Robust, because the change is committed: a broker that is away must not turn it into an error.
    transaction.on_commit(_send, robust=True)


def _send() -> None:
    letter = _letters.pop(transaction.get_connection(), None)
    if letter is None:
        return
    for task in sorted(letter.tasks):
        # No retry: what is due is found by the next sweep, and nobody waits for a broker.
        current_app.send_task(task, retry=False)
    layer = get_channel_layer()
    if layer is not None and (letter.topics or letter.agents or letter.rights):
        async_to_sync(layer.group_send)(GROUP, letter.message())
