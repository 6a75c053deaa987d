"""Puts an agent together from its parts, and takes it down again."""

from __future__ import annotations

import asyncio
import importlib.metadata
import logging
import platform
import ssl
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from agent import wire
from agent.client import ControlPlane, Transport
from agent.clock import Clock
from agent.components import Components
from agent.drivers.base import Settings
from agent.failures import WorkError
from agent.hints import HintSocket
from agent.identity import Enrolment, Keys
from agent.journal import Journal
from agent.lanes import PARALLEL, Lanes
from agent.loop import Loop, fetcher
from agent.machine import Machine
from agent.registry import Registry, load
from agent.secrets import Secrets
from agent.watch import Watch

log = logging.getLogger(__name__)

JOURNAL = "journal.sqlite"
_INSTANCES = "instances"
_LOCK = "agent.lock"


class InUseError(Exception):
    """Another agent works with this data directory."""


@dataclass(frozen=True)
class Options:
    """How to run an agent; ``ca`` is a file of certificates to trust besides the usual."""

    data: Path
    ca: Path | None = None
    parallel: int = PARALLEL
    settings: Settings = field(default_factory=Settings)

    def tls(self) -> ssl.SSLContext | None:
        """Return whom to trust; None means the usual."""
        return None if self.ca is None else ssl.create_default_context(cafile=self.ca)

    def transport(self, server: str) -> Transport:
        """Return the way to a control plane."""
        return Transport(server, self.tls() or True)


class SiteAgent:
    """One agent, ready to run."""

    def __init__(
        self,
        options: Options,
        enrolment: Enrolment,
        keys: Keys,
        *,
        journal: Journal,
        clock: Clock,
        registry: Registry,
    ) -> None:
        """Make the parts and join them; nothing is called yet."""
        self._journal = journal
        self._transport = options.transport(enrolment.server)
        secrets = Secrets(keys.seal, enrolment.agent)
        secrets.recall(journal.entries())
        self.mask = secrets.mask
        self._components = Components(options.data / _INSTANCES, registry, secrets)
        plane = ControlPlane(self._transport, enrolment, keys, clock)
        machine = Machine(journal, self._components, fetcher(plane), clock)
        lanes = Lanes(journal, machine, clock, options.parallel)
        watch = Watch(journal, machine, self._components, lanes, clock)
        journal.mask = watch.mask = secrets.mask
        self._loop = Loop(
            enrolment=enrolment,
            plane=plane,
            hints=HintSocket(plane, options.tls()),
            journal=journal,
            lanes=lanes,
            watch=watch,
            clock=clock,
        )

    async def run(self, stop: asyncio.Event) -> None:
        """Work until ``stop`` is set; workloads stay as they are."""
        working = asyncio.create_task(self._loop.run())
        stopping = asyncio.create_task(stop.wait())
        await asyncio.wait((working, stopping), return_when=asyncio.FIRST_COMPLETED)
        for task in (working, stopping):
            task.cancel()
        await asyncio.gather(working, stopping, return_exceptions=True)
        await self._transport.close()

    async def stop_workloads(self) -> None:
        """Stop every workload, to be started again by the next run."""
        await asyncio.gather(*(self._stop(entry.instance) for entry in self._journal.entries()))

    async def _stop(self, instance: int) -> None:
        try:
            await self._components.stop(instance)
        except WorkError as error:
            log.error("instance %s: %s", instance, error)  # noqa: TRY400 - foreseen


def facts(registry: Registry) -> wire.Facts:
    """Return what this machine says about itself."""
    return wire.Facts(
        hostname=platform.node(),
        os=platform.system().lower(),
        arch=platform.machine(),
        python=platform.python_version(),
        agent_version=importlib.metadata.version("sitewright"),
        drivers=tuple(sorted(registry)),
    )


def drivers(options: Options) -> Registry:
    """Return the drivers of this machine."""
    return load(options.settings)


@contextmanager
def locked(data: Path) -> Iterator[None]:
    """Hold the data directory for one agent alone; raises ``InUseError``."""
    data.mkdir(parents=True, exist_ok=True, mode=0o700)
    with (data / _LOCK).open("a+b") as file:
        try:
            if sys.platform == "win32":
                import msvcrt  # noqa: PLC0415 - exists on Windows only

                msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
            else:
                import fcntl  # noqa: PLC0415 - exists on POSIX only

                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise InUseError(f"another agent works with {data}") from error
        yield
