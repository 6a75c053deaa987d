"""The agent's command line: ``python -m agent enroll | run | status``."""

from __future__ import annotations

import argparse
import asyncio
import json
import logging
import os
import platform
import signal
import sqlite3
import sys
from collections.abc import Coroutine, Sequence
from pathlib import Path
from typing import TypeVar

from agent import assembly, logs, signing
from agent.clock import Clock
from agent.drivers.base import Settings
from agent.enrolling import knock
from agent.identity import Enrolment, IdentityStore
from agent.journal import Journal
from agent.lanes import PARALLEL
from agent.unreachable import Refused

log = logging.getLogger(__name__)

T = TypeVar("T")

TOKEN_VARIABLE = "SITEWRIGHT_TOKEN"  # noqa: S105 - the name of a variable, not a token
_FAILED = 1


class UsageError(Exception):
    """The command cannot be run as it was given; the text is for the person."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit code."""
    chosen = _parser().parse_args(arguments)
    logs.set_up(chosen.log_format, verbose=chosen.verbose)
    try:
        return asyncio.run(chosen.run(chosen)) or 0
    except (UsageError, Refused, assembly.InUseError, signing.KeyFileError) as error:
        log.error("%s", error)  # noqa: TRY400 - foreseen: one line is enough
    except (OSError, sqlite3.Error) as error:
        log.error("%s: %s", type(error).__name__, error)  # noqa: TRY400 - foreseen
    return _FAILED


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m agent", description="The site agent.")
    parser.add_argument("--verbose", action="store_true", help="log every attempt at contact")
    parser.add_argument("--log-format", choices=("text", "json"), default="text")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    enroll = commands.add_parser("enroll", help="make keys and ask to be let in")
    _add_enrolment(enroll, required=True)
    enroll.set_defaults(run=_enroll)

    run = commands.add_parser("run", help="serve this site (enrols first when given a token)")
    _add_enrolment(run, required=False)
    run.add_argument("--stop-workloads-on-exit", action="store_true")
    run.add_argument("--parallel", type=int, default=PARALLEL, metavar="N")
    run.add_argument(
        "--file-root",
        type=Path,
        action="append",
        default=[],
        metavar="DIR",
        help="a directory the file driver may write below (repeat for more)",
    )
    run.set_defaults(run=_run)

    status = commands.add_parser("status", help="what runs here, from the journal")
    status.add_argument("--data", type=Path, required=True, metavar="DIR")
    status.add_argument("--json", action="store_true")
    status.set_defaults(run=_status)
    return parser


def _add_enrolment(parser: argparse.ArgumentParser, *, required: bool) -> None:
    parser.add_argument("--data", type=Path, required=True, metavar="DIR")
    parser.add_argument("--server", required=required, metavar="URL")
    parser.add_argument(
        "--token",
        default=os.environ.get(TOKEN_VARIABLE),
        help=f"enrolment token (or in {TOKEN_VARIABLE})",
    )
    parser.add_argument("--name", default=platform.node(), help="default: this host's name")
    parser.add_argument("--ca", type=Path, metavar="FILE", help="certificates to trust")


def _options(chosen: argparse.Namespace) -> assembly.Options:
    roots = tuple(root.resolve() for root in getattr(chosen, "file_root", []))
    return assembly.Options(
        data=chosen.data.resolve(),
        ca=chosen.ca,
        parallel=max(1, getattr(chosen, "parallel", PARALLEL)),
        settings=Settings(file_roots=roots),
    )


async def _enroll(chosen: argparse.Namespace) -> int:
    options = _options(chosen)
    with assembly.locked(options.data):
        enrolment = await _enrolled(chosen, options)
    fingerprint = IdentityStore(options.data).keys().fingerprint
    print(f"agent {enrolment.agent}, fingerprint {fingerprint}")  # noqa: T201 - the answer
    return 0


async def _run(chosen: argparse.Namespace) -> int:
    options = _options(chosen)
    stop = _stop_event()
    with assembly.locked(options.data):
        enrolment = await _unless(stop, _enrolled(chosen, options))
        if enrolment is None:
            return 0
        clock, keys = Clock(), IdentityStore(options.data).keys()
        log.info(
            "agent %s of %s, fingerprint %s", enrolment.agent, enrolment.server, keys.fingerprint
        )
        journal = Journal(options.data / assembly.JOURNAL, clock)
        site = assembly.SiteAgent(
            options,
            enrolment,
            keys,
            journal=journal,
            clock=clock,
            registry=assembly.drivers(options),
        )
        logs.hide(site.mask)
        await site.run(stop)
        if chosen.stop_workloads_on_exit:
            await site.stop_workloads()
        journal.close()
    return 0


async def _enrolled(chosen: argparse.Namespace, options: assembly.Options) -> Enrolment:
    """Return the enrolment kept here, or knock until somebody answers."""
    store = IdentityStore(options.data)
    kept = store.enrolment()
    if kept is not None:
        moved = chosen.server and chosen.server.rstrip("/") != kept.server
        return store.write(_at(kept, chosen.server)) if moved else kept
    if not (chosen.server and chosen.token):
        raise UsageError("not enrolled yet: give --server and --token")
    return await knock(
        options,
        assembly.drivers(options),
        server=chosen.server,
        token=chosen.token,
        name=chosen.name,
    )


def _at(kept: Enrolment, server: str) -> Enrolment:
    # The keys pinned at enrolment decide whom we obey, so a new address is harmless.
    return Enrolment(server.rstrip("/"), kept.name, kept.agent, kept.server_keys)


async def _status(chosen: argparse.Namespace) -> int:
    path = chosen.data / assembly.JOURNAL
    if not path.exists():
        raise UsageError(f"no agent has run with {chosen.data}")
    journal = Journal(path, Clock())
    rows = [
        {
            "instance": entry.instance,
            "name": entry.desired.instance_name,
            "target": entry.desired.target,
            "wanted": entry.desired.revision,
            "state": entry.state.value if entry.state else "Offered",
            "runs": entry.good.revision if entry.good else None,
            "listed": entry.listed,
        }
        for entry in journal.entries()
    ]
    journal.close()
    if chosen.json:
        print(json.dumps(rows, indent=2))  # noqa: T201 - the answer
        return 0
    for row in rows:
        print("{target}/{name}: {state}, runs {runs}, wanted {wanted}".format(**row))  # noqa: T201
    return 0


async def _unless(stop: asyncio.Event, doing: Coroutine[None, None, T]) -> T | None:
    """Return what is done, or None when asked to stop first."""
    task, stopping = asyncio.create_task(doing), asyncio.create_task(stop.wait())
    await asyncio.wait((task, stopping), return_when=asyncio.FIRST_COMPLETED)
    stopping.cancel()
    if task.done():
        return task.result()
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    return None


def _stop_event() -> asyncio.Event:
    """Return what SIGTERM and Ctrl-C set."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        if sys.platform == "win32":
            signal.signal(number, lambda *_: loop.call_soon_threadsafe(stop.set))
        else:
            loop.add_signal_handler(number, stop.set)
    return stop


if __name__ == "__main__":
    sys.exit(main())
