"""Browsers that sign in by the form, with a clock of their own."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from portal.web import presence
from rbac.models import User
from tests.integration.conftest import Company

PASSWORD = "secret-of-{}"
MINUTE = 60


class Clock:
    """The clock that idle sessions are measured by; goes on only when told to."""

    def __init__(self) -> None:
        self.seconds = 1_000_000

    def __call__(self) -> int:
        return self.seconds

    def pass_minutes(self, minutes: float) -> None:
        self.seconds += int(minutes * MINUTE)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    made = Clock()
    monkeypatch.setattr(presence, "now", made)
    return made


Enter = Callable[..., Client]


@pytest.fixture
def enter(company: Company) -> Enter:
    """Sign a person in by the form; ``shared`` ticks that the device is."""

    def by_form(name: str, *, shared: bool = False, client: Client | None = None) -> Client:
        client = client or Client(HTTP_USER_AGENT="Mozilla/5.0 (Windows NT 10.0) Chrome/1 Safari/1")
        company.person(name, "configuration-author")
        fields: dict[str, Any] = {"username": name, "password": PASSWORD.format(name)}
        answer = client.post("/login/", fields | ({"shared": "on"} if shared else {}))
        assert answer.status_code == 302, answer.content
        return client

    return by_form


def who(client: Client) -> User | None:
    """Who is signed in in a browser."""
    pk = client.session.get("_auth_user_id")
    return User.objects.get(pk=pk) if pk else None
