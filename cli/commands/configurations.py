"""`sitewright configuration`: values that are set at places."""

from pathlib import Path
from typing import Annotated, Any

import typer

from cli import naming
from cli.failures import Exit, Failure
from cli.files import mapping_of, write
from cli.options import Comment, InContext, Output, Place
from cli.output import Columns, Format, as_yaml, show, tell
from cli.server import Row, Server, connect
from cli.settings import assigned

app = typer.Typer(no_args_is_help=True, help="Values that are set at places and lines.")

_FIELDS: Columns = (
    ("Key", "key"),
    ("Type", "type"),
    ("Set here", "own"),
    ("Inherited", "inherited"),
    ("From", "inherited_from.title"),
    ("Editable", "editable"),
)
Of = Annotated[str, typer.Option("--solution", help="The solution or config template.")]


@app.command("set")
def set_(
    place: Place,
    values: Annotated[
        list[str] | None, typer.Argument(metavar="[KEY=VALUE]...", help="Values are YAML.")
    ] = None,
    *,
    solution: Of,
    file: Annotated[
        Path | None, typer.Option("--file", "-f", help="All values; what it lacks is unset.")
    ] = None,
    unset: Annotated[
        list[str] | None, typer.Option("--unset", help="Inherit this key again.")
    ] = None,
    comment: Comment = "",
    context: InContext = "",
    output: Output = Format.TABLE,
) -> None:
    """Set values at a place: some keys, or with --file all of them.

    What somebody saved at the same moment is never overwritten: exit code 4.
    """
    if file is None and not values and not unset:
        raise Failure("Give KEY=VALUE, --unset or --file.", Exit.USAGE)
    with connect() as server:
        address, sheet = _sheet(server, place, solution, context)
        before: dict[str, Any] = mapping_of(file) if file else sheet["values"]
        body = {
            "values": assigned(before, values or (), unset or ()),
            "base": sheet["base"],
            "comment": comment,
        }
        saved = server.put(address, body)
        tell("Nothing differs." if saved["base"] == sheet["base"] else "Saved.")
        for key in _undeclared(saved):
            tell(f"Note: no rule declares {key}; it has no effect unless a template reads it.")
        _show(saved, output)


@app.command("show")
def show_(
    place: Place, *, solution: Of, context: InContext = "", output: Output = Format.TABLE
) -> None:
    """Show what is set at a place, and what is inherited from where."""
    with connect() as server:
        _show(_sheet(server, place, solution, context)[1], output)


@app.command()
def download(
    place: Place,
    *,
    solution: Of,
    to: Annotated[
        Path | None, typer.Option("--to", help="A new file; else standard output.")
    ] = None,
    context: InContext = "",
) -> None:
    """Write the values of a place as a YAML file that `set --file` and `apply` read."""
    with connect() as server:
        text = as_yaml(_sheet(server, place, solution, context)[1]["values"])
    if to is None:
        typer.echo(text, nl=False)
    else:
        write(to, text)
        tell(f"Wrote {to}.")


def _show(sheet: Row, output: Format) -> None:
    if output is not Format.TABLE:
        show(sheet, output)
        return
    others = [{"key": key, "own": sheet["values"][key]} for key in _undeclared(sheet)]
    show([*sheet["fields"], *others], output, _FIELDS)


def _undeclared(sheet: Row) -> list[str]:
    """Keys that are set here though no rule knows them, for example misspelt ones."""
    known = [field["key"] for field in sheet["fields"]]
    return [
        key
        for key in sheet["values"]
        if not any(name == key or name.startswith(f"{key}.") for name in known)
    ]


def _sheet(server: Server, place: str, name: str, context: str) -> tuple[str, Row]:
    """The address of the values, and what is set now."""
    node = naming.place(server, place)["id"]
    address = f"configurations/{node}/{_template(server, name, context)}/"
    sheet: Row = server.get(address)
    return address, sheet


def _template(server: Server, name: str, context: str) -> int:
    """The id of a solution or config template; names are unique among both of a context."""
    try:
        return int(naming.entry(server, "solutions", name, context)["id"])
    except Failure as failure:
        if failure.code is not Exit.ABSENT:
            raise
    return int(naming.entry(server, "config-templates", name, context)["id"])
