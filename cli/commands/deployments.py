"""`sitewright deployment`: one attempt on one line."""

from typing import Annotated

import typer

from cli import lines, naming, waiting
from cli.failures import Exit, Failure
from cli.options import WAIT_SECONDS, Comment, Output, Timeout, Under, Wait
from cli.output import Columns, Format, show
from cli.server import connect

app = typer.Typer(no_args_is_help=True, help="Attempts, one line each.")

_ROWS: Columns = (
    ("Id", "id"),
    ("Line", "instance.target.name"),
    ("Solution", "instance.solution_name"),
    ("From", "from_revision.label"),
    ("To", "revision.label"),
    ("State", "state"),
    ("Hold", "hold.code"),
    ("Started", "created_at"),
    ("Started by", "started_by"),
)
_STEPS: Columns = (("Step", "name"), ("Status", "status"), ("Ended", "ended_at"),
                   ("Detail", "detail"))  # fmt: skip
Number = Annotated[int, typer.Argument(metavar="DEPLOYMENT", help="Its id.", min=1)]


@app.command("list")
def list_(
    *,
    target: Annotated[str, typer.Option("--target", help="Only on this line.")] = "",
    under: Under = "",
    state: Annotated[str, typer.Option("--state", help="For example Failed.")] = "",
    output: Output = Format.TABLE,
) -> None:
    """List the attempts you may see, newest first."""
    with connect() as server:
        query = {"state": state}
        query |= {"target": naming.target(server, target)["id"]} if target else {}
        query |= {"under": naming.place(server, under)["id"]} if under else {}
        show(list(server.rows("deployments/", **query)), output, _ROWS)


@app.command("show")
def show_(deployment: Number, *, output: Output = Format.TABLE) -> None:
    """Show an attempt with its steps and why it failed."""
    with connect() as server:
        found = server.get(f"deployments/{deployment}/")
        show(found, output, (*_ROWS, ("Why", "failure.message")))
        if output is Format.TABLE:
            typer.echo("")
            show(found["steps"], output, _STEPS)


@app.command()
def watch(
    deployment: Number, *, timeout: Timeout = WAIT_SECONDS, output: Output = Format.TABLE
) -> None:
    """Wait until the rollout of an attempt has ended; the exit code tells how."""
    with connect() as server:
        rollout = server.get(f"deployments/{deployment}/")["rollout"]
        waiting.for_rollout(server, rollout, timeout)
        show(server.get(f"deployments/{deployment}/"), output, _ROWS)


@app.command()
def retry(
    deployment: Number,
    *,
    comment: Comment = "",
    wait: Wait = False,
    timeout: Timeout = WAIT_SECONDS,
    output: Output = Format.TABLE,
) -> None:
    """Try a failed attempt again."""
    with connect() as server:
        started = server.post(f"deployments/{deployment}/retry/", {"comment": comment})
        if wait:
            waiting.for_rollout(server, started["id"], timeout)
        lines.show_rollout(server, started, output, fresh=wait)


@app.command()
def rollback(
    deployment: Number,
    *,
    revision: Annotated[str, typer.Option("--revision", help="Else what ran before it.")] = "",
    comment: Comment = "",
    wait: Wait = False,
    timeout: Timeout = WAIT_SECONDS,
    output: Output = Format.TABLE,
) -> None:
    """Bring a line back to what it ran before an attempt, or to a revision you name."""
    with connect() as server:
        found = server.get(f"deployments/{deployment}/")
        copy, before = found["instance"], found["from_revision"]
        if revision:
            line, names = int(copy["target"]["id"]), (copy["solution_name"], copy["name"])
            before = lines.revision(server, line, *names, revision)
        if not before:
            raise Failure("Nothing ran before.", Exit.CONFLICT)
        body = {"revisions": [before["id"]], "comment": comment}
        started = server.post("rollouts/roll-back/", body)
        if wait:
            waiting.for_rollout(server, started["id"], timeout)
        lines.show_rollout(server, started, output, fresh=wait)


@app.command()
def cancel(deployment: Number, *, output: Output = Format.TABLE) -> None:
    """Stop an attempt that has not begun to change anything on the line."""
    with connect() as server:
        show(server.post(f"deployments/{deployment}/cancel/"), output, _ROWS)
