"""Many agents in one process, for load tests: the real code with the mock driver.

``python -m agent.simulate --server URL --token T --count 200`` enrols that many agents and
runs them until stopped. The token needs as many uses. Journals are in memory, so what is
measured is the control plane and not this machine's disk; every run enrols anew.
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import sys
import tempfile
from pathlib import Path

from agent import assembly, logs
from agent.clock import Clock
from agent.drivers.mock import Driver as MockDriver
from agent.enrolling import knock
from agent.identity import IdentityStore
from agent.journal import Journal
from agent.registry import Registry
from agent.unreachable import Refused

log = logging.getLogger(__name__)

_AT_ONCE = 10
"""Enrolments side by side; a real fleet does not knock as one either."""


def main() -> int:
    """Run the simulation; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m agent.simulate", description=__doc__)
    parser.add_argument("--server", required=True, metavar="URL")
    parser.add_argument("--token", required=True)
    parser.add_argument("--count", type=int, default=10, metavar="N")
    parser.add_argument("--name", default="simulated", help="names get a number behind")
    chosen = parser.parse_args()
    logs.set_up("text", verbose=False)
    refused: list[BaseException] = []
    try:
        with tempfile.TemporaryDirectory(prefix="sitewright-simulation-") as data:
            asyncio.run(_simulate(chosen, Path(data)))
    except* Refused as errors:
        refused.extend(errors.exceptions)
        log.error("cannot enrol: %s", refused[0])  # noqa: TRY400 - foreseen: one line is enough
    except* KeyboardInterrupt:
        log.info("stopped")
    return 1 if refused else 0


async def _simulate(chosen: argparse.Namespace, data: Path) -> None:
    turns = asyncio.Semaphore(_AT_ONCE)
    async with asyncio.TaskGroup() as group:
        for number in range(chosen.count):
            name = f"{chosen.name}-{number:05}"
            group.create_task(run_one(chosen.server, chosen.token, name, data / name, turns))


async def run_one(server: str, token: str, name: str, data: Path, turns: asyncio.Semaphore) -> None:
    """Enrol one agent and run it for ever; raises ``Refused`` when it is not let in."""
    options = assembly.Options(data=data)
    registry: Registry = {MockDriver.type: MockDriver(options.settings)}
    async with turns:
        enrolment = await knock(options, registry, server=server, token=token, name=name)
    clock = Clock()
    site = assembly.SiteAgent(
        options,
        enrolment,
        IdentityStore(data).keys(),
        journal=Journal(":memory:", clock),
        clock=clock,
        registry=registry,
    )
    await site.run(asyncio.Event())


if __name__ == "__main__":
    sys.exit(main())
