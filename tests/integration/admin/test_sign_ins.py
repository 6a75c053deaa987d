"""Administrators end sessions and tokens of others, and help who cannot get in."""

import re
from datetime import timedelta
from http import HTTPStatus

from django.test import Client

from orchestration.models import ApiToken, Event, SignIn
from orchestration.services import api_tokens
from rbac.models import User
from tests.integration.admin.conftest import SignIn as Enter
from tests.integration.admin.conftest import page_of
from tests.integration.conftest import Company

LINK = re.compile(r"https?://testserver(/account/reset/[^<\s]+)")


def test_a_session_is_ended(company: Company, sign_in: Enter, root: Client) -> None:
    anna = sign_in("anna", "onboarding-admin")
    row = SignIn.objects.get(user__username="anna")
    listed = root.get(page_of(SignIn)).content.decode()
    assert "anna" in listed
    chosen = {"action": "end_chosen", "_selected_action": row.pk}
    root.post(page_of(SignIn), chosen)
    assert anna.get("/account/").status_code == HTTPStatus.FOUND
    event = Event.objects.get(kind="person.session-ended")
    assert (event.user, event.object_name) == (company.root_user, "anna")


def test_a_token_is_revoked(company: Company, root: Client) -> None:
    vera = company.person("vera", "deployment-viewer")
    token, secret = api_tokens.create(vera, valid_for=timedelta(days=1), name="nightly")
    page = root.get(page_of(ApiToken)).content.decode()
    assert "nightly" in page
    assert token.digest not in page
    answer = root.post(page_of(ApiToken, "delete", token.pk), {"post": "yes"})
    assert answer.status_code == HTTPStatus.FOUND
    program = Client(headers={"Authorization": f"Token {secret}"})
    assert program.get("/api/v1/me/").status_code == HTTPStatus.UNAUTHORIZED


def test_others_see_neither(company: Company, sign_in: Enter) -> None:
    ada = sign_in("ada", "admin")
    for model in (SignIn, ApiToken):
        assert ada.get(page_of(model)).status_code == HTTPStatus.FORBIDDEN
    assert "Sessions" not in ada.get("/admin/").content.decode()


def test_a_blocked_name_is_allowed_again(company: Company, root: Client) -> None:
    vera = company.person("vera")
    stranger = Client()
    right = {"username": "vera", "password": "secret-of-vera"}
    for _ in range(10):
        stranger.post("/login/", right | {"password": "wrong"})
    assert stranger.post("/login/", right).status_code == HTTPStatus.TOO_MANY_REQUESTS
    page = root.get(page_of(User, "change", vera.pk)).content.decode()
    assert "Let them sign in again" in page
    address = page_of(User, "allow", vera.pk)
    assert root.get(address).status_code == HTTPStatus.OK
    assert root.post(address).status_code == HTTPStatus.FOUND
    assert stranger.post("/login/", right).status_code == HTTPStatus.FOUND
    assert Event.objects.get(kind="person.unlocked").user == company.root_user
    assert "Let them sign in" not in root.get(page_of(User, "change", vera.pk)).content.decode()


def test_a_link_for_a_new_password_is_shown_once(company: Company, root: Client) -> None:
    vera = company.person("vera")
    address = page_of(User, "reset", vera.pk)
    assert LINK.findall(root.get(address).content.decode()) == []
    (link,) = LINK.findall(root.post(address).content.decode())
    assert Client().get(link).status_code == HTTPStatus.OK
    assert link.rsplit("/", 2)[1] not in str(list(Event.objects.values()))


def test_only_administrators_help_people_in(company: Company, sign_in: Enter) -> None:
    company.person("vera", "deployment-viewer", company.factories["alpha"])
    ada = sign_in("ada", "admin")
    vera = company.people["vera"]
    for page in ("allow", "reset"):
        assert ada.post(page_of(User, page, vera.pk)).status_code == HTTPStatus.FORBIDDEN
    assert not Event.objects.filter(kind__in=("person.unlocked", "person.reset-link")).exists()
