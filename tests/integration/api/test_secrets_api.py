"""Named secrets over REST: values come in, names go out."""

import pytest

from orchestration.models import NamedSecret, Node
from tests.integration.api.conftest import Api, said
from tests.integration.conftest import Company

CANARY = "canary-4711"


@pytest.fixture
def place(company: Company) -> Node:
    return company.factories["alpha"]


def test_a_secret_goes_in_and_never_out(company: Company, place: Node) -> None:
    api = Api(company.person("ines", "solution-author", place))
    address = f"nodes/{place.pk}/secrets/"
    put = api.put(f"{address}sql/", {"value": {"user": "app", "password": CANARY}})
    again = api.put(f"{address}sql/", {"value": {"password": CANARY, "user": "app"}})
    listed = api.get(address)
    (shown,) = listed.json()
    assert put.json() == again.json() == shown
    assert {**shown, "set_at": ""} == {
        "node": {"id": place.pk, "kind": "site", "name": "alpha", "title": "alpha"},
        "name": "sql",
        "version": 1,
        "keys": ["password", "user"],
        "set_by": "ines",
        "set_at": "",
    }
    told = Api(company.root_user).get("events/")
    assert all(CANARY not in one.content.decode() for one in (put, again, listed, told))
    assert api.delete(f"{address}sql/").status_code == 204
    assert api.get(address).json() == []


@pytest.mark.parametrize(
    ("name", "body", "expected"),
    [
        ("sql", {}, (400, "invalid")),
        ("sql", {"value": 7}, (400, "invalid")),
        ("sql", {"value": {"a": [CANARY]}}, (400, "invalid")),
        ("sql", {"value": CANARY, "more": 1}, (400, "invalid")),
        ("a b", {"value": CANARY}, (422, "secret-name-malformed")),
        ("sql", {"value": ""}, (422, "secret-empty")),
    ],
)
def test_what_cannot_be_used_is_refused_without_repeating_it(
    company: Company, place: Node, name: str, body: object, expected: tuple[int, str]
) -> None:
    answer = Api(company.root_user).put(f"nodes/{place.pk}/secrets/{name}/", body)
    assert said(answer) == expected
    assert CANARY not in answer.content.decode()


def test_rights_and_strangers(company: Company, place: Node) -> None:
    Api(company.root_user).put(f"nodes/{place.pk}/secrets/sql/", {"value": CANARY})
    anna = Api(company.person("anna", "configuration-author", place))
    address = f"nodes/{place.pk}/secrets/"
    assert [one["name"] for one in anna.get(address).json()] == ["sql"]
    assert said(anna.put(f"{address}sql/", {"value": "x"})) == (403, "right-missing")
    assert said(anna.delete(f"{address}sql/")) == (403, "right-missing")
    berta = Api(company.person("berta", "admin", company.factories["beta"]))
    for answer in (
        berta.get(address),
        berta.put(f"{address}sql/", {"value": "x"}),
        berta.delete(f"{address}sql/"),
    ):
        assert answer.status_code == 404
    assert NamedSecret.objects.count() == 1
