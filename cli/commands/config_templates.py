"""`sitewright config-template`: configuration of no application, linked to places."""

from pathlib import Path
from typing import Annotated, Any

import typer

from cli import naming
from cli.failures import Exit, Failure
from cli.files import text_of
from cli.options import DisplayName, InContext, Output, Yes
from cli.output import Columns, Format, show, tell
from cli.server import connect

app = typer.Typer(no_args_is_help=True, help="Values that many solutions share.")

COLUMNS: Columns = (("Id", "id"), ("Name", "name"), ("Title", "title"), ("Versions", "versions"))
_VERSION: Columns = (
    ("Id", "id"),
    ("Name", "name"),
    ("Version", "version"),
    ("Schema", "schema"),
    ("Created by", "created_by"),
    ("Warnings", "warnings"),
)
_LINK: Columns = (
    ("Place", "node.title"),
    ("Template", "name"),
    ("Version", "version"),
    ("Linked by", "linked_by"),
    ("Linked", "linked_at"),
)
Name = Annotated[str, typer.Argument(metavar="TEMPLATE")]
At = Annotated[str, typer.Option("--at", help="The place: a name, or a way like a/b/place.")]


@app.command()
def create(
    name: Name,
    *,
    version: Annotated[str, typer.Option("--version", help="SemVer, for example 1.2.0.")],
    file: Annotated[Path, typer.Option("--file", "-f", help="The file with `configs:`.")],
    schema: Annotated[str, typer.Option("--schema", help="Name/Version.")] = "",
    display_name: DisplayName = "",
    context: InContext = "",
    output: Output = Format.TABLE,
) -> None:
    """Add a config template, or a version of it."""
    body: dict[str, Any] = {"name": name, "version": version, "config_text": text_of(file)}
    body |= {"schema": schema} if schema else {}
    body |= {"display_name": display_name} if display_name else {}
    with connect() as server:
        body["context"] = naming.context(server, context)["id"]
        made = server.post("config-template-versions/", body)
        for warning in made["warnings"]:
            tell(f"Note: {warning}")
        show(made, output, _VERSION)


app.command("create-version", help="Add a version; the same again is no change.")(create)


@app.command("list")
def list_(
    *,
    at: Annotated[str, typer.Option("--at", help="Only what counts at this place.")] = "",
    context: InContext = "",
    output: Output = Format.TABLE,
) -> None:
    """List the config templates you may see, or what counts at a place, nearest first."""
    with connect() as server:
        if at:
            place = naming.place(server, at)["id"]
            show(server.get(f"nodes/{place}/links/"), output, _LINK)
            return
        chosen = naming.context(server, context)["id"] if context else ""
        show(list(server.rows("config-templates/", context=chosen)), output, COLUMNS)


@app.command()
def link(
    name: Name,
    *,
    at: At,
    version: Annotated[str, typer.Option("--version", help="Else the newest.")] = "",
    context: InContext = "",
    output: Output = Format.TABLE,
) -> None:
    """Let a version count at a place and below, instead of another one of the template."""
    with connect() as server:
        row = naming.entry(server, "config-templates", name, context)
        place = naming.place(server, at)["id"]
        body = {"config_template_version": naming.version(row, version)}
        show(server.post(f"nodes/{place}/links/", body), output, _LINK)


@app.command()
def unlink(name: Name, *, at: At) -> None:
    """Let a config template count at a place no more; its values are kept."""
    with connect() as server:
        place = naming.place(server, at)
        links = server.get(f"nodes/{place['id']}/links/")
        own = [row for row in links if row["name"] == name and row["node"]["id"] == place["id"]]
        if not own:
            raise Failure(f"{name} is not linked to {place['title']}.", Exit.ABSENT)
        server.delete(f"nodes/{place['id']}/links/{own[0]['id']}/")
        tell(f"{name} no longer counts at {place['title']}.")


@app.command("remove-version")
def remove_version(
    name: Name,
    *,
    version: Annotated[str, typer.Option("--version", help="The version to delete.")],
    context: InContext = "",
    yes: Yes = False,
) -> None:
    """Delete a version that is linked nowhere."""
    with connect() as server:
        number = naming.version(naming.entry(server, "config-templates", name, context), version)
        if not yes:
            typer.confirm(f"Delete {name} {version}?", abort=True, err=True)
        server.delete(f"config-template-versions/{number}/")
        tell(f"Deleted {name} {version}.")
