"""`sitewright operation`: work on many lines, followed line by line."""

from typing import Annotated

import typer

from cli import bulk, waiting
from cli.failures import Exit, Failure
from cli.options import WAIT_SECONDS, Output, Timeout, Wait
from cli.output import Columns, Format, show, tell
from cli.server import connect

app = typer.Typer(no_args_is_help=True, help="Work on many lines that one command asked for.")

_RESULTS: Columns = (
    ("Line", "asked"),
    ("Outcome", "outcome"),
    ("Revision", "revision.label"),
    ("Why", "message"),
)
Number = Annotated[str, typer.Argument(metavar="OPERATION", help="Its id.")]


@app.command("list")
def list_(
    *,
    state: Annotated[str, typer.Option("--state", help="For example Running.")] = "",
    output: Output = Format.TABLE,
) -> None:
    """List your operations, newest first."""
    with connect() as server:
        show(list(server.rows("operations/", state=state)), output, bulk.OPERATION)


@app.command("show")
def show_(operation: Number, *, output: Output = Format.TABLE) -> None:
    """Show how far an operation is."""
    with connect() as server:
        show(server.get(f"operations/{operation}/"), output, bulk.OPERATION)


@app.command()
def results(
    operation: Number,
    *,
    outcome: Annotated[str, typer.Option("--outcome", help="For example failed.")] = "",
    output: Output = Format.TABLE,
) -> None:
    """List what became of each line."""
    with connect() as server:
        rows = server.rows(f"operations/{operation}/results/", outcome=outcome)
        show(list(rows), output, _RESULTS)


@app.command()
def wait(
    operation: Number, *, timeout: Timeout = WAIT_SECONDS, output: Output = Format.TABLE
) -> None:
    """Wait until an operation has ended; the exit code tells how."""
    with connect() as server:
        show(waiting.for_operation(server, operation, timeout), output, bulk.OPERATION)


@app.command()
def retry(
    operation: Number,
    *,
    wait: Wait = False,
    timeout: Timeout = WAIT_SECONDS,
    output: Output = Format.TABLE,
) -> None:
    """Do what failed again, as an operation of its own."""
    with connect() as server:
        started = server.post(f"operations/{operation}/retry/")
        bulk.follow(server, started, output, seconds=timeout if wait else 0)


@app.command()
def cancel(operation: Number) -> None:
    """Leave out what has not been done yet; what is done stays done."""
    with connect() as server:
        ended = server.post(f"operations/{operation}/cancel/")
        if ended["state"] == "Succeeded":
            raise Failure("It was over already.", Exit.CONFLICT)
        tell(f"Cancelled; {ended['progress']['done']} lines were done.")
