"""A list costs the same for three lines and for thirty."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from orchestration.models import SolutionVersion
from orchestration.queries.templates import compiled
from orchestration.services import dispatch, rollouts
from tests.integration.conftest import Company
from tests.integration.pages import site

BUDGETS = {
    "monitor-overview": 25,
    "monitor-solutions": 20,
    "monitor-targets": 30,
    "monitor-events": 20,
    "deploy-targets": 25,
    "deploy-rollouts": 15,
}


def cost(client: Client, address: str) -> int:
    with CaptureQueriesContext(connection) as queries:
        assert client.get(address).status_code == 200
    return len(queries)


@pytest.mark.parametrize(("name", "budget"), BUDGETS.items())
def test_lists_cost_the_same_for_many_rows(
    company: Company, client: Client, name: str, budget: int
) -> None:
    company.agent("alpha")
    dana = company.person("dana", "deployment-manager", company.factories["alpha"])
    site.signed_in(client, dana)
    version = company.solution()
    act(company, site.more_lines(company, version, range(3)))
    few = cost(client, reverse(name))
    act(company, site.more_lines(company, version, range(3, 30)))
    many = cost(client, reverse(name))
    assert many <= few
    assert many <= budget


def test_many_lines_at_once_cost_the_same(company: Company, client: Client) -> None:
    """A rollout, and the question before it."""
    company.agent("alpha")
    dana = company.person("dana", "deployment-manager", company.factories["alpha"])
    site.signed_in(client, dana)
    version = company.solution()
    compiled(version)  # read once, then kept
    costs = []
    for numbers in (range(3), range(3, 33)):
        lines = site.more_lines(company, version, numbers)
        ids = "&".join(f"instance={revision.instance_id}" for revision in lines)
        asking = cost(client, f"{reverse('deploy-confirm')}?{ids}")
        started = rollouts.deploy(company.root_user, lines)
        dispatch.advance_due()
        costs.append((asking, cost(client, reverse("deploy-rollout", args=[started.pk]))))
    assert costs[1] == costs[0]


def act(company: Company, revisions: list[SolutionVersion]) -> None:
    """Something goes on, has failed or runs on each of the lines."""
    steps = (site.offered, site.failed, site.deployed)
    for number, revision in enumerate(revisions):
        steps[number % 3](company.root_user, revision)
