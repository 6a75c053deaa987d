"""`sitewright target`: lines, and what is done to one or some of them."""

from pathlib import Path
from typing import Annotated

import typer

from cli import lines, naming, waiting
from cli.failures import Exit, Failure
from cli.files import mapping_of
from cli.options import (
    WAIT_SECONDS,
    Comment,
    DisplayName,
    InContext,
    Instance,
    Lines,
    Output,
    Solution,
    Timeout,
    Under,
    Version,
    Wait,
    Yes,
)
from cli.output import Columns, Format, show, tell
from cli.server import connect

app = typer.Typer(no_args_is_help=True, help="Lines, and what one deploys to them.")

COLUMNS: Columns = (
    ("Id", "id"),
    ("Name", "name"),
    ("Title", "title"),
    ("Level", "level_name"),
    ("Capabilities", "capabilities"),
    ("Agent", "agent.name"),
)
DETAILS: Columns = (*COLUMNS, ("Scope", "scope"), ("Specification", "specification"))
_REVISIONS: Columns = (
    ("Id", "id"),
    ("Revision", "label"),
    ("Solution", "instance.solution_name"),
    ("Copy", "instance.name"),
    ("State", "state"),
    ("Runs", "current"),
    ("Published", "published_at"),
    ("By", "published_by"),
)

Capabilities = Annotated[list[str] | None, typer.Option("--capability", help="May be given again.")]
Scope = Annotated[str, typer.Option("--scope", help="Where solutions are put on the line.")]
Specification = Annotated[
    Path | None, typer.Option("--specification", help="JSON or YAML: the drivers it offers.")
]
Line = Annotated[str, typer.Argument(metavar="LINE", help="A name, or a way like a/b/line.")]
Revision = Annotated[str, typer.Option("--revision", help="For example 1.0.0.3; else the newest.")]


@app.command()
def create(
    name: str,
    *,
    parent: Annotated[str, typer.Option("--parent", help="The place it hangs on.")],
    display_name: DisplayName = "",
    scope: Scope = "default",
    capability: Capabilities = None,
    specification: Specification = None,
    output: Output = Format.TABLE,
) -> None:
    """Add a line below a place."""
    body: dict[str, object] = {"name": name, "scope": scope, "capabilities": capability or []}
    body |= {"display_name": display_name} if display_name else {}
    body |= {"specification": mapping_of(specification)} if specification else {}
    with connect() as server:
        body["parent"] = naming.place(server, parent)["id"]
        show(server.post("targets/", body), output, DETAILS)


@app.command("list")
def list_(
    *,
    under: Under = "",
    capability: Annotated[str, typer.Option("--capability", help="That can do this.")] = "",
    state: Annotated[str, typer.Option("--state", help="Of a copy, for example Failed.")] = "",
    output: Output = Format.TABLE,
) -> None:
    """List the lines you may see."""
    with connect() as server:
        place = naming.place(server, under)["id"] if under else ""
        rows = server.rows("targets/", under=place, capability=capability, state=state)
        show(list(rows), output, COLUMNS)


@app.command("show")
def show_(line: Line, *, output: Output = Format.TABLE) -> None:
    """Show one line."""
    with connect() as server:
        found = naming.target(server, line)
        show(server.get(f"targets/{found['id']}/"), output, DETAILS)


@app.command()
def update(
    line: Line,
    *,
    scope: Scope = "",
    capability: Capabilities = None,
    specification: Specification = None,
    agent: Annotated[str, typer.Option("--agent", help="The agent that serves it.")] = "",
    output: Output = Format.TABLE,
) -> None:
    """Change what a line offers and who serves it; what is not given stays."""
    with connect() as server:
        found = naming.target(server, line)
        body: dict[str, object] = {"scope": scope} if scope else {}
        body |= {"capabilities": capability} if capability else {}
        body |= {"specification": mapping_of(specification)} if specification else {}
        body |= {"agent": naming.agent(server, agent)["id"]} if agent else {}
        show(server.patch(f"targets/{found['id']}/", body), output, DETAILS)


@app.command()
def delete(line: Line, *, yes: Yes = False) -> None:
    """Delete a line on which nothing is installed."""
    with connect() as server:
        found = naming.target(server, line)
        if not yes:
            typer.confirm(f"Delete the line {found['title']}?", abort=True, err=True)
        server.delete(f"targets/{found['id']}/")
        tell(f"Deleted {found['title']}.")


@app.command()
def review(
    line: Lines,
    *,
    solution: Solution,
    version: Version = "",
    instance: Instance = "",
    context: InContext = "",
    output: Output = Format.TABLE,
) -> None:
    """Say what lines would get, with every error; changes nothing."""
    with connect() as server:
        chosen = lines.Choice(solution, version, instance, context)
        targets = naming.targets(server, line)
        found = server.post("review/", chosen.body(server, targets))
        lines.show_review(found, output)
        lines.end_review(found)


@app.command()
def publish(
    line: Lines,
    *,
    solution: Solution,
    version: Version = "",
    instance: Instance = "",
    context: InContext = "",
    comment: Comment = "",
    output: Output = Format.TABLE,
) -> None:
    """Make the next revision for lines. Nothing on a line changes yet."""
    with connect() as server:
        chosen = lines.Choice(solution, version, instance, context)
        targets = naming.targets(server, line)
        found = server.post("publish/", chosen.body(server, targets) | {"comment": comment})
        show(found, output, lines.PUBLISHED)
        lines.end_publish(found)


@app.command()
def install(
    line: Lines,
    *,
    solution: Solution,
    revision: Revision = "",
    instance: Instance = "",
    comment: Comment = "",
    wait: Wait = False,
    timeout: Timeout = WAIT_SECONDS,
    output: Output = Format.TABLE,
) -> None:
    """Deploy a published revision to lines."""
    with connect() as server:
        targets = naming.targets(server, line)
        found = [lines.revision(server, one, solution, instance, revision) for one in targets]
        body = {"revisions": [one["id"] for one in found], "comment": comment}
        started = server.post("rollouts/deploy/", body)
        if wait:
            waiting.for_rollout(server, started["id"], timeout)
        lines.show_rollout(server, started, output, fresh=wait)


@app.command()
def uninstall(
    line: Lines,
    *,
    solution: Solution,
    instance: Instance = "",
    comment: Comment = "",
    wait: Wait = False,
    timeout: Timeout = WAIT_SECONDS,
    output: Output = Format.TABLE,
) -> None:
    """Remove a solution from lines; its published revisions stay."""
    with connect() as server:
        targets = naming.targets(server, line)
        copies = [naming.instance(server, one, solution, instance)["id"] for one in targets]
        body = {"instances": copies, "comment": comment}
        started = server.post("rollouts/uninstall/", body)
        if wait:
            waiting.for_rollout(server, started["id"], timeout)
        lines.show_rollout(server, started, output, fresh=wait)


@app.command("solution-revision-list")
def solution_revision_list(
    line: Line,
    *,
    solution: Annotated[str, typer.Option("--solution", help="Only of this one.")] = "",
    output: Output = Format.TABLE,
) -> None:
    """List the revisions published for a line, newest first."""
    with connect() as server:
        found = server.rows("revisions/", target=naming.target(server, line)["id"])
        rows = [row for row in found if solution in {"", row["instance"]["solution_name"]}]
        show(rows, output, _REVISIONS)


@app.command()
def resolved(
    line: Line,
    *,
    solution: Solution,
    revision: Revision = "",
    instance: Instance = "",
    output: Output = Format.YAML,
) -> None:
    """Show the final configuration of a published revision."""
    with connect() as server:
        target = int(naming.target(server, line)["id"])
        found = lines.revision(server, target, solution, instance, revision)
        detail = server.get(f"revisions/{found['id']}/")
        if detail["configuration"] is None:
            raise Failure("This revision holds no configuration.", Exit.ABSENT)
        show(detail["configuration"], output)
