"""Named secrets on the admin site: set by who may, shown to nobody."""

import pytest
from django.test import Client

from orchestration.models import NamedSecret
from orchestration.services import secrets, vault
from tests.integration.admin.conftest import SignIn, page_of
from tests.integration.conftest import Company

CANARY = "canary-4711"


def test_a_secret_is_set_changed_and_deleted_and_never_shown(
    company: Company, root: Client
) -> None:
    place = company.factories["alpha"]
    add = page_of(NamedSecret, "add")
    form = {"node": place.pk, "name": "sql", "value": CANARY}
    assert root.post(add, form).status_code == 302
    secret = NamedSecret.objects.get()
    change = page_of(NamedSecret, "change", secret.pk)
    pages = [root.get(url) for url in (change, page_of(NamedSecret))]
    several = {"value": f"user=app\npassword={CANARY}=\n", "several": "on"}
    assert root.post(change, several).status_code == 302
    newest = secret.versions.first()
    assert newest
    assert (newest.number, newest.keys) == (2, ["password", "user"])
    assert vault.decrypt(newest) == {"user": "app", "password": f"{CANARY}="}
    pages += [root.get(url) for url in (change, page_of(NamedSecret))]
    pages.append(root.get(page_of(NamedSecret, "history", secret.pk)))
    for page in pages:
        assert page.status_code == 200
        assert CANARY not in page.content.decode()
    assert "password, user" in pages[-2].content.decode()
    root.post(page_of(NamedSecret, "delete", secret.pk), {"post": "yes"})
    assert not NamedSecret.objects.exists()


@pytest.mark.parametrize(
    "wrong", [{"name": "a b"}, {"name": ""}, {"several": "on"}, {"node": 0}], ids=str
)
def test_what_is_refused_is_not_sent_back(
    company: Company, root: Client, wrong: dict[str, object]
) -> None:
    form = {"node": company.factories["alpha"].pk, "name": "sql", "value": CANARY, **wrong}
    page = root.post(page_of(NamedSecret, "add"), form)
    assert page.status_code == 200
    assert CANARY not in page.content.decode()
    assert not NamedSecret.objects.exists()


def test_who_has_no_right_to_it_values_finds_none(company: Company, sign_in: SignIn) -> None:
    made = secrets.set_named(company.root_user, company.factories["alpha"], "sql", CANARY)
    for browser in (
        sign_in("olga", "onboarding-admin", company.factories["alpha"]),
        sign_in("berta", "admin", company.factories["beta"]),
    ):
        answer = browser.post(page_of(NamedSecret, "change", made.secret.pk), {"value": "mine"})
        assert answer.status_code in {403, 404}
        assert CANARY not in answer.content.decode()
    assert made.secret.versions.count() == 1
