"""`sitewright solution-template`: applications, their versions, and many lines at once."""

from pathlib import Path
from typing import Annotated, Any

import typer

from cli import naming
from cli.bulk import Which, follow
from cli.files import mapping_of, text_of
from cli.lines import Choice
from cli.options import (
    WAIT_SECONDS,
    Comment,
    DisplayName,
    InContext,
    Instance,
    LineOptions,
    Output,
    Timeout,
    Under,
    Version,
    Wait,
    Yes,
)
from cli.output import Columns, Format, show, tell
from cli.server import Server, connect

app = typer.Typer(no_args_is_help=True, help="Applications that lines can run, in versions.")

COLUMNS: Columns = (
    ("Id", "id"),
    ("Name", "name"),
    ("Title", "title"),
    ("Capabilities", "capabilities"),
    ("Versions", "versions"),
)
_VERSION: Columns = (
    ("Id", "id"),
    ("Name", "name"),
    ("Version", "version"),
    ("Schema", "schema"),
    ("Created by", "created_by"),
    ("Created", "created_at"),
    ("Warnings", "warnings"),
)

Name = Annotated[str, typer.Argument(metavar="SOLUTION")]
NewVersion = Annotated[str, typer.Option("--version", help="SemVer, for example 1.2.0.")]
Template = Annotated[Path, typer.Option("--config-template", help="The file with `configs:`.")]
Specification = Annotated[
    Path | None, typer.Option("--specification", help="JSON or YAML with `components`.")
]
WithCapability = Annotated[str, typer.Option("--capability", help="Lines that can do this.")]
SchemaName = Annotated[
    str, typer.Option("--schema", help="Name/Version, where the template does not say.")
]


@app.command()
def create(
    name: Name,
    *,
    version: NewVersion,
    config_template: Template,
    specification: Specification = None,
    schema: SchemaName = "",
    display_name: DisplayName = "",
    description: Annotated[str, typer.Option("--description", help="What it is for.")] = "",
    capability: Annotated[
        list[str] | None, typer.Option("--capability", help="What lines need; again for more.")
    ] = None,
    context: InContext = "",
    output: Output = Format.TABLE,
) -> None:
    """Add a solution template with its first version."""
    extra = {"display_name": display_name, "description": description}
    body = _version_body(name, version, config_template, specification, schema)
    body |= {key: value for key, value in extra.items() if value}
    body |= {"capabilities": capability} if capability else {}
    _add(body, context, output)


@app.command("create-version")
def create_version(
    name: Name,
    *,
    version: NewVersion,
    config_template: Template,
    specification: Specification = None,
    schema: SchemaName = "",
    context: InContext = "",
    output: Output = Format.TABLE,
) -> None:
    """Add a version; the same version with the same content again is no change."""
    with connect() as server:
        row = naming.entry(server, "solutions", name, context)
        owner = next(c["name"] for c in server.rows("contexts/") if c["id"] == row["context"])
    _add(_version_body(name, version, config_template, specification, schema), owner, output)


@app.command("list")
def list_(*, context: InContext = "", output: Output = Format.TABLE) -> None:
    """List the solution templates you may see."""
    with connect() as server:
        chosen = naming.context(server, context)["id"] if context else ""
        show(list(server.rows("solutions/", context=chosen)), output, COLUMNS)


@app.command("show")
def show_(
    name: Name,
    *,
    version: Annotated[str, typer.Option("--version", help="Show this version.")] = "",
    context: InContext = "",
    output: Output = Format.TABLE,
) -> None:
    """Show a solution template, or one of its versions."""
    with connect() as server:
        row = naming.entry(server, "solutions", name, context)
        if not version:
            show(row, output, (*COLUMNS, ("Description", "description")))
            return
        found = server.get(f"solution-versions/{naming.version(row, version)}/")
        show(found, output, _VERSION)


@app.command("bulk-review")
def bulk_review(
    name: Name,
    *,
    version: Version = "",
    target: LineOptions = None,
    under: Under = "",
    capability: WithCapability = "",
    instance: Instance = "",
    context: InContext = "",
    wait: Wait = False,
    timeout: Timeout = WAIT_SECONDS,
    output: Output = Format.TABLE,
) -> None:
    """Say for many lines whether they resolve; changes nothing."""
    with connect() as server:
        body = _bulk(server, Choice(name, version, instance, context))
        body |= Which(target or [], under, capability).body(server)
        started = server.post("bulk/review/", body)
        follow(server, started, output, seconds=timeout if wait else 0)


@app.command("bulk-publish")
def bulk_publish(
    name: Name,
    *,
    version: Version = "",
    target: LineOptions = None,
    under: Under = "",
    capability: WithCapability = "",
    instance: Instance = "",
    reviewed: Annotated[
        str, typer.Option("--reviewed", help="A bulk review: publish only what it saw.")
    ] = "",
    comment: Comment = "",
    context: InContext = "",
    wait: Wait = False,
    timeout: Timeout = WAIT_SECONDS,
    output: Output = Format.TABLE,
) -> None:
    """Make revisions for many lines. Nothing on a line changes yet."""
    with connect() as server:
        body = _bulk(server, Choice(name, version, instance, context))
        body |= Which(target or [], under, capability).body(server)
        body |= {"comment": comment} | ({"reviewed": reviewed} if reviewed else {})
        started = server.post("bulk/publish/", body)
        follow(server, started, output, seconds=timeout if wait else 0)


@app.command("bulk-deploy")
def bulk_deploy(
    name: Name,
    *,
    version: Annotated[str, typer.Option("--version", help="Only revisions of this one.")] = "",
    target: LineOptions = None,
    under: Under = "",
    capability: WithCapability = "",
    state: Annotated[str, typer.Option("--state", help="Of the copy, for example Failed.")] = "",
    instance: Instance = "",
    comment: Comment = "",
    context: InContext = "",
    wait: Wait = False,
    timeout: Timeout = WAIT_SECONDS,
    output: Output = Format.TABLE,
) -> None:
    """Bring many lines to their newest published revision; --wait waits for the lines, too."""
    with connect() as server:
        body: dict[str, Any] = {"solution": naming.entry(server, "solutions", name, context)["id"]}
        body |= Which(target or [], under, capability, state).body(server)
        extra = {"version": version, "instance": instance, "comment": comment}
        body |= {key: text for key, text in extra.items() if text}
        started = server.post("bulk/deploy/", body)
        follow(server, started, output, seconds=timeout if wait else 0)


@app.command("remove-version")
def remove_version(
    name: Name,
    *,
    version: Annotated[str, typer.Option("--version", help="The version to delete.")],
    context: InContext = "",
    yes: Yes = False,
) -> None:
    """Delete a version of which nothing was ever published."""
    with connect() as server:
        row = naming.entry(server, "solutions", name, context)
        number = naming.version(row, version)
        if not yes:
            typer.confirm(f"Delete {name} {version}?", abort=True, err=True)
        server.delete(f"solution-versions/{number}/")
        tell(f"Deleted {name} {version}.")


@app.command("withdraw-version")
def withdraw_version(
    name: Name,
    *,
    version: Annotated[str, typer.Option("--version", help="The version to withdraw.")],
    reason: Annotated[str, typer.Option("--reason", help="Why; everybody reads it.")],
    replacement: Annotated[
        str, typer.Option("--replacement", help="The version to use instead.")
    ] = "",
    context: InContext = "",
    output: Output = Format.TABLE,
) -> None:
    """Refuse new publishes and deploys of a version; what runs goes on running."""
    with connect() as server:
        row = naming.entry(server, "solutions", name, context)
        body: dict[str, Any] = {"reason": reason}
        body |= {"replacement": naming.version(row, replacement)} if replacement else {}
        number = naming.version(row, version)
        show(server.post(f"solution-versions/{number}/withdraw/", body), output, _VERSION)
        tell(f"Withdrew {name} {version}.")


@app.command("reinstate-version")
def reinstate_version(
    name: Name,
    *,
    version: Annotated[str, typer.Option("--version", help="The version to use again.")],
    context: InContext = "",
    output: Output = Format.TABLE,
) -> None:
    """Let a withdrawn version be used again."""
    with connect() as server:
        row = naming.entry(server, "solutions", name, context)
        number = naming.version(row, version)
        show(server.post(f"solution-versions/{number}/reinstate/"), output, _VERSION)
        tell(f"{name} {version} may be used again.")


def _bulk(server: Server, choice: Choice) -> dict[str, Any]:
    """What bulk calls take: as for single lines, but for the lines."""
    return {key: value for key, value in choice.body(server, ()).items() if key != "targets"}


def _version_body(
    name: str, version: str, template: Path, specification: Path | None, schema: str
) -> dict[str, Any]:
    body: dict[str, Any] = {"name": name, "version": version, "config_text": text_of(template)}
    body |= {"specification": mapping_of(specification)} if specification else {}
    return body | ({"schema": schema} if schema else {})


def _add(body: dict[str, Any], context: str, output: Format) -> None:
    with connect() as server:
        body["context"] = naming.context(server, context)["id"]
        made = server.post("solution-versions/", body)
        for warning in made["warnings"]:
            tell(f"Note: {warning}")
        show(made, output, _VERSION)
