"""A real OpenID provider on loopback, for tests of single sign-on."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import httpx
import oidc_provider_mock
from oidc_provider_mock._storage import AuthorizationCode

MAPPED = {"plant-operators": "Operators", "plant-it": "IT"}


class Provider:
    """The provider as its administrator sees it, and as somebody with a browser there."""

    def __init__(self, port: int) -> None:
        self.issuer = f"http://localhost:{port}"

    def settings(self, **changes: Any) -> dict[str, Any]:
        """What the portal is told of it."""
        return {
            "issuer": self.issuer,
            "client_id": "sitewright",
            "client_secret": "a secret of the tests",
            "label": "Contoso",
            "username_claim": "preferred_username",
            "groups_claim": "groups",
            "groups": MAPPED,
            "scopes": ["openid", "profile", "email"],
        } | changes

    def person(self, sub: str, *groups: str, **claims: object) -> None:
        """Make or change a person there."""
        told = {
            "preferred_username": sub,
            "name": f"{sub.title()} Test",
            "email": f"{sub}@contoso.test",
            "groups": list(groups),
        } | claims
        httpx.put(f"{self.issuer}/users/{sub}", json=told).raise_for_status()

    def consent(self, address: str, sub: str) -> str:
        """Sign in there by the form behind an address; returns where the browser is sent back."""
        answer = httpx.post(address, data={"sub": sub})
        assert answer.status_code == 302, answer.text
        return answer.headers["Location"]


@contextmanager
def running(**options: Any) -> Iterator[Provider]:
    """Run a provider while the block lasts."""
    with oidc_provider_mock.run_server_in_thread(**options) as server:
        yield Provider(server.server_port)


EXPIRED = {"access_token_max_age": timedelta(seconds=-60)}


def says_when(monkeypatch: Any, *, ago: float = 0.0) -> None:
    """Let the provider say when the password was given there; by itself it says: just now."""
    monkeypatch.setattr(AuthorizationCode, "get_auth_time", lambda _code: int(time.time() - ago))
