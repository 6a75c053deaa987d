"""`sitewright site`: places between a context and its lines."""

from typing import Annotated

import typer

from cli import naming
from cli.options import DisplayName, Output, Place, Under, Yes
from cli.output import Columns, Format, show, tell
from cli.server import connect

app = typer.Typer(no_args_is_help=True, help="Places: regions, cities, factories.")

COLUMNS: Columns = (
    ("Id", "id"),
    ("Name", "name"),
    ("Title", "title"),
    ("Level", "level_name"),
    ("Time zone", "time_zone"),
)
Parent = Annotated[str, typer.Option("--parent", help="The place above, or the context.")]
TimeZone = Annotated[str, typer.Option("--time-zone", help="For example America/Chicago.")]


@app.command()
def create(
    name: str,
    *,
    parent: Parent,
    display_name: DisplayName = "",
    time_zone: TimeZone = "",
    output: Output = Format.TABLE,
) -> None:
    """Add a place one level below another."""
    extra = {"display_name": display_name, "time_zone": time_zone}
    body: dict[str, object] = {"name": name}
    body |= {key: text for key, text in extra.items() if text}
    with connect() as server:
        body["parent"] = naming.place(server, parent)["id"]
        show(server.post("nodes/", body), output, COLUMNS)


@app.command("create-factory")
def create_factory(
    name: str,
    *,
    parent: Parent,
    lines: Annotated[int, typer.Option("--lines", min=1, help="How many lines it has.")],
    line_name: Annotated[
        str, typer.Option("--line-name", help="{factory} and {n} are filled in.")
    ] = "",
    capability: Annotated[
        list[str] | None, typer.Option("--capability", help="Of all its lines.")
    ] = None,
    display_name: DisplayName = "",
    time_zone: TimeZone = "",
    output: Output = Format.TABLE,
) -> None:
    """Add a factory with all its lines at once, or nothing."""
    extra = {"display_name": display_name, "time_zone": time_zone, "line_name": line_name}
    body: dict[str, object] = {"name": name, "lines": lines, "capabilities": capability or []}
    body |= {key: text for key, text in extra.items() if text}
    with connect() as server:
        body["parent"] = naming.place(server, parent)["id"]
        made = server.post("onboarding/factory/", body)
        tell(f"Added {made['site']['title']} with {len(made['targets'])} lines.")
        show(made["site"], output, COLUMNS)


@app.command("list")
def list_(*, under: Under = "", output: Output = Format.TABLE) -> None:
    """List the places you may see, without lines."""
    with connect() as server:
        place = naming.place(server, under)["id"] if under else ""
        show(list(server.rows("nodes/", under=place, kind="site")), output, COLUMNS)


@app.command("show")
def show_(place: Place, *, output: Output = Format.TABLE) -> None:
    """Show one place, with the way to it."""
    with connect() as server:
        found = server.get(f"nodes/{naming.place(server, place)['id']}/")
        way = {"way_text": "/".join(step["title"] for step in found["way"])}
        columns = (*COLUMNS, ("Way", "way_text"))
        show(found | way if output is Format.TABLE else found, output, columns)


@app.command()
def update(
    place: Place,
    *,
    name: Annotated[str, typer.Option("--name", help="A new name.")] = "",
    display_name: DisplayName = "",
    time_zone: TimeZone = "",
    output: Output = Format.TABLE,
) -> None:
    """Rename a place or a line, or change its time zone; what is not given stays."""
    extra = {"name": name, "display_name": display_name, "time_zone": time_zone}
    body = {key: text for key, text in extra.items() if text}
    with connect() as server:
        number = naming.place(server, place)["id"]
        show(server.patch(f"nodes/{number}/", body), output, COLUMNS)


@app.command()
def move(
    place: Place,
    *,
    to: Annotated[str, typer.Option("--to", help="The new place above, of the same level.")],
    output: Output = Format.TABLE,
) -> None:
    """Move a place or a line with all below it; what it inherits then waits for a review."""
    with connect() as server:
        number, parent = naming.place(server, place)["id"], naming.place(server, to)["id"]
        show(server.post(f"nodes/{number}/move/", {"parent": parent}), output, COLUMNS)


@app.command()
def delete(place: Place, *, yes: Yes = False) -> None:
    """Delete a place that holds nothing any more."""
    with connect() as server:
        found = naming.place(server, place)
        if not yes:
            typer.confirm(f"Delete {found['title']}?", abort=True, err=True)
        server.delete(f"nodes/{found['id']}/")
        tell(f"Deleted {found['title']}.")
