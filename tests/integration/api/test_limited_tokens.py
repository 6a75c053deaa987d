"""Tokens that leave less than their person may do."""

from datetime import timedelta
from typing import Any

from django.utils import timezone
from rest_framework.test import APIClient

from orchestration.models import ApiToken, Event, Node
from orchestration.services import api_tokens
from rbac.access import granted_paths, may, may_administer, visible
from rbac.models import User
from rbac.permissions import Perm
from rbac.scopes import READING, Scope, narrow, scope_from
from tests.integration.api.conftest import Api, keys, said
from tests.integration.conftest import Company
from tests.integration.services.bulk import solution_of, started

DAY = timedelta(days=1)


def program(user: User, **limits: Any) -> APIClient:
    """A program that signs in with a token of somebody."""
    _, secret = api_tokens.create(user, valid_for=DAY, **limits)
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Token {secret}")
    return client


def lines_of(client: Any) -> set[str]:
    """The names of the lines that a program finds."""
    return {row["name"] for row in client.get("/api/v1/targets/").json()["results"]}


def test_a_place_ends_a_token(company: Company) -> None:
    alpha, beta = company.factories["alpha"], company.factories["beta"]
    otto = company.person("otto", "admin")
    everywhere, here = program(otto), program(otto, node=alpha)
    assert lines_of(here) == {"alpha-1", "alpha-2", "alpha-3"}
    assert len(lines_of(everywhere)) == 6
    body = {"display_name": "New name"}
    other = company.lines["beta-1"].node
    refused = here.patch(f"/api/v1/nodes/{other.pk}/", body, format="json")
    assert said(refused) == (404, "not-found")
    line = company.lines["alpha-1"].node
    assert here.patch(f"/api/v1/nodes/{line.pk}/", body, format="json").status_code == 200
    assert said(here.get(f"/api/v1/nodes/{beta.pk}/")) == (404, "not-found")


def test_a_token_that_reads_changes_nothing(company: Company) -> None:
    otto = company.person("otto", "admin")
    reader = program(otto, rights=READING)
    line = company.lines["alpha-1"].node
    assert reader.get(f"/api/v1/nodes/{line.pk}/").status_code == 200
    answer = reader.patch(f"/api/v1/nodes/{line.pk}/", {"display_name": "x"}, format="json")
    assert said(answer) == (403, "right-missing")
    line.refresh_from_db()
    assert line.display_name == ""


def test_a_limited_token_makes_no_other_and_ends_none(company: Company) -> None:
    otto = company.person("otto", "admin")
    reader = program(otto, rights=READING)
    (token,) = ApiToken.objects.all()
    assert said(reader.post("/api/v1/auth/tokens/")) == (403, "token-limited")
    assert said(reader.delete(f"/api/v1/auth/tokens/{token.key}/")) == (403, "token-limited")
    assert ApiToken.objects.get() == token


def test_a_limited_token_of_an_administrator_administers_nothing(company: Company) -> None:
    root = program(company.root_user, rights=READING)
    assert said(root.get("/api/v1/users/")) == (403, "token-limited")
    assert len(lines_of(root)) == 6
    place = program(company.root_user, node=company.factories["alpha"])
    assert said(place.get("/api/v1/users/")) == (403, "token-limited")
    assert program(company.root_user).get("/api/v1/users/").status_code == 200


def test_a_limited_token_follows_what_its_person_may(company: Company) -> None:
    alpha = company.factories["alpha"]
    vera = company.person("vera", "deployment-viewer", alpha)
    here = program(vera, node=company.lines["alpha-2"].node)
    there = program(vera, node=company.factories["beta"])
    assert (lines_of(here), lines_of(there)) == ({"alpha-2"}, set())
    vera.role_assignments.get().delete()
    assert lines_of(here) == set()


def test_limits_are_asked_for_and_shown(company: Company) -> None:
    otto = Api(company.person("otto", "admin"))
    alpha = company.factories["alpha"].pk
    made = otto.post("auth/tokens/", {"name": "CI", "read_only": True, "node": alpha})
    assert made.status_code == 201, made.json()
    (listed,) = otto.get("auth/tokens/").json()
    assert (listed["name"], listed["read_only"], listed["node"]["name"]) == ("CI", True, "alpha")
    assert listed["rights"] == sorted(perm.value for perm in READING)
    assert listed["last_used_at"] is None
    ends = ApiToken.objects.get().expires_at
    assert timedelta(days=89) < ends - timezone.now() < timedelta(days=91)
    deploying = otto.post("auth/tokens/", {"rights": ["deploy"]}).json()
    assert (deploying["rights"], deploying["read_only"]) == (["deploy"], False)
    assert keys(otto.post("auth/tokens/", {"rights": ["fly"]})) == ["rights.0"]
    assert keys(otto.post("auth/tokens/", {"rights": []})) == ["rights"]
    both = {"rights": ["deploy"], "read_only": True}
    assert keys(otto.post("auth/tokens/", both)) == ["rights"]


def test_a_place_that_one_does_not_see_is_absent(company: Company) -> None:
    vera = Api(company.person("vera", "deployment-viewer", company.factories["alpha"]))
    for node in (company.factories["beta"].pk, 10**6):
        answer = vera.post("auth/tokens/", {"node": node})
        assert (said(answer), keys(answer)) == ((400, "invalid"), ["node"])
    assert not ApiToken.objects.exists()


def test_a_token_has_a_longest_life(company: Company, settings: Any) -> None:
    settings.API_TOKEN_MOST_DAYS = 30
    vera = Api(company.person("vera"))
    assert said(vera.post("auth/tokens/", {"valid_for_days": 31})) == (422, "token-too-long")
    assert vera.post("auth/tokens/", {"valid_for_days": 30}).status_code == 201


def test_the_last_use_is_known(company: Company) -> None:
    vera = company.person("vera", "deployment-viewer")
    client = program(vera)
    client.get("/api/v1/targets/", REMOTE_ADDR="192.0.2.7")
    token = ApiToken.objects.get()
    assert token.last_used_at is not None
    assert token.last_used_from == "192.0.2.7"
    first = token.last_used_at
    client.get("/api/v1/targets/", REMOTE_ADDR="192.0.2.7")
    assert ApiToken.objects.get().last_used_at == first


def test_a_limited_token_hears_of_its_place_only(company: Company) -> None:
    otto = company.person("otto", "admin")
    everywhere, here = program(otto), program(otto, node=company.factories["alpha"])
    for line in ("alpha-1", "beta-1"):
        node = company.lines[line].node
        body = {"display_name": f"New {line}"}
        assert everywhere.patch(f"/api/v1/nodes/{node.pk}/", body, format="json").status_code == 200
    assert "beta-1" in everywhere.get("/api/v1/events/").content.decode()
    told = here.get("/api/v1/events/").content.decode()
    assert "alpha-1" in told
    assert "beta-1" not in told


def test_administrators_see_and_end_everybodys_tokens(company: Company) -> None:
    vera = company.person("vera", "admin")
    client = program(vera, name="nightly")
    root = Api(company.root_user)
    (row,) = root.get("auth/everybodys-tokens/").json()
    assert (row["user"], row["name"]) == ("vera", "nightly")
    assert said(Api(vera).get("auth/everybodys-tokens/")) == (403, "superuser-only")
    address = f"auth/everybodys-tokens/{row['key']}/"
    assert said(Api(vera).delete(address)) == (403, "superuser-only")
    assert client.get("/api/v1/targets/").status_code == 200
    assert root.delete(address).status_code == 204
    assert client.get("/api/v1/targets/").status_code == 401
    event = Event.objects.get(kind="api-token.revoked")
    assert (event.user, event.object_name) == (company.root_user, "vera")


def test_a_token_goes_with_the_place_it_is_for(company: Company) -> None:
    line = company.lines["alpha-1"].node
    program(company.root_user, node=line)
    Node.objects.filter(pk=line.pk).delete()
    assert not ApiToken.objects.exists()


def test_work_that_goes_on_later_keeps_the_limits(company: Company) -> None:
    alpha = company.factories["alpha"]
    scope = scope_from(Scope(frozenset({Perm.DEPLOY}), alpha.path).stored())
    root = User.objects.get(pk=company.root_user.pk)
    narrow(root, scope)
    assert granted_paths(root, Perm.DEPLOY) == [alpha.path]
    assert may(root, Perm.DEPLOY, company.lines["alpha-1"].node)
    assert not may(root, Perm.DEPLOY, company.lines["beta-1"].node)
    assert not may(root, Perm.PUBLISH, company.lines["alpha-1"].node)
    assert not may_administer(root)
    seen = visible(root, (Perm.DEPLOY, Perm.PUBLISH), Node.objects.filter(kind="target"))
    assert set(seen) == {line.node for name, line in company.lines.items() if "alpha" in name}
    assert not visible(root, Perm.PUBLISH, Node.objects.all()).exists()


def test_a_limited_token_calls_off_only_what_it_could_ask_for(company: Company) -> None:
    otto = company.person("otto", "admin")
    operation = started(company, solution_of(company), otto)
    calls = f"/api/v1/operations/{operation.uuid}"
    alpha = company.factories["alpha"]
    for limits in ({"rights": READING}, {"rights": [Perm.DEPLOY]}, {"node": alpha}):
        narrowed = program(otto, **limits)
        assert narrowed.get(f"{calls}/").status_code == 200
        for verb in ("cancel", "retry"):
            assert said(narrowed.post(f"{calls}/{verb}/")) == (403, "operation-beyond-token")
    operation.refresh_from_db()
    assert operation.active
    fitting = program(otto, rights=[*READING, Perm.PUBLISH])
    assert fitting.post(f"{calls}/cancel/").status_code == 200


def test_a_limited_token_lets_no_webhook_hear_more_than_itself(company: Company) -> None:
    otto = company.person("otto", "admin")
    giving = program(otto, rights=[Perm.MANAGE_ACCESS])
    hook = {"node": company.factories["alpha"].pk, "name": "MES", "kinds": ["*"]}
    hook |= {"url": "https://hooks.example/"}
    assert said(giving.post("/api/v1/webhooks/", hook, format="json")) == (403, "right-missing")
    both = program(otto, rights=[Perm.MANAGE_ACCESS, Perm.VIEW_DEPLOYMENTS])
    made = both.post("/api/v1/webhooks/", hook, format="json")
    assert made.status_code == 201
    address = f"/api/v1/webhooks/{made.json()['id']}/"
    moved = giving.patch(address, {"url": "https://other.example/"}, format="json")
    assert said(moved) == (403, "right-missing")
    assert both.patch(address, {"kinds": ["deployment.*"]}, format="json").status_code == 200
    judging = {"kinds": ["validation.requested"]}
    assert said(both.patch(address, judging, format="json")) == (403, "right-missing")
