"""`sitewright role`: who may do what where."""

from typing import Annotated, Any

import typer

from cli import naming
from cli.failures import Exit, Failure
from cli.options import InContext, Output, Under
from cli.output import Columns, Format, show, tell
from cli.server import Server, connect

app = typer.Typer(no_args_is_help=True, help="Who may do what where.")

_ROWS: Columns = (
    ("Id", "id"),
    ("Role", "role"),
    ("User", "user"),
    ("Group", "group"),
    ("Place", "node.title"),
    ("Expires", "expires_at"),
    ("Given by", "given_by"),
)
User = Annotated[str, typer.Option("--user", help="A user name.")]
Group = Annotated[str, typer.Option("--group", help="A group.")]
At = Annotated[str, typer.Option("--at", help="The place: it and everything below.")]
OfSolution = Annotated[str, typer.Option("--solution", help="A solution template instead.")]
Role = Annotated[str, typer.Argument(metavar="ROLE", help="Its key or name: deployment-manager.")]


@app.command()
def assign(
    role: Role,
    *,
    user: User = "",
    group: Group = "",
    at: At = "",
    solution: OfSolution = "",
    expires: Annotated[str, typer.Option("--expires", help="ISO 8601, with a zone.")] = "",
    context: InContext = "",
    output: Output = Format.TABLE,
) -> None:
    """Give a role to a user or a group. Nobody gives more than they have."""
    with connect() as server:
        node, holder = _node(server, at, solution, context), _holder(user, group)
        body = {"role": naming.role(server, role), "node": node} | holder
        body |= {"expires_at": expires} if expires else {}
        show(server.post("role-assignments/", body), output, _ROWS)


@app.command()
def remove(
    role: Role,
    *,
    user: User = "",
    group: Group = "",
    at: At = "",
    solution: OfSolution = "",
    context: InContext = "",
) -> None:
    """Take a role away; it ends at once."""
    with connect() as server:
        node, holder = _node(server, at, solution, context), _holder(user, group)
        key = naming.role(server, role)
        rows = list(server.rows("role-assignments/", role=key, node=node, **holder))
        if not rows:
            raise Failure(f"{user or group} does not hold {role} there.", Exit.ABSENT)
        server.delete(f"role-assignments/{rows[0]['id']}/")
        tell(f"{user or group} no longer holds {role} there.")


@app.command("list")
def list_(
    *, under: Under = "", user: User = "", group: Group = "", output: Output = Format.TABLE
) -> None:
    """List who holds which role, where you manage access."""
    with connect() as server:
        place = naming.place(server, under)["id"] if under else ""
        rows = server.rows("role-assignments/", under=place, user=user, group=group)
        show(list(rows), output, _ROWS)


def _node(server: Server, at: str, solution: str, context: str) -> int:
    if bool(at) == bool(solution):
        raise Failure("Give --at or --solution, one of them.", Exit.USAGE)
    if at:
        return int(naming.place(server, at)["id"])
    return int(naming.entry(server, "solutions", solution, context)["id"])


def _holder(user: str, group: str) -> dict[str, Any]:
    if bool(user) == bool(group):
        raise Failure("Give --user or --group, one of them.", Exit.USAGE)
    return {"user": user} if user else {"group": group}
