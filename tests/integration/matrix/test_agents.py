"""What agents call: nobody else gets in, whoever they are among people.

What one agent may see and say of another's is tested beside the protocol itself.
"""

from collections.abc import Mapping
from datetime import timedelta

import httpx
import pytest
from django.test import Client

from orchestration.services import api_tokens
from rbac.models import User
from tests.integration.api.site import run
from tests.integration.conftest import Company
from tests.integration.matrix.asking import BACKEND
from tests.integration.matrix.judging import fingerprint
from tests.integration.matrix.routes import routes
from tests.integration.matrix.tables import ELSEWHERE

pytestmark = pytest.mark.django_db(transaction=True)
# Each address with its method, and whether one knocks there before one has a session.
CALLS = {
    "enroll": ("POST", True),
    "challenge": ("POST", True),
    "session": ("POST", True),
    "desired": ("GET", False),
    "content/<str:digest>": ("GET", False),
    "reports": ("POST", False),
    "heartbeat": ("POST", False),
}


def test_every_call_of_agents_is_known() -> None:
    found = {route for route, _ in routes() if route.startswith(ELSEWHERE)}
    assert found == {f"{ELSEWHERE[0]}{name}" for name in CALLS}


@pytest.mark.parametrize("name", CALLS)
def test_neither_people_nor_strangers_get_in(company: Company, name: str) -> None:
    company.agent("alpha")
    everybody: list[Mapping[str, str]] = [
        {},
        *_people(company.root_user),
        {"Authorization": "Agent made-up"},
    ]
    address = f"/{ELSEWHERE[0]}{name.replace('<str:digest>', 'sha256:00')}"
    method, knocking = CALLS[name]
    before = fingerprint()
    for headers in everybody:
        answer = _call(method, address, headers)
        assert answer.status_code == (400 if knocking else 401), (headers, answer.text)
        assert "alpha" not in answer.text
    assert fingerprint() == before


def _call(method: str, address: str, headers: Mapping[str, str]) -> httpx.Response:
    return run(lambda c: c.request(method, address, headers=headers, content=b"{}"))


def _people(user: User) -> list[Mapping[str, str]]:
    """Somebody who may do everything: with a session of the portal, and with a token."""
    browser = Client()
    browser.force_login(user, backend=BACKEND)
    cookie = "; ".join(f"{key}={morsel.value}" for key, morsel in browser.cookies.items())
    _, secret = api_tokens.create(user, valid_for=timedelta(days=1))
    return [{"Cookie": cookie}, {"Authorization": f"Token {secret}"}]
