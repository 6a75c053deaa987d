"""Shared terminals lock themselves, keep what was typed, and change hands."""

import re

import pytest
from django.test import Client

from orchestration.models import Event, SignIn
from orchestration.services import vault
from portal.web import locking
from tests.integration.conftest import Company
from tests.integration.pages.account.conftest import Clock, Enter, who

HTMX = {"HX-Request": "true"}
KEPT = re.compile(r'name="kept" value="([^"]+)"')
UNLOCK, SWITCH = "/account/unlock/", "/account/switch/"


@pytest.fixture
def terminal(enter: Enter, clock: Clock) -> Client:
    """A shared terminal where Ana signed in and looked at a page."""
    client = enter("ana", shared=True)
    assert client.get("/account/").status_code == 200
    return client


def test_a_shared_terminal_locks_itself(terminal: Client, clock: Clock) -> None:
    clock.pass_minutes(4)
    assert terminal.get("/account/").status_code == 200
    clock.pass_minutes(6)
    answer = terminal.get("/configure/?q=1")
    assert (answer.status_code, answer["Location"]) == (
        302,
        "/account/unlock/?next=%2Fconfigure%2F%3Fq%3D1",
    )
    page = terminal.get(answer["Location"])
    assert page.status_code == 423
    assert "Signed in: ana" in page.content.decode()


def test_other_devices_stay_open(enter: Enter, clock: Clock) -> None:
    client = enter("ana")
    client.get("/account/")
    clock.pass_minutes(600)
    assert client.get("/account/").status_code == 200


def test_an_installation_may_lock_every_device(
    enter: Enter, clock: Clock, settings: object
) -> None:
    settings.LOCK_MINUTES = 10  # type: ignore[attr-defined]
    client = enter("ana")
    client.get("/account/")
    clock.pass_minutes(11)
    assert client.get("/account/").status_code == 302


def test_nothing_answers_while_it_is_locked(terminal: Client, clock: Clock) -> None:
    clock.pass_minutes(6)
    part = terminal.get("/monitor/", headers=HTMX)
    assert (part.status_code, part.content, part["HX-Trigger"]) == (
        204,
        b"",
        '{"sitewright:locked": {}}',
    )
    sent = terminal.post("/scope/", {"node": ""}, headers=HTMX)
    assert (sent.status_code, sent["Content-Type"]) == (423, "text/plain; charset=utf-8")
    rest = terminal.get("/api/v1/me/")
    assert (rest.status_code, rest.json()["code"]) == (423, "locked")
    assert terminal.get("/admin/").status_code == 302
    assert terminal.post("/account/here/").status_code == 423


def test_what_a_page_asks_for_by_itself_keeps_nothing_open(terminal: Client, clock: Clock) -> None:
    for _ in range(3):
        clock.pass_minutes(2)
        terminal.get("/monitor/", headers=HTMX)
        terminal.get("/api/v1/me/")
    assert terminal.get("/account/").status_code == 302


def test_input_keeps_it_open(terminal: Client, clock: Clock) -> None:
    for _ in range(3):
        clock.pass_minutes(4)
        assert terminal.post("/account/here/").status_code == 204
    assert terminal.get("/account/").status_code == 200


def test_the_password_opens_it_and_a_wrong_one_does_not(terminal: Client, clock: Clock) -> None:
    clock.pass_minutes(6)
    wrong = terminal.post(UNLOCK, {"password": "guess", "next": "/account/"})
    assert wrong.status_code == 423
    assert "wrong" in wrong.content.decode()
    assert terminal.get("/account/").status_code == 302
    right = terminal.post(UNLOCK, {"password": "secret-of-ana", "next": "/account/"})
    assert (right.status_code, right["Location"]) == (303, "/account/")
    assert terminal.get("/account/").status_code == 200
    assert Event.objects.filter(kind="person.sign-in-failed").count() == 1


def test_the_cover_of_a_page_is_told_how_it_went(terminal: Client, clock: Clock) -> None:
    clock.pass_minutes(6)
    wrong = terminal.post(UNLOCK, {"password": "guess"}, headers=HTMX)
    assert wrong.status_code == 422
    assert "<html" not in wrong.content.decode()
    right = terminal.post(UNLOCK, {"password": "secret-of-ana"}, headers=HTMX)
    assert (right.status_code, right["HX-Trigger"]) == (204, '{"sitewright:unlocked": {}}')


def test_a_form_that_was_sent_too_late_is_kept_and_offered_again(
    terminal: Client, clock: Clock
) -> None:
    clock.pass_minutes(6)
    locked = terminal.post("/account/", {"time_zone": "Europe/Madrid", "many": ["1", "2"]})
    page = locked.content.decode()
    assert locked.status_code == 423
    assert "Europe/Madrid" not in page
    (kept,) = KEPT.findall(page)
    wrong = terminal.post(UNLOCK, {"password": "x", "kept": kept, "next": "/account/"})
    assert KEPT.findall(wrong.content.decode()) == [kept]
    resumed = terminal.post(UNLOCK, {"password": "secret-of-ana", "kept": kept}).content.decode()
    assert 'action="/account/"' in resumed
    assert re.findall(r'name="(\w+)" value="([^"]*)"', resumed)[1:] == [
        ("time_zone", "Europe/Madrid"),
        ("many", "1"),
        ("many", "2"),
    ]
    saved = terminal.post("/account/", {"time_zone": "Europe/Madrid"})
    assert saved.status_code == 303
    ana = who(terminal)
    assert ana is not None
    assert ana.time_zone == "Europe/Madrid"


def test_what_somebody_typed_is_for_nobody_else(
    terminal: Client, clock: Clock, enter: Enter
) -> None:
    clock.pass_minutes(6)
    (kept,) = KEPT.findall(terminal.post("/account/", {"time_zone": "UTC"}).content.decode())
    ben = enter("ben", shared=True)
    ben.post("/account/lock/")
    answer = ben.post(UNLOCK, {"password": "secret-of-ben", "kept": kept, "next": "/account/"})
    assert (answer.status_code, answer["Location"]) == (303, "/account/")
    key = vault.key_ids()[0]
    other = vault.encrypt("a secret of somebody").ciphertext
    for forged in ("a.b", "é.ü", "", f"{key}.x", f"{key}.ü", f"{key}.{other}"):
        ben.post("/account/lock/")
        answer = ben.post(UNLOCK, {"password": "secret-of-ben", "kept": forged, "next": "/x/"})
        assert (answer.status_code, answer["Location"]) == (303, "/x/")


def test_too_much_is_not_kept(terminal: Client, clock: Clock) -> None:
    clock.pass_minutes(6)
    locked = terminal.post("/account/", {"time_zone": "x" * (locking.MOST_KEPT + 1)})
    assert KEPT.findall(locked.content.decode()) == []


def test_it_can_be_locked_by_hand(enter: Enter, clock: Clock) -> None:
    client = enter("ana")
    assert client.post("/account/lock/", {"next": "/account/"}).status_code == 423
    assert client.get("/account/").status_code == 302


def test_somebody_else_takes_over_on_the_same_page(
    terminal: Client, clock: Clock, company: Company
) -> None:
    company.person("ben", "configuration-viewer")
    before = terminal.session.session_key
    clock.pass_minutes(6)
    page = terminal.get(f"{SWITCH}?next=/configure/?q=1")
    assert page.status_code == 200
    answer = terminal.post(
        SWITCH, {"username": "ben", "password": "secret-of-ben", "next": "/configure/?q=1"}
    )
    assert (answer.status_code, answer["Location"]) == (303, "/configure/?q=1")
    assert who(terminal) == company.people["ben"]
    assert not SignIn.objects.filter(session_key=before).exists()
    assert SignIn.objects.get().shared
    old = Client()
    old.cookies["sessionid"] = str(before)
    assert old.get("/account/")["Location"].startswith("/login/")
    listed = terminal.get(SWITCH).content.decode()
    assert "?who=ana" in listed
    assert "?who=ben" not in listed


def test_a_wrong_password_takes_nothing_over(
    terminal: Client, clock: Clock, company: Company
) -> None:
    company.person("ben")
    clock.pass_minutes(6)
    answer = terminal.post(SWITCH, {"username": "ben", "password": "guess", "next": "/"})
    assert answer.status_code == 200
    assert who(terminal) == company.people["ana"]
    assert terminal.get("/account/").status_code == 302


def test_a_foreign_address_is_not_gone_to(terminal: Client, clock: Clock) -> None:
    clock.pass_minutes(6)
    right = terminal.post(UNLOCK, {"password": "secret-of-ana", "next": "https://evil.test/"})
    assert right["Location"] == "/"


def test_only_a_shared_device_remembers_people(enter: Enter) -> None:
    client = enter("ana", shared=True)
    client.post("/logout/")
    assert "?who=ana" in client.get("/login/").content.decode()
    enter("ana", client=client)
    client.post("/logout/")
    assert "?who=ana" not in client.get("/login/").content.decode()
    client.cookies["people_here"] = "forged"
    client.cookies["shared_terminal"] = "1"
    assert "forged" not in client.get("/login/").content.decode()
