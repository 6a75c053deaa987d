"""Sessions, preferences and help with signing in, over REST."""

from django.test import Client

from orchestration.models import SignIn
from rbac.models import User
from tests.integration.api.conftest import Api, said
from tests.integration.conftest import Company


def browser(company: Company, name: str) -> Client:
    company.person(name)
    client = Client()
    client.post("/login/", {"username": name, "password": f"secret-of-{name}"})
    return client


def test_one_lists_and_ends_ones_own_sessions(company: Company) -> None:
    ana, ben = browser(company, "ana"), browser(company, "ben")
    rest = Api(company.people["ana"])
    (row,) = rest.get("auth/sessions/").json()
    assert "session_key" not in row
    assert rest.get(f"auth/sessions/{row['id']}/").json() == row
    theirs = SignIn.objects.get(user__username="ben")
    assert said(rest.delete(f"auth/sessions/{theirs.pk}/")) == (404, "not-found")
    assert rest.delete(f"auth/sessions/{row['id']}/").status_code == 204
    assert ana.get("/account/").status_code == 302
    assert ben.get("/account/").status_code == 200


def test_preferences_are_set(company: Company) -> None:
    ana = Api(company.person("ana"))
    wanted = {"time_zone": "Europe/Madrid"}
    assert ana.put("auth/preferences/", wanted).json() == wanted | {"language": ""}
    assert ana.get("me/").json()["time_zone"] == "Europe/Madrid"
    assert ana.get("auth/preferences/").json() == wanted | {"language": ""}
    nowhere = ana.put("auth/preferences/", {"time_zone": "Nowhere"})
    assert said(nowhere) == (422, "time-zone-unknown")
    tongue = ana.put("auth/preferences/", wanted | {"language": "xx"})
    assert said(tongue) == (422, "language-unknown")


def test_administrators_help_people_in(company: Company) -> None:
    ana = company.person("ana", "admin")
    for call in ("unlock", "password-link"):
        assert said(Api(ana).post(f"users/{ana.pk}/{call}/")) == (403, "superuser-only")
    root = Api(company.root_user)
    assert root.post(f"users/{ana.pk}/unlock/").status_code == 204
    link = root.post(f"users/{ana.pk}/password-link/").json()["link"]
    new = {"new_password1": "a-much-better-one", "new_password2": "a-much-better-one"}
    assert Client().post(link, new).status_code == 303
    assert User.objects.get(username="ana").check_password("a-much-better-one")
    assert said(root.post("users/999999/unlock/")) == (404, "not-found")
