"""Lists as callers want them: sorted, in part, by pages, or as a file."""

import csv
import io
from typing import Any

import pytest
import yaml

from orchestration.services import places
from portal.api import exports
from tests.integration.api.conftest import Api, keys, said
from tests.integration.conftest import Company


def names(answer: Any) -> list[str]:
    assert answer.status_code == 200, answer.content
    return [row["name"] for row in answer.json()["results"]]


def whole(answer: Any) -> str:
    assert answer.status_code == 200
    return b"".join(answer.streaming_content).decode()


def followed(api: Api, path: str, way: str, **query: Any) -> list[list[str]]:
    pages, answer = [], api.get(path, **query)
    while True:
        pages.append(names(answer))
        following = answer.json()[way]
        if following is None:
            return pages
        answer = api.client.get(following)


def test_a_list_is_sorted_up_and_down(company: Company) -> None:
    api = Api(company.root_user)
    up = names(api.get("targets/", sort="name"))
    assert up == sorted(company.lines)
    assert names(api.get("targets/", sort="-name")) == up[::-1]


def test_rows_that_are_equal_keep_an_order_over_pages(company: Company) -> None:
    api = Api(company.root_user)
    at_once = names(api.get("nodes/", sort="kind,-name"))
    pages = followed(api, "nodes/", "next", sort="kind,-name", limit=2)
    assert [name for page in pages for name in page] == at_once
    assert max(map(len, pages)) == 2


def test_pages_are_followed_back(company: Company) -> None:
    api = Api(company.root_user)
    first = api.get("targets/", sort="-name", limit=2)
    second = api.client.get(first.json()["next"])
    third = api.client.get(second.json()["next"])
    assert third.json()["next"] is None
    back = api.client.get(third.json()["previous"])
    assert names(back) == names(second)
    assert names(api.client.get(back.json()["next"])) == names(third)
    start = api.client.get(back.json()["previous"])
    assert (names(start), start.json()["previous"]) == (names(first), None)


def test_a_page_that_was_left_does_not_move(company: Company) -> None:
    api = Api(company.root_user)
    first = api.get("targets/", sort="name", limit=2)
    places.create_target(
        company.root_user, company.factories["alpha"], "alpha-0", scope="plant", capabilities=[]
    )
    assert names(api.client.get(first.json()["next"])) == ["alpha-3", "beta-1"]


@pytest.mark.parametrize(
    "query", [{"sort": "nmae"}, {"sort": "name,name"}, {"sort": "path__x"}, {"sort": "password"}]
)
def test_an_order_there_is_not_is_said(company: Company, query: dict[str, Any]) -> None:
    answer = Api(company.root_user).get("nodes/", **query)
    assert said(answer)[0] == 400
    assert keys(answer) == ["sort"]


def test_a_cursor_of_another_order_is_refused(company: Company) -> None:
    api = Api(company.root_user)
    cursor = api.get("targets/", limit=2).json()["next"].split("cursor=")[1].split("&")[0]
    assert said(api.get("targets/", limit=2, sort="name", cursor=cursor))[0] == 404


def test_only_the_fields_that_are_wanted(company: Company) -> None:
    company.agent("alpha")
    company.agent("beta")
    api = Api(company.root_user)
    rows = api.get("targets/", fields="name,agent.id").json()["results"]
    assert len(rows) == 6
    assert all(set(row) == {"name", "agent"} and set(row["agent"]) == {"id"} for row in rows)
    answer = api.get("targets/", fields="nmae")
    assert (said(answer)[0], keys(answer)) == (400, ["fields"])


def test_a_list_as_a_table(company: Company) -> None:
    api = Api(company.root_user)
    place = company.factories["alpha"]
    assert api.patch(f"nodes/{place.pk}/", {"display_name": '=1+1;"x"'}).status_code == 200
    answer = api.get("nodes/", format="csv", fields="name,display_name", sort="name")
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert 'filename="node.csv"' in answer["Content-Disposition"]
    rows = list(csv.DictReader(io.StringIO(whole(answer))))
    assert [row["name"] for row in rows] == names(api.get("nodes/", sort="name"))
    found = next(row for row in rows if row["name"] == "alpha")
    assert found["display_name"] == '\'=1+1;"x"'


def test_a_file_holds_all_rows_and_no_more_than_its_reader_sees(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exports, "ROWS_AT_ONCE", 2)
    everything = yaml.safe_load(whole(Api(company.root_user).get("targets/", format="yaml")))
    assert [row["name"] for row in everything] == list(company.lines)
    person = company.person("ana", "deployment-viewer", company.factories["beta"])
    own = yaml.safe_load(whole(Api(person).get("targets/", format="yaml", sort="-name")))
    assert [row["name"] for row in own] == ["beta-3", "beta-2", "beta-1"]
    nothing = company.person("nobody")
    assert yaml.safe_load(whole(Api(nothing).get("targets/", format="yaml"))) == []


def test_what_goes_wrong_is_no_file(company: Company) -> None:
    answer = Api(company.root_user).get("targets/", format="csv", sort="colour")
    assert said(answer)[0] == 400


def test_a_text_is_found_in_names_whatever_its_capitals(company: Company) -> None:
    api = Api(company.root_user)
    assert names(api.get("targets/", search="BETA-", sort="name")) == ["beta-1", "beta-2", "beta-3"]
    assert names(api.get("nodes/", search="chic")) == ["chicago"]
    assert names(api.get("targets/", search="%")) == []
