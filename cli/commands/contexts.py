"""`sitewright context`: environments with their levels and capabilities."""

from typing import Annotated

import typer

from cli import naming
from cli.failures import Exit, Failure
from cli.options import DisplayName, Output
from cli.output import Columns, Format, show, tell
from cli.server import connect

app = typer.Typer(no_args_is_help=True, help="Environments with their levels and capabilities.")

COLUMNS: Columns = (
    ("Id", "id"),
    ("Name", "name"),
    ("Title", "display_name"),
    ("Levels", "levels"),
    ("Capabilities", "capabilities"),
)
Name = Annotated[str, typer.Argument(metavar="CONTEXT")]
Levels = Annotated[
    list[str], typer.Option("--level", help="From the top down; again for each level.")
]


@app.command()
def create(
    name: Name, *, level: Levels, display_name: DisplayName = "", output: Output = Format.TABLE
) -> None:
    """Make a context with its levels."""
    body: dict[str, object] = {"name": name, "levels": level}
    body |= {"display_name": display_name} if display_name else {}
    with connect() as server:
        show(server.post("contexts/", body), output, COLUMNS)


@app.command("list")
def list_(*, output: Output = Format.TABLE) -> None:
    """List the contexts you may see."""
    with connect() as server:
        show(list(server.rows("contexts/")), output, COLUMNS)


@app.command("show")
def show_(name: Name, *, output: Output = Format.TABLE) -> None:
    """Show one context."""
    with connect() as server:
        show(naming.context(server, name), output, COLUMNS)


@app.command("add-capability")
def add_capability(
    name: Name,
    capability: Annotated[str, typer.Argument(help="Its name, for example soap.")],
    *,
    description: Annotated[str, typer.Option("--description", help="What it means.")] = "",
) -> None:
    """Add something that lines can do and solutions may need."""
    with connect() as server:
        number = naming.context(server, name)["id"]
        body = {"name": capability, "description": description}
        server.post(f"contexts/{number}/capabilities/", body)
        tell(f"{name} has the capability {capability}.")


@app.command("remove-capability")
def remove_capability(name: Name, capability: str) -> None:
    """Remove a capability that nothing has or needs."""
    with connect() as server:
        row = naming.context(server, name)
        found = [one["id"] for one in row["capabilities"] if one["name"] == capability]
        if not found:
            raise Failure(f"{name} has no capability {capability}.", Exit.ABSENT)
        server.delete(f"contexts/{row['id']}/capabilities/{found[0]}/")
        tell(f"Removed {capability}.")
