"""`sitewright login`, `logout` and `whoami`."""

from typing import Annotated

import typer

from cli import credentials
from cli.failures import Exit, Failure
from cli.options import Output
from cli.output import Columns, Format, show, tell
from cli.server import API, client, connect, refusal
from cli.typing_secrets import secret

_ME: Columns = (
    ("User", "username"),
    ("Name", "full_name"),
    ("Administrator", "is_superuser"),
    ("Roles", "roles"),
)
_LOCAL = {"localhost", "127.0.0.1", "::1"}


def login(
    url: Annotated[str, typer.Argument(help="For example https://sitewright.example.")],
    *,
    username: Annotated[str, typer.Option("--username", "-u", help="Asked for if left out.")] = "",
    token: Annotated[
        bool, typer.Option("--token", help="Give a token made in the portal, not a password.")
    ] = False,
    days: Annotated[int, typer.Option("--days", min=1, max=366, help="Valid for.")] = 30,
) -> None:
    """Sign in and keep a token in a file that only you can read.

    Password or token are asked for, or read from standard input in a script.
    """
    url = url.rstrip("/")
    _warn(url)
    key = secret("Token") if token else _new_token(url, username, days)
    with client(url, {"Authorization": f"Token {key}"}) as opened:
        answer = opened.get(API + "me/")
    if not answer.is_success:
        raise refusal(answer)
    path = credentials.keep(credentials.Credentials(url, key))
    tell(f"Signed in to {url} as {answer.json()['username']}; the token is in {path}.")


def logout() -> None:
    """End the kept token at the server and remove the file."""
    kept = credentials.load()
    with client(kept.url, {"Authorization": f"Token {kept.token}"}) as opened:
        listed = opened.get(API + "auth/tokens/")
        keys = [row["key"] for row in listed.json()] if listed.is_success else []
        mine = next((key for key in keys if kept.token.startswith(key)), None)
        ended = mine is not None and opened.delete(f"{API}auth/tokens/{mine}/").is_success
    credentials.forget()
    if not ended:
        message = "The file is gone; the token could not be ended, or had ended already."
        raise Failure(message, Exit.ABSENT)
    tell("Signed out.")


def whoami(*, output: Output = Format.TABLE) -> None:
    """Show who you are and which roles you hold where."""
    with connect() as server:
        me = server.get("me/")
        if output is Format.TABLE:
            me = me | {"roles": [f"{r['label']} at {r['node']['title']}" for r in me["roles"]]}
        show(me, output, _ME)


def _new_token(url: str, username: str, days: int) -> str:
    name = username or typer.prompt("User name", err=True)
    body = {"username": name, "password": secret("Password"), "valid_for_days": days}
    with client(url) as opened:
        answer = opened.post(API + "auth/tokens/", json=body)
    if not answer.is_success:
        raise refusal(answer)
    return str(answer.json()["token"])


def _warn(url: str) -> None:
    host = url.partition("://")[2].partition("/")[0].rsplit(":", 1)[0].strip("[]")
    if url.startswith("http://") and host not in _LOCAL:
        tell("Warning: without https, others on the network can read what you send.")
