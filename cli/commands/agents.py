"""`sitewright agent`: the programs at the sites."""

from typing import Annotated

import typer

from cli import naming
from cli.options import Output, Under, Yes
from cli.output import Columns, Format, show, tell
from cli.server import connect

app = typer.Typer(no_args_is_help=True, help="The programs at the sites, and how they get in.")

COLUMNS: Columns = (
    ("Id", "id"),
    ("Name", "name"),
    ("Place", "node.title"),
    ("State", "state"),
    ("Away", "away"),
    ("Last seen", "last_seen_at"),
    ("Lines", "targets"),
)
_TOKEN: Columns = (
    ("Secret", "secret"),
    ("Place", "node.title"),
    ("Uses", "uses_left"),
    ("Approves by itself", "auto_approve"),
    ("Expires", "expires_at"),
)
Name = Annotated[str, typer.Argument(metavar="AGENT", help="Its name, or #id.")]
Targets = Annotated[
    list[str] | None, typer.Option("--target", help="A line it serves; again for more.")
]


@app.command("list")
def list_(
    *,
    under: Under = "",
    state: Annotated[str, typer.Option("--state", help="Pending is the lobby.")] = "",
    output: Output = Format.TABLE,
) -> None:
    """List the agents you may see."""
    with connect() as server:
        place = naming.place(server, under)["id"] if under else ""
        show(list(server.rows("agents/", under=place, state=state)), output, COLUMNS)


@app.command()
def approve(agent: Name, *, target: Targets = None, output: Output = Format.TABLE) -> None:
    """Let an agent in from the lobby. Compare its fingerprint first: `agent show`."""
    with connect() as server:
        number = naming.agent(server, agent)["id"]
        body = {"targets": naming.targets(server, target)} if target else {}
        show(server.post(f"agents/{number}/approve/", body), output, COLUMNS)


@app.command("show")
def show_(agent: Name, *, output: Output = Format.TABLE) -> None:
    """Show one agent with its fingerprint."""
    with connect() as server:
        columns = (*COLUMNS, ("Fingerprint", "fingerprint"))
        show(naming.agent(server, agent), output, columns)


@app.command()
def revoke(agent: Name, *, yes: Yes = False, output: Output = Format.TABLE) -> None:
    """Shut an agent out; what it runs goes on running."""
    with connect() as server:
        found = naming.agent(server, agent)
        if not yes:
            typer.confirm(f"Revoke {found['name']}?", abort=True, err=True)
        show(server.post(f"agents/{found['id']}/revoke/"), output, COLUMNS)


@app.command()
def token(
    *,
    at: Annotated[str, typer.Option("--at", help="The site the agent stands at.")],
    uses: Annotated[int, typer.Option("--uses", min=1, help="How many agents may use it.")] = 1,
    hours: Annotated[int, typer.Option("--hours", min=1, help="How long it is valid.")] = 24,
    auto_approve: Annotated[
        bool, typer.Option("--auto-approve", help="Without a wait in the lobby.")
    ] = False,
    target: Targets = None,
    output: Output = Format.TABLE,
) -> None:
    """Make an enrolment token. The secret is shown this once."""
    with connect() as server:
        body: dict[str, object] = {
            "node": naming.place(server, at)["id"],
            "uses": uses,
            "valid_for_hours": hours,
            "auto_approve": auto_approve,
        }
        body |= {"targets": naming.targets(server, target)} if target else {}
        made = server.post("enrolment-tokens/", body)
        show(made, output, _TOKEN)
        tell("Keep the secret safe: it is not shown again.")
