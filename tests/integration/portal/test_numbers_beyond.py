"""Numbers that no database holds are nothing that could be found, on pages and over REST."""

import pytest
from django.test import Client

from tests.integration.conftest import Company

BEYOND = 99_999_999_999_999_999_999_999


@pytest.fixture
def root(company: Company, client: Client) -> Client:
    client.force_login(company.root_user, backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.mark.parametrize(
    "path",
    [
        f"/monitor/targets/{BEYOND}/",
        f"/admin/orchestration/target/{BEYOND}/change/",
        f"/api/v1/targets/{BEYOND}/",
    ],
)
def test_an_address_with_such_a_number_leads_nowhere(root: Client, path: str) -> None:
    answer = root.get(path)
    assert answer.status_code == 404


@pytest.mark.parametrize("wanted", ["target", "under"])
@pytest.mark.parametrize("number", [BEYOND, -BEYOND])
def test_a_filter_by_such_a_number_finds_nothing(root: Client, wanted: str, number: int) -> None:
    answer = root.get(f"/api/v1/deployments/?{wanted}={number}")
    assert answer.status_code == 200
    assert answer.json()["results"] == []


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("rollouts/deploy/", {"revisions": [BEYOND]}),
        ("review/", {"version": 1, "targets": [BEYOND]}),
        ("publish/", {"version": BEYOND, "targets": [1]}),
    ],
)
def test_a_body_with_such_a_number_is_a_bad_request(
    root: Client, path: str, body: dict[str, object]
) -> None:
    answer = root.post(f"/api/v1/{path}", body, content_type="application/json")
    assert answer.status_code == 400
    assert answer["Content-Type"].startswith("application/problem+json")
