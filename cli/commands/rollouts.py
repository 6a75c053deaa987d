"""`sitewright rollout`: what was started for one line or many."""

from typing import Annotated

import typer

from cli import lines, waiting
from cli.options import WAIT_SECONDS, Comment, Output, Timeout, Wait
from cli.output import Columns, Format, show, tell
from cli.server import connect

app = typer.Typer(no_args_is_help=True, help="Deploying, rolling back and uninstalling.")

_ROWS: Columns = (
    ("Id", "id"),
    ("Kind", "kind"),
    ("State", "state"),
    ("Started by", "started_by"),
    ("Started", "created_at"),
    ("Finished", "finished_at"),
    ("Comment", "comment"),
)
_LINES: Columns = (
    ("Deployment", "id"),
    ("Line", "instance.target.name"),
    ("Solution", "instance.solution_name"),
    ("To", "revision.label"),
    ("State", "state"),
)
Number = Annotated[int, typer.Argument(metavar="ROLLOUT", help="Its id.", min=1)]
_FAILED = {"Failed", "Reverted", "RevertFailed", "Rejected", "TimedOut"}
_UNBEGUN = {"Pending", "Released", "Offered", "Deferred"}


@app.command("list")
def list_(
    *,
    state: Annotated[str, typer.Option("--state", help="For example Running.")] = "",
    output: Output = Format.TABLE,
) -> None:
    """List the rollouts you may see, newest first."""
    with connect() as server:
        show(list(server.rows("rollouts/", state=state)), output, _ROWS)


@app.command("show")
def show_(rollout: Number, *, output: Output = Format.TABLE) -> None:
    """Show a rollout, line by line."""
    with connect() as server:
        found = server.get(f"rollouts/{rollout}/")
        show(found, output, lines.ROLLOUT)
        if output is Format.TABLE:
            typer.echo("")
            show(found["deployments"], output, _LINES)


@app.command()
def watch(
    rollout: Number, *, timeout: Timeout = WAIT_SECONDS, output: Output = Format.TABLE
) -> None:
    """Wait until a rollout has ended; the exit code tells how."""
    with connect() as server:
        show(waiting.for_rollout(server, rollout, timeout), output, lines.ROLLOUT)


@app.command()
def retry(
    rollout: Number,
    *,
    comment: Comment = "",
    wait: Wait = False,
    timeout: Timeout = WAIT_SECONDS,
    output: Output = Format.TABLE,
) -> None:
    """Try again what failed."""
    with connect() as server:
        rows = server.get(f"rollouts/{rollout}/")["deployments"]
        failed = [row["id"] for row in rows if row["state"] in _FAILED]
        if not failed:
            tell("Nothing failed.")
            return
        started = server.post("rollouts/retry/", {"deployments": failed, "comment": comment})
        if wait:
            waiting.for_rollout(server, started["id"], timeout)
        lines.show_rollout(server, started, output, fresh=wait)


@app.command()
def rollback(
    rollout: Number,
    *,
    comment: Comment = "",
    wait: Wait = False,
    timeout: Timeout = WAIT_SECONDS,
    output: Output = Format.TABLE,
) -> None:
    """Bring each line back to what it ran before this rollout."""
    with connect() as server:
        rows = server.get(f"rollouts/{rollout}/")["deployments"]
        before = [row["from_revision"]["id"] for row in rows if row["from_revision"]]
        if not before:
            tell("Nothing ran before.")
            return
        body = {"revisions": before, "comment": comment}
        started = server.post("rollouts/roll-back/", body)
        if wait:
            waiting.for_rollout(server, started["id"], timeout)
        lines.show_rollout(server, started, output, fresh=wait)


@app.command()
def cancel(rollout: Number) -> None:
    """Stop what has not begun to change anything on a line."""
    with connect() as server:
        rows = server.get(f"rollouts/{rollout}/")["deployments"]
        open_ = [row["id"] for row in rows if row["state"] in _UNBEGUN]
        for number in open_:
            server.post(f"deployments/{number}/cancel/")
        tell(f"Cancelled on {len(open_)} of {len(rows)} lines.")
