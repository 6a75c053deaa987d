"""How the installation is doing, as the health page shows it."""

import platform
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any

import django
from django.conf import settings
from django.db import connection
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from orchestration.models import WorkerHeartbeat
from orchestration.queries import agents, backlog, troubles
from orchestration.queries.backlog import Queue
from orchestration.services import rotation, vault
from portal.web.health import CHECKS, OK
from rbac.access import may_administer
from rbac.models import User

SHOWN = 20
PARTS: Mapping[str, Promise] = {
    "database": _("Database"),
    "migrations": _("Migrations"),
    "workers": _("Workers"),
    "secrets": _("Keys of secrets"),
}
QUEUES: Mapping[str, Promise] = {
    "deployments": _("Deployments"),
    "operations": _("Operations on many lines"),
    "deliveries": _("Calls of webhooks"),
}


@dataclass(frozen=True)
class Part:
    """One part of /healthz: its name for people, and what it says of itself."""

    name: Promise | str
    state: str

    @property
    def fine(self) -> bool:
        """Whether nothing is wrong with it."""
        return self.state == OK


def state(by: User) -> dict[str, Any]:
    """Return the parts of /healthz, signs of life, and what is late among what the person sees."""
    return {
        "parts": [Part(PARTS.get(one.__name__, one.__name__), one()) for one in CHECKS],
        "workers": WorkerHeartbeat.objects.order_by("name"),
        "queues": list(_queues(by)),
        "given_up": backlog.given_up(by),
        "due": troubles.due(by)[:SHOWN],
        "away": agents.away_agents(by),
        "keys": list(_keys()) if may_administer(by) else (),
        "built": list(_built()),
    }


def _queues(by: User) -> Iterator[tuple[Promise | str, Queue]]:
    for queue in backlog.queues(by):
        yield QUEUES.get(queue.key, queue.key), queue


def _keys() -> Iterator[tuple[str, bool, bool, int]]:
    """Each key by its id: whether it encrypts, whether it is there, and what is under it."""
    known, used = vault.key_ids(), rotation.counts()
    for number, key in enumerate([*known, *sorted(used.keys() - set(known))]):
        yield key, number == 0 and bool(known), key in known, used[key]


def _built() -> Iterator[tuple[Promise | str, str]]:
    yield "Sitewright", version("sitewright")
    yield _("Database"), _database()
    broker = _("Redis") if settings.REDIS_URL else _("none; workers run in the web process")
    yield _("Message broker"), str(broker)
    yield "Python", platform.python_version()
    yield "Django", django.get_version()


def _database() -> str:
    number = connection.get_database_version()
    return f"{connection.display_name} {'.'.join(str(part) for part in number)}"
