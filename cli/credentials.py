"""Where the server's address and the token are kept: the environment first, then one file."""

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path

from cli.failures import Exit, Failure

URL = "SITEWRIGHT_URL"
TOKEN = "SITEWRIGHT_TOKEN"  # noqa: S105  the variable's name
FILE = "SITEWRIGHT_CONFIG"
_OWNER_ONLY = 0o600


@dataclass(frozen=True)
class Credentials:
    """A server and who one is there."""

    url: str
    token: str


def where() -> Path:
    """The file that `login` writes."""
    if chosen := os.environ.get(FILE):
        return Path(chosen)
    base = os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config"
    return Path(base) / "sitewright" / "login.json"


def load() -> Credentials:
    """What to sign in with; raises Failure where nothing says."""
    kept = _kept()
    url = os.environ.get(URL) or (kept.url if kept else "")
    # A kept token goes to the server that gave it and to no other.
    token = os.environ.get(TOKEN) or (kept.token if kept and kept.url == url.rstrip("/") else "")
    if not url or not token:
        missing = URL if not url else TOKEN
        raise Failure(
            f"You are not signed in: use `sitewright login URL`, or set {missing}.", Exit.ABSENT
        )
    return Credentials(url.rstrip("/"), token)


def keep(credentials: Credentials) -> Path:
    """Write the file for its owner's eyes only; returns where it is."""
    path = where()
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    fresh = path.with_name(path.name + ".new")
    fresh.unlink(missing_ok=True)
    # Made with its mode: readable by others it must not be for a moment either.
    handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _OWNER_ONLY)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        json.dump(asdict(credentials), file)
    fresh.replace(path)
    return path


def forget() -> None:
    """Remove the file."""
    where().unlink(missing_ok=True)


def _kept() -> Credentials | None:
    path = where()
    try:
        return Credentials(**json.loads(path.read_text(encoding="utf-8")))
    except FileNotFoundError:
        return None
    except (OSError, ValueError, TypeError) as error:
        message = f"{path} cannot be read: use `sitewright login URL` again."
        raise Failure(message, Exit.USAGE) from error
