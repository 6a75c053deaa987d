"""Sign-in, tokens, roles and accounts over REST."""

from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone
from rest_framework.test import APIClient

from orchestration.models import ApiToken, Event
from orchestration.services.contexts import root_of
from rbac.models import RoleAssignment, User
from tests.integration.api.conftest import Api, keys, said
from tests.integration.conftest import Company


def with_token(token: str) -> Any:
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Token {token}")
    return client.get("/api/v1/me/")


def test_a_token_comes_for_name_and_password_and_signs_in(company: Company) -> None:
    company.person("vera", "configuration-viewer")
    body = {"username": "vera", "password": "secret-of-vera"}
    made = Api(None).post("auth/tokens/", body)
    assert made.status_code == 201, made.json()
    token = made.json()["token"]
    assert with_token(token).json()["username"] == "vera"
    assert token not in str(list(Event.objects.values()))
    assert ApiToken.objects.get().digest != token

    vera = Api(company.people["vera"])
    (listed,) = vera.get("auth/tokens/").json()
    assert (listed["name"], listed["rights"], listed["node"]) == ("", None, None)
    assert token not in str(listed)
    assert Api(company.root_user).delete(f"auth/tokens/{listed['key']}/").status_code == 404
    assert vera.delete(f"auth/tokens/{listed['key']}/").status_code == 204
    assert said(with_token(token)) == (401, "authentication-failed")


def test_a_wrong_password_gives_no_token(company: Company) -> None:
    company.person("vera")
    answer = Api(None).post("auth/tokens/", {"username": "vera", "password": "guess"})
    assert said(answer) == (401, "authentication-failed")
    assert said(Api(None).post("auth/tokens/")) == (401, "not-authenticated")
    assert not ApiToken.objects.exists()


def test_passwords_of_others_cannot_be_guessed_by_who_is_signed_in(company: Company) -> None:
    """A call with a key is undone where it fails; the guess must not be undone with it."""
    company.person("vera")
    ada = Api(company.person("ada"))
    body = {"username": "vera", "password": "guess"}
    for number in range(settings.AXES_FAILURE_LIMIT):
        ada.post("auth/tokens/", body, idempotency_key=f"guess-{number}")
    right = ada.post("auth/tokens/", body | {"password": "secret-of-vera"})
    assert (said(right), keys(right)) == ((400, "invalid"), ["username"])
    assert not ApiToken.objects.exists()


def test_a_session_makes_a_token_with_the_csrf_header_only(company: Company) -> None:
    company.person("vera")
    browser = Client(enforce_csrf_checks=True)
    backend = "django.contrib.auth.backends.ModelBackend"
    browser.force_login(company.people["vera"], backend=backend)
    answer = browser.post("/api/v1/auth/tokens/", {}, content_type="application/json")
    assert said(answer)[0] == 403
    assert not ApiToken.objects.exists()


def test_a_token_ends(company: Company) -> None:
    vera = company.person("vera")
    made = Api(vera).post("auth/tokens/", {"valid_for_days": 1}).json()
    assert with_token(made["token"]).status_code == 200
    ApiToken.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert said(with_token(made["token"])) == (401, "authentication-failed")


@pytest.mark.parametrize("path", ["me/", "nodes/", "targets/1/", "events/", "users/"])
def test_strangers_sign_in_first(db: None, path: str) -> None:
    answer = Api(None).get(path)
    assert said(answer) == (401, "not-authenticated")
    assert answer.headers["WWW-Authenticate"] == "Token"


def test_me_says_what_i_may_do_where(company: Company) -> None:
    alpha = company.factories["alpha"]
    me = Api(company.person("dana", "deployment-manager", alpha)).get("me/").json()
    assert [(role["role"], role["node"]["name"]) for role in me["roles"]] == [
        ("deployment-manager", "alpha")
    ]
    assert [node["id"] for node in me["rights"]["deploy"]] == [alpha.pk]
    assert "edit_hierarchy" not in me["rights"]
    root = Api(company.root_user).get("me/").json()
    assert [node["name"] for node in root["rights"]["manage_access"]] == ["contoso"]


def test_roles_are_given_and_taken(company: Company) -> None:
    alpha = company.factories["alpha"]
    admin = Api(company.person("ada", "admin", alpha))
    dana = company.person("dana", "deployment-viewer", alpha)
    body = {"role": "deployment-manager", "user": "dana", "node": alpha.pk}
    made = admin.post("role-assignments/", body)
    assert made.status_code == 201, made.json()
    assert made.json()["given_by"] == "ada"
    assert "deploy" in Api(dana).get("me/").json()["rights"]
    listed = admin.get("role-assignments/", user="dana").json()["results"]
    assert {row["role"] for row in listed} == {"deployment-manager", "deployment-viewer"}
    assert admin.delete(f"role-assignments/{made.json()['id']}/").status_code == 204
    fresh = User.objects.get(username="dana")
    assert "deploy" not in Api(fresh).get("me/").json()["rights"]


def test_nobody_gives_what_they_do_not_manage(company: Company) -> None:
    alpha, beta = company.factories["alpha"], company.factories["beta"]
    admin = Api(company.person("ada", "admin", alpha))
    company.person("dana", "deployment-viewer", alpha)
    elsewhere = admin.post("role-assignments/", {"role": "admin", "user": "dana", "node": beta.pk})
    assert (said(elsewhere), keys(elsewhere)) == ((400, "invalid"), ["node"])
    manager = Api(company.person("mia", "deployment-manager", alpha))
    answer = manager.post("role-assignments/", {"role": "admin", "user": "mia", "node": alpha.pk})
    assert said(answer)[0] == 400
    held = RoleAssignment.objects.filter(user__username="ada").get()
    stranger = Api(company.person("sam", "admin", beta))
    assert said(stranger.delete(f"role-assignments/{held.pk}/")) == (404, "not-found")
    assert RoleAssignment.objects.filter(role__key="admin").count() == 2


def test_a_role_needs_one_holder_and_an_end_to_come(company: Company) -> None:
    root = Api(company.root_user)
    node = root_of(company.context).pk
    body = {"role": "admin", "node": node}
    assert keys(root.post("role-assignments/", body)) == ["user"]
    past = (timezone.now() - timedelta(days=1)).isoformat()
    answer = root.post("role-assignments/", body | {"user": "root", "expires_at": past})
    assert keys(answer) == ["expires_at"]
    assert keys(root.post("role-assignments/", body | {"role": "king"})) == ["role"]


def test_superusers_make_accounts(company: Company) -> None:
    root = Api(company.root_user)
    body = {"username": "nina", "password": "a-long-enough-phrase", "full_name": "Nina Berg"}
    made = root.post("users/", body)
    assert (made.status_code, made.json()["full_name"]) == (201, "Nina Berg")
    assert "password" not in made.json()
    address = f"users/{made.json()['id']}/"
    assert said(root.post("users/", body)) == (422, "name-taken")
    assert said(root.post("users/", body | {"username": "x", "password": "1"})) == (
        422,
        "password-weak",
    )
    assert root.patch(address, {"is_active": False}).json()["is_active"] is False
    assert root.post(address + "password/", {"password": "another-long-phrase"}).status_code == 204
    assert User.objects.get(username="nina").check_password("another-long-phrase")


def test_others_do_not_see_accounts(company: Company) -> None:
    admin = Api(company.person("ada", "admin"))
    assert said(admin.get("users/")) == (403, "superuser-only")
    assert said(admin.get(f"users/{company.root_user.pk}/")) == (403, "superuser-only")
    assert said(admin.post("users/", {"username": "x", "password": "y"})) == (403, "superuser-only")
