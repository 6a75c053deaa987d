"""What the environment says about this installation: mode, data directory, keys."""

import os
import secrets
from collections.abc import Callable
from pathlib import Path
from typing import Any

import environ
from cryptography.fernet import Fernet

ROOT = Path(__file__).resolve().parent.parent

env = environ.Env()

DEMO: bool = env.bool("SITEWRIGHT_DEMO", default=False)
DEBUG: bool = env.bool("DEBUG", default=False)
DATA_DIR = Path(env.str("SITEWRIGHT_DATA_DIR", default=str(ROOT / "var"))).resolve()
HTTPS: bool = env.bool("SITEWRIGHT_HTTPS", default=not (DEMO or DEBUG))

# How much one template and one target may hold; the smaller limits are the language's own.
LANGUAGE_LIMITS: dict[str, int] = {
    "expression_bytes": env.int("SITEWRIGHT_EXPRESSION_BYTES", default=4096),
    "nesting": env.int("SITEWRIGHT_EXPRESSION_NESTING", default=64),
    "include_depth": env.int("SITEWRIGHT_INCLUDE_DEPTH", default=16),
    "result_bytes": env.int("SITEWRIGHT_RESULT_BYTES", default=1 << 20),
}


def secret_key() -> str:
    """Return the key that signs sessions and tokens.

    Demo and debug installations make their own on first use. Elsewhere an unset key stays empty:
    Django then refuses whatever needs it, and the server refuses to start (portal.asgi).
    """
    given: str = env.str("SECRET_KEY", default="")
    if given or not (DEMO or DEBUG):
        return given
    return _kept_key(DATA_DIR / "secret_key", lambda: secrets.token_urlsafe(64))


def secret_value_keys() -> list[str]:
    """Return the keys of the secrets in the database: the first encrypts, all decrypt.

    Demo and debug installations make their own on first use. Elsewhere none stays none, which a
    check refuses (portal.checks).
    """
    given: list[str] = env.list("SITEWRIGHT_SECRET_KEYS", default=[])
    if given or not (DEMO or DEBUG):
        return given
    return [_kept_key(DATA_DIR / "secret_value_key", lambda: Fernet.generate_key().decode())]


def single_sign_on() -> dict[str, Any]:
    """Return how people sign in by OpenID Connect; empty without an issuer."""
    issuer = env.str("OIDC_ISSUER", default="").rstrip("/")
    if not issuer:
        return {}
    return {
        "issuer": issuer,
        "client_id": env.str("OIDC_CLIENT_ID"),
        "client_secret": env.str("OIDC_CLIENT_SECRET"),
        "label": env.str("OIDC_LABEL", default="single sign-on"),
        "username_claim": env.str("OIDC_USERNAME_CLAIM", default="preferred_username"),
        "groups_claim": env.str("OIDC_GROUPS_CLAIM", default="groups"),
        "groups": env.json("OIDC_GROUPS", default={}),
        "scopes": env.list("OIDC_SCOPES", default=["openid", "profile", "email"]),
    }


def _kept_key(path: Path, make: Callable[[], str]) -> str:
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        # O_EXCL: of two processes that start at once, one writes and both read the same key.
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text(encoding="ascii")
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(make())
    return path.read_text(encoding="ascii")
