"""`sitewright user`: accounts. Only administrators of the whole installation get here."""

from typing import Annotated

import typer

from cli.failures import Exit, Failure
from cli.options import Output
from cli.output import Columns, Format, show, tell
from cli.server import Row, Server, connect
from cli.typing_secrets import secret

app = typer.Typer(no_args_is_help=True, help="Accounts; what they may do is a matter of roles.")

COLUMNS: Columns = (
    ("Id", "id"),
    ("User", "username"),
    ("Name", "full_name"),
    ("Mail", "email"),
    ("Groups", "groups"),
    ("Open", "is_active"),
    ("Last sign-in", "last_login"),
)
Name = Annotated[str, typer.Argument(metavar="USER")]


@app.command()
def create(
    name: Name,
    *,
    full_name: Annotated[str, typer.Option("--full-name", help="First name first.")] = "",
    email: Annotated[str, typer.Option("--email", help="Where mail reaches them.")] = "",
    output: Output = Format.TABLE,
) -> None:
    """Make an account; the password is asked for, or read from standard input."""
    body = {"username": name, "password": secret("Password", twice=True)}
    body |= {key: text for key, text in (("full_name", full_name), ("email", email)) if text}
    with connect() as server:
        show(server.post("users/", body), output, COLUMNS)


@app.command("list")
def list_(*, output: Output = Format.TABLE) -> None:
    """List the accounts."""
    with connect() as server:
        show(list(server.rows("users/")), output, COLUMNS)


@app.command("set-password")
def set_password(name: Name) -> None:
    """Set a password; it is asked for, or read from standard input."""
    with connect() as server:
        number = _user(server, name)["id"]
        server.post(f"users/{number}/password/", {"password": secret("Password", twice=True)})
        tell(f"{name} has a new password.")


@app.command()
def close(name: Name) -> None:
    """Shut somebody out at once; what they did stays on record."""
    with connect() as server:
        server.patch(f"users/{_user(server, name)['id']}/", {"is_active": False})
        tell(f"The account {name} is closed.")


@app.command("open")
def open_(name: Name) -> None:
    """Let somebody in again."""
    with connect() as server:
        server.patch(f"users/{_user(server, name)['id']}/", {"is_active": True})
        tell(f"The account {name} is open.")


def _user(server: Server, name: str) -> Row:
    rows = list(server.rows("users/", username=name))
    if not rows:
        raise Failure(f"There is no user called {name}.", Exit.ABSENT)
    return rows[0]
