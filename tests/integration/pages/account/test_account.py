"""One's own account: sessions, tokens, password, and how dates are shown."""

import re
from typing import Any

import pytest
from django.contrib.auth.hashers import check_password, get_hasher
from django.test import Client

from orchestration.models import ApiToken, Event, SignIn
from orchestration.services import accounts
from portal import settings as product
from portal.web.links import reset_address
from rbac.access import Denied
from rbac.models import User
from tests.integration.conftest import Company
from tests.integration.pages.account.conftest import Enter

SECRET = re.compile(r"<pre[^>]*>(?:<code>)?\s*([\w-]{40,})")


def test_sessions_are_listed_and_ended(enter: Enter) -> None:
    here, there = enter("ana"), enter("ana")
    page = here.get("/account/").content.decode()
    assert page.count("Chrome, Windows") == 2
    assert page.count("Sign out there") == 1
    other = SignIn.objects.get(session_key=there.session.session_key)
    assert here.post(f"/account/sign-ins/{other.pk}/end/").status_code == 303
    assert there.get("/account/")["Location"].startswith("/login/")
    assert here.get("/account/").status_code == 200
    assert Event.objects.filter(kind="person.session-ended").count() == 1


def test_all_other_sessions_end_at_once(enter: Enter) -> None:
    here, others = enter("ana"), [enter("ana"), enter("ana")]
    here.post("/account/sign-ins/end-others/")
    assert here.get("/account/").status_code == 200
    assert [other.get("/account/").status_code for other in others] == [302, 302]


def test_sessions_of_others_are_nobodys_business(enter: Enter) -> None:
    ana, ben = enter("ana"), enter("ben")
    theirs = SignIn.objects.get(session_key=ben.session.session_key)
    assert ana.post(f"/account/sign-ins/{theirs.pk}/end/").status_code == 404
    assert ben.get("/account/").status_code == 200


def test_signing_in_and_out_is_on_record_with_the_address(company: Company) -> None:
    ana = company.person("ana")
    client = Client(REMOTE_ADDR="192.0.2.4")
    client.post("/login/", {"username": "ana", "password": "wrong"})
    client.post("/login/", {"username": "secret-typed-as-a-name", "password": "wrong"})
    client.post("/login/", {"username": "ana", "password": "secret-of-ana"})
    client.post("/logout/")
    found = Event.objects.filter(kind__startswith="person.").order_by("pk")
    assert [(e.kind, e.object_name, e.address, e.outcome) for e in found] == [
        ("person.sign-in-failed", "ana", "192.0.2.4", "refused"),
        ("person.signed-in", "ana", "192.0.2.4", "done"),
        ("person.signed-out", "ana", "192.0.2.4", "done"),
    ]
    assert found[1].user == ana
    assert "secret-typed" not in str(list(Event.objects.values()))


def test_too_many_wrong_passwords_block_name_and_address(company: Company) -> None:
    company.person("ana")
    client = Client(REMOTE_ADDR="192.0.2.4")
    wrong = {"username": "ana", "password": "wrong"}
    for _ in range(9):
        assert client.post("/login/", wrong).status_code == 200
    assert client.post("/login/", wrong).status_code == 429
    right = {"username": "ana", "password": "secret-of-ana"}
    blocked = client.post("/login/", right)
    assert blocked.status_code == 429
    assert "Try again after" in blocked.content.decode()
    assert 0 < int(blocked["Retry-After"]) <= 15 * 60
    rest = client.post("/api/v1/auth/tokens/", right, content_type="application/json")
    assert (rest.status_code, rest.json()["code"]) == (429, "too-many-attempts")
    elsewhere = Client(REMOTE_ADDR="192.0.2.5")
    assert elsewhere.post("/login/", right).status_code == 302
    assert Event.objects.filter(kind="person.locked-out").count() == 1


def test_passwords_are_kept_by_argon2(settings: Any) -> None:
    settings.PASSWORD_HASHERS = product.PASSWORD_HASHERS
    assert product.PASSWORD_HASHERS[0].endswith("Argon2PasswordHasher")
    made = get_hasher("argon2").encode("a password", "some salt")
    assert made.startswith("argon2$argon2id$")
    assert check_password("a password", made)


def test_a_password_is_changed_and_other_sessions_end(enter: Enter) -> None:
    here, there = enter("ana"), enter("ana")
    fields = {
        "old_password": "secret-of-ana",
        "new_password1": "a-much-better-one",
        "new_password2": "a-much-better-one",
    }
    refused = here.post("/account/password/", fields | {"old_password": "x"})
    assert refused.status_code == 422
    weak = {"new_password1": "12345678", "new_password2": "12345678"}
    assert here.post("/account/password/", fields | weak).status_code == 422
    assert here.post("/account/password/", fields).status_code == 303
    assert "(here)" in here.get("/account/").content.decode()
    assert there.get("/account/").status_code == 302
    assert User.objects.get(username="ana").check_password("a-much-better-one")


def test_a_link_sets_a_new_password_once(company: Company) -> None:
    ana = company.person("ana")
    address = reset_address(ana, accounts.make_reset_token(company.root_user, ana))
    client = Client()
    assert client.get(address).status_code == 200
    new = {"new_password1": "a-much-better-one", "new_password2": "a-much-better-one"}
    assert client.post(address, new).status_code == 303
    assert User.objects.get(username="ana").check_password("a-much-better-one")
    assert client.get(address).status_code == 410
    assert client.post(address, new).status_code == 410
    assert client.get("/account/reset/xx/yy/").status_code == 410


def test_only_administrators_make_such_links(company: Company) -> None:
    ana = company.person("ana", "admin")
    with pytest.raises(Denied):
        accounts.make_reset_token(ana, company.root_user)
    assert not Event.objects.filter(kind="person.reset-link").exists()


def test_a_link_opens_nothing_for_who_may_not_sign_in(company: Company) -> None:
    ana = company.person("ana")
    token = accounts.make_reset_token(company.root_user, ana)
    User.objects.filter(pk=ana.pk).update(is_active=False)
    ana.refresh_from_db()
    assert not accounts.reset_allowed(ana, token)


def test_a_token_is_made_shown_once_and_revoked(enter: Enter, company: Company) -> None:
    ana = enter("ana")
    alpha = company.factories["alpha"]
    fields = {"name": "nightly", "days": "30", "may": "read", "node": alpha.pk}
    made = ana.post("/account/tokens/new/", fields)
    assert made.status_code == 200
    (secret,) = SECRET.findall(made.content.decode())
    token = ApiToken.objects.get()
    assert (token.name, token.read_only, token.node) == ("nightly", True, alpha)
    program = Client(headers={"Authorization": f"Token {secret}"})
    assert program.get("/api/v1/me/").status_code == 200
    listed = ana.get("/account/").content.decode()
    assert "nightly" in listed
    assert secret not in listed
    assert ana.post(f"/account/tokens/{token.pk}/revoke/").status_code == 303
    assert program.get("/api/v1/me/").status_code == 401


def test_a_token_form_says_what_is_missing(enter: Enter) -> None:
    ana = enter("ana")
    some = ana.post("/account/tokens/new/", {"name": "x", "days": "30", "may": "some"})
    assert some.status_code == 422
    assert "Tick at least one right" in some.content.decode()
    long = ana.post("/account/tokens/new/", {"name": "x", "days": "4000", "may": "read"})
    assert "366 days at most" in long.content.decode()
    assert not ApiToken.objects.exists()
    fields = {"name": "x", "days": "3", "may": "some", "rights": ["deploy"]}
    assert ana.post("/account/tokens/new/", fields).status_code == 200
    assert ApiToken.objects.get().rights == ["deploy"]


def test_tokens_of_others_are_nobodys_business(enter: Enter) -> None:
    ana, ben = enter("ana"), enter("ben")
    ben.post("/account/tokens/new/", {"name": "x", "days": "3", "may": "read"})
    pk = ApiToken.objects.get().pk
    assert ana.post(f"/account/tokens/{pk}/revoke/").status_code == 404
    assert ApiToken.objects.exists()


def test_dates_follow_the_persons_time_zone(enter: Enter) -> None:
    ana = enter("ana")
    assert " UTC<" in ana.get("/account/").content.decode()
    assert ana.post("/account/", {"time_zone": "Asia/Kolkata"}).status_code == 303
    assert " IST<" in ana.get("/account/").content.decode()
    ana.post("/account/", {"time_zone": "Nowhere/At all"})
    assert User.objects.get(username="ana").time_zone == "Asia/Kolkata"


def test_a_device_becomes_shared(enter: Enter) -> None:
    ana = enter("ana")
    ana.post("/account/device/", {"shared": "on"})
    assert SignIn.objects.get().shared
    assert ana.cookies["shared_terminal"].value == "1"
    ana.post("/account/device/", {})
    assert not SignIn.objects.get().shared
