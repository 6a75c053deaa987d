"""`sitewright schema`: the rules for configuration keys."""

from pathlib import Path
from typing import Annotated

import typer

from cli import naming
from cli.files import text_of
from cli.options import InContext, Output, Yes
from cli.output import Columns, Format, show, tell
from cli.server import connect

app = typer.Typer(no_args_is_help=True, help="The rules for configuration keys, in versions.")

COLUMNS: Columns = (("Id", "id"), ("Name", "name"), ("Versions", "versions"))
_VERSION: Columns = (
    ("Id", "id"),
    ("Name", "name"),
    ("Version", "version"),
    ("Created by", "created_by"),
    ("Created", "created_at"),
)
File = Annotated[Path, typer.Option("--file", "-f", help="The schema, YAML or JSON.")]
Name = Annotated[str, typer.Option("--name", help="Where the file does not say.")]
VersionName = Annotated[str, typer.Option("--version", help="Where the file does not say.")]


@app.command()
def create(
    *,
    file: File,
    name: Name = "",
    version: VersionName = "",
    context: InContext = "",
    output: Output = Format.TABLE,
) -> None:
    """Add a schema, or a version of it, from a file."""
    with connect() as server:
        body = {"context": naming.context(server, context)["id"], "text": text_of(file)}
        body |= {key: value for key, value in (("name", name), ("version", version)) if value}
        made = server.post("schema-versions/", body)
        for warning in made["warnings"]:
            tell(f"Note: {warning}")
        show(made, output, _VERSION)


app.command("create-version", help="Add a version from a file; the same again is no change.")(
    create
)


@app.command("list")
def list_(*, context: InContext = "", output: Output = Format.TABLE) -> None:
    """List the schemas you may see."""
    with connect() as server:
        chosen = naming.context(server, context)["id"] if context else ""
        show(list(server.rows("schemas/", context=chosen)), output, COLUMNS)


@app.command("show")
def show_(
    name: str,
    *,
    version: Annotated[str, typer.Option("--version", help="Else the newest.")] = "",
    context: InContext = "",
    output: Output = Format.TABLE,
) -> None:
    """Show a schema version; as a table, its text."""
    with connect() as server:
        row = naming.entry(server, "schemas", name, context)
        found = server.get(f"schema-versions/{naming.version(row, version)}/")
        if output is Format.TABLE:
            typer.echo(found["text"], nl=not found["text"].endswith("\n"))
        else:
            show(found, output)


@app.command("remove-version")
def remove_version(
    name: str,
    *,
    version: Annotated[str, typer.Option("--version", help="The version to delete.")],
    context: InContext = "",
    yes: Yes = False,
) -> None:
    """Delete a version that no template is held to."""
    with connect() as server:
        number = naming.version(naming.entry(server, "schemas", name, context), version)
        if not yes:
            typer.confirm(f"Delete {name} {version}?", abort=True, err=True)
        server.delete(f"schema-versions/{number}/")
        tell(f"Deleted {name} {version}.")
