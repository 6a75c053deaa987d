"""What holds for the whole REST interface: answers for lost and greedy callers, costs of lists."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from orchestration.models import Event
from orchestration.services import rollouts
from portal.api.parsers import MOST_BYTES
from tests.integration.api.conftest import Api, said
from tests.integration.conftest import Company

LISTS = (
    "contexts",
    "nodes",
    "targets",
    "agents",
    "enrolment-tokens",
    "solutions",
    "solution-versions",
    "instances",
    "revisions",
    "rollouts",
    "deployments",
    "events",
    "role-assignments",
    "users",
)


def filled(company: Company, *factories: str) -> None:
    """Something of every kind at each factory."""
    root = company.root_user
    for factory in factories:
        company.agent(factory)
        node = company.factories[factory]
        Api(root).post("enrolment-tokens/", {"node": node.pk, "targets": []})
        version = company.solution(f"solution-{factory}")
        made = [company.revision(f"{factory}-{n}", version) for n in (1, 2)]
        rollouts.deploy(root, made)
        company.person(f"person-{factory}", "configuration-author", node)


def cost(api: Api, noun: str) -> int:
    with CaptureQueriesContext(connection) as queries:
        assert api.get(f"{noun}/").status_code == 200
    return len(queries)


def test_a_list_costs_the_same_for_more_rows(company: Company) -> None:
    api = Api(company.root_user)
    filled(company, "alpha")
    few = {noun: cost(api, noun) for noun in LISTS}
    filled(company, "beta")
    many = {noun: cost(api, noun) for noun in LISTS}
    assert many == few
    assert max(few.values()) <= 6


@pytest.mark.parametrize("method", ["get", "post", "put", "patch", "delete"])
def test_an_address_that_is_not_there_answers_like_the_others(db: None, method: str) -> None:
    answer = getattr(Client(), method)("/api/v1/nonsense/")
    assert said(answer) == (404, "not-found")


def test_an_address_without_its_slash_leads_on(company: Company) -> None:
    answer = Client().get("/api/v1/me", follow=True)
    assert answer.redirect_chain == [("/api/v1/me/", 301)]
    assert said(answer) == (401, "not-authenticated")


def test_a_method_that_is_not_served_is_refused(company: Company) -> None:
    api = Api(company.root_user)
    assert said(api.put("events/", {})) == (405, "method-not-allowed")
    assert said(api.delete("me/")) == (405, "method-not-allowed")


def test_a_body_that_is_too_large_is_refused_unread(company: Company) -> None:
    length = {"CONTENT_LENGTH": str(MOST_BYTES + 1), "CONTENT_TYPE": "application/json"}
    answer = Api(company.root_user).client.generic("POST", "/api/v1/review/", b"{}", **length)
    assert said(answer) == (413, "too-large")


def test_a_body_of_another_kind_is_refused(company: Company) -> None:
    client = Api(company.root_user).client
    answer = client.generic("POST", "/api/v1/review/", b"<a/>", content_type="text/xml")
    assert said(answer) == (415, "unsupported-media-type")


SENSELESS = (
    {"cursor": "zzz"},
    {"under": "x"},
    {"target": "1e9"},
    {"target": ""},
    {"target": [1, 2]},
    {"limit": 10**9},
    {"limit": 0},
    {"limit": "many"},
)


@pytest.mark.parametrize("query", SENSELESS)
def test_a_filter_that_makes_no_sense_is_said(company: Company, query: dict[str, Any]) -> None:
    answer = Api(company.root_user).get("deployments/", **query)
    assert said(answer)[0] in {400, 404}


@pytest.mark.parametrize("query", [{"under": 10**30}, {"target": -1}])
def test_a_number_beyond_all_rows_finds_nothing(company: Company, query: dict[str, Any]) -> None:
    answer = Api(company.root_user).get("deployments/", **query)
    assert (answer.status_code, answer.json()["results"]) == (200, [])


def test_the_address_of_the_caller_is_kept(company: Company) -> None:
    api = Api(company.root_user)
    api.client.defaults["REMOTE_ADDR"] = "192.0.2.7"
    api.post("enrolment-tokens/", {"node": company.factories["alpha"].pk})
    event = Event.objects.get(kind="token.created")
    assert event.address == "192.0.2.7"


def test_the_description_and_its_page_are_open(db: None) -> None:
    described = Client().get("/api/v1/schema/?format=json").json()
    assert "/api/v1/rollouts/deploy/" in described["paths"]
    page = Client().get("/api/v1/docs/")
    assert page.status_code == 200
    assert b"//cdn." not in page.content


@pytest.mark.parametrize("noun", LISTS)
def test_a_list_refuses_a_filter_it_does_not_know(company: Company, noun: str) -> None:
    answer = Api(company.root_user).get(f"{noun}/", limit=1, xyzzy="1", Limit="2")
    assert said(answer) == (400, "invalid")
    problems = {one["key"]: one["message"] for one in answer.json()["problems"]}
    assert set(problems) == {"Limit", "xyzzy"}
    assert problems["Limit"].endswith("Did you mean limit?")
    assert "cursor" in problems["xyzzy"]


def test_the_nearest_filter_is_named(company: Company) -> None:
    answer = Api(company.root_user).get("solutions/", contxt="1")
    assert answer.json()["problems"] == [
        {
            "key": "contxt",
            "code": "unknown",
            "message": "There is no such filter. Did you mean context?",
        }
    ]


def test_pages_of_a_filtered_list_can_be_followed(company: Company) -> None:
    api = Api(company.root_user)
    first = api.get("targets/", context=company.context.pk, limit=4).json()
    second = api.client.get(first["next"])
    assert second.status_code == 200
    assert len(first["results"]) + len(second.json()["results"]) == 6
