"""Waiting for work on the server, with a bar where somebody watches."""

import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from itertools import islice

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from cli.failures import Exit, Failure
from cli.output import tell
from cli.server import Row, Server

_OFTEN, _SELDOM = 0.5, 5.0  # seconds between two looks
_RUNNING = "Running"
_SHOWN = 20
Counts = Mapping[str, int]


def for_rollout(server: Server, number: int, seconds: int) -> Row:
    """Wait until a rollout has ended; raises Failure when it did not end well everywhere."""
    found = _until(
        lambda: server.get(f"rollouts/{number}/"),
        lambda row: row["state"] != _RUNNING,
        lambda row: row["progress"],
        f"Rollout {number}",
        seconds,
    )
    counts, said = found["progress"], f"Rollout {number}: {found['word']['label']}"
    lost = counts["failed"] + counts["cancelled"]
    waiting = counts["active"]
    if lost + waiting:
        code = Exit.FAILED if lost == counts["total"] else Exit.PARTLY
        raise Failure(f"{said} ({_told(counts)}).", code, tuple(_failures(found)))
    tell(f"{said} ({_told(counts)}).")
    return found


def for_operation(server: Server, number: str, seconds: int) -> Row:
    """Wait until an operation has ended; raises Failure when not every line went well."""
    found = _until(
        lambda: server.get(f"operations/{number}/"),
        lambda row: not row["active"],
        lambda row: row["progress"],
        "Lines",
        seconds,
    )
    counts, said = found["progress"], f"{found['word']['label']} ({_told(found['progress'])})."
    lost = counts["failed"] + counts["cancelled"]
    if lost:
        rows = server.rows(f"operations/{number}/results/", outcome="failed")
        details = tuple(f"{row['asked']}: {row['message']}" for row in islice(rows, _SHOWN))
        more = (f"… see `sitewright operation results {number}`",) if lost > _SHOWN else ()
        code = Exit.FAILED if lost == counts["total"] else Exit.PARTLY
        raise Failure(said, code, details + more)
    tell(said)
    return found


def _told(counts: Counts) -> str:
    names = (("done", "done"), ("failed", "failed"), ("cancelled", "cancelled"),
             ("active", "waiting for contact"))  # fmt: skip
    return ", ".join(f"{counts[key]} {word}" for key, word in names if counts.get(key))


def _failures(rollout: Row) -> Iterator[str]:
    for row in rollout["deployments"]:
        if row["failure"]:
            line, failure = row["instance"]["target"]["name"], row["failure"]
            yield f"{line}: {failure.get('message') or failure.get('code') or row['state']}"


def _until(
    look: Callable[[], Row],
    over: Callable[[Row], bool],
    counts: Callable[[Row], Counts],
    title: str,
    seconds: int,
) -> Row:
    end, pause = time.monotonic() + seconds, _OFTEN
    with _bar(title) as move:
        while True:
            found = look()
            move(counts(found))
            if over(found):
                return found
            if time.monotonic() + pause > end:
                message = f"{title} has not ended after {seconds} seconds; it goes on."
                raise Failure(message, Exit.FAILED)
            time.sleep(pause)
            pause = min(pause * 1.3, _SELDOM)


@contextmanager
def _bar(title: str) -> Iterator[Callable[[Counts], None]]:
    """A bar on a terminal; nothing where output goes to a file or a program."""
    if not sys.stderr.isatty():
        yield lambda _counts: None
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(),
               TimeElapsedColumn())  # fmt: skip
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task(title, total=None)

        def move(counts: Counts) -> None:
            over = counts["total"] - counts.get("active", 0)
            progress.update(task, total=counts["total"], completed=over)

        yield move
