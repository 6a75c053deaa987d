"""`sitewright new`: files to begin with."""

from pathlib import Path
from typing import Annotated

import typer

from cli import naming
from cli.failures import Exit, Failure
from cli.files import write
from cli.options import InContext
from cli.output import tell
from cli.server import connect

app = typer.Typer(no_args_is_help=True, help="Files to begin with.")


@app.command()
def solution(
    name: Annotated[str, typer.Argument(help="Small letters, digits and hyphens.")],
    *,
    folder: Annotated[
        Path | None, typer.Option("--dir", help="A new folder; else one of the solution's name.")
    ] = None,
    context: InContext = "",
) -> None:
    """Write schema, template, specification and values of a new solution, explained."""
    to = folder or Path(name)
    if to.exists() and any(to.iterdir()):
        raise Failure(f"{to} is there already and not empty; nothing was written.", Exit.CONFLICT)
    with connect() as server:
        chosen = naming.context(server, context)["name"]
        files = server.get("starter/", name=name, context=chosen)["files"]
    for file in files:
        write(to / file["file"], file["text"])
    tell(f"Wrote {len(files)} files; make it with `sitewright apply -f {to}`.")
