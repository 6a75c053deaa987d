"""The same call twice at the same moment, and two edits of the same thing."""

from collections.abc import Callable
from typing import Any

import pytest

from orchestration.models import Node, SolutionTemplateVersion
from orchestration.services import catalog
from rbac.models import User
from tests.integration.api.conftest import Api
from tests.integration.conftest import Company
from tests.integration.services.moments import at_once

THREADS = 6


@pytest.fixture
def db(transactional_db: None) -> None:
    """Really committed: threads must see each other's rows."""


def each(call: Callable[[Api, int], Any]) -> list[tuple[int, str]]:
    """Status and code of the same call by several programs of one person."""

    def work(number: int) -> Callable[[], tuple[int, str]]:
        def done() -> tuple[int, str]:
            answer = call(Api(User.objects.get(username="root")), number)
            return answer.status_code, answer.json().get("code", "")

        return done

    answers = at_once([work(number) for number in range(THREADS)])
    return [answer for answer in answers if isinstance(answer, tuple)]


def test_one_call_sent_many_times_at_once_does_its_work_once(company: Company) -> None:
    body = {"parent": Node.objects.get(name="west").pk, "name": "gary"}
    answers = each(lambda api, _: api.post("nodes/", body, idempotency_key="one"))
    assert len(answers) == THREADS
    assert (201, "") in answers
    assert set(answers) <= {(201, ""), (409, "idempotency-key-busy")}
    assert Node.objects.filter(name="gary").count() == 1


def test_of_many_edits_that_started_from_the_same_one_wins(company: Company) -> None:
    line = company.lines["alpha-1"].pk
    for path, field in ((f"nodes/{line}/", "display_name"), (f"targets/{line}/", "scope")):
        tag = Api(company.root_user).get(path)["ETag"]

        def edit(
            api: Api, number: int, path: str = path, tag: str = tag, field: str = field
        ) -> Any:
            return api.patch(path, {field: f"mine-{number}"}, if_match=tag)

        answers = each(edit)
        assert sorted(answers) == [(200, "")] + [(412, "changed-meanwhile")] * (THREADS - 1)


@pytest.fixture
def press(company: Company) -> SolutionTemplateVersion:
    text = "schema:\n  rules:\n    configs:\n      Speed: {type: int}\nconfigs: {}\n"
    source = catalog.SolutionSource("press", "1.0.0", text, {"components": []})
    return catalog.create_solution_version(company.root_user, company.context, source)


def test_of_many_saves_of_the_same_values_one_wins(
    company: Company, press: SolutionTemplateVersion
) -> None:
    path = f"configurations/{company.lines['alpha-1'].pk}/{press.template_id}/"
    tag = Api(company.root_user).get(path)["ETag"]

    def save(api: Api, number: int) -> Any:
        return api.put(path, {"values": {"Speed": number}, "base": 0}, if_match=tag)

    answers = each(save)
    assert sorted(answers) == [(200, "")] + [(412, "values-changed")] * (THREADS - 1)


def test_of_many_who_make_a_secret_where_there_is_none_one_does(company: Company) -> None:
    path = f"nodes/{company.factories['alpha'].pk}/secrets/db-password/"

    def make(api: Api, number: int) -> Any:
        return api.put(path, {"value": f"value-{number}"}, if_none_match="*")

    answers = each(make)
    assert sorted(answers) == [(200, "")] + [(412, "changed-meanwhile")] * (THREADS - 1)
