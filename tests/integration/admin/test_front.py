"""The first page and the health page: what needs somebody, how much there is, what waits."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from orchestration.models import Deployment, Node
from orchestration.services import places, rollouts
from tests.integration.admin.conftest import SignIn
from tests.integration.conftest import Company

INDEX_BUDGET = 60
HEALTH_BUDGET = 40


def rows(text: str, caption: str) -> dict[str, str]:
    """The rows of the table with a caption: the text of each head, and that of the rest."""
    table = text[text.index(caption) :]
    table = table[: table.index("</table>")]
    found = {}
    for row in re.findall(r"<tr>(.*?)</tr>", table, re.DOTALL):
        head, _, rest = row.partition("</th>")
        found[plain(head)] = plain(rest)
    return found


def plain(markup: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", markup).split())


def test_a_failure_says_what_was_tried_and_how_the_log_ended(filled: Company, root: Client) -> None:
    again = Deployment.objects.get(target=filled.lines["alpha-1"])
    text = plain(root.get("/admin/").content.decode())
    assert "2 lines whose last deployment failed" in text
    queue = text[text.index("mixer was started on alpha-1, but did not pass its check") :]
    for word in ("alpha said no", "Tried 1 time.", "Agent agent-alpha.", f"Deployment {again.pk}"):
        assert word in queue
    assert "boom" in queue


def test_what_there_is_counts_what_one_may_see(
    filled: Company, root: Client, sign_in: SignIn
) -> None:
    everything = rows(root.get("/admin/").content.decode(), "What there is")
    assert everything["Lines"] == "6"
    assert everything["Agents"] == "2 2 in the lobby 2 away"
    assert everything["Solutions installed on lines"] == "2 2 failed"
    anna = sign_in("anna", "onboarding-admin", filled.factories["alpha"])
    places.create_target(filled.root_user, filled.factories["alpha"], "alpha-4")
    hers = rows(anna.get("/admin/").content.decode(), "What there is")
    assert hers["Lines"] == "4 1 without an agent"
    assert hers["Places"] == "1"
    assert "Versions of solutions" not in hers


def test_what_was_changed_last_names_who_and_where(company: Company, root: Client) -> None:
    places.create_site(company.root_user, company.factories["alpha"].parent or Node(), "gamma")
    changes = rows(root.get("/admin/").content.decode(), "Changed last")
    assert next(iter(changes)) == "Place gamma created"
    assert changes["Place gamma created"].startswith("gamma root")


def test_health_says_what_waits_and_since_when(filled: Company, root: Client) -> None:
    revision = filled.revision("beta-2", filled.solution("press"), Speed=2)
    attempt = rollouts.deploy(filled.root_user, [revision]).deployments.get()
    since = timezone.now() - timedelta(hours=3)
    Deployment.objects.filter(pk=attempt.pk).update(next_action_at=since)
    waiting = rows(root.get("/admin/health/").content.decode(), "Waiting for a worker")
    assert waiting["Deployments"].startswith("1 3")
    assert waiting["Operations on many lines"] == "0 nothing"
    assert waiting["Calls of webhooks"] == "0 nothing"


def test_keys_are_shown_to_administrators_only(
    filled: Company, root: Client, sign_in: SignIn
) -> None:
    text = root.get("/admin/health/").content.decode()
    keys = rows(text, "<caption>Keys of secrets")
    assert [use for use in keys.values() if "Encrypts what is new" in use] == [
        "2 Encrypts what is new"
    ]
    assert "Sitewright" in rows(text, "<caption>Versions")
    anna = sign_in("anna", "onboarding-admin", filled.factories["alpha"])
    assert "<caption>Keys of secrets" not in anna.get("/admin/health/").content.decode()


@pytest.mark.parametrize(
    ("page", "budget"), [("/admin/", INDEX_BUDGET), ("/admin/health/", HEALTH_BUDGET)]
)
def test_the_pages_cost_little(
    filled: Company,
    root: Client,
    django_assert_max_num_queries: DjangoAssertNumQueries,
    page: str,
    budget: int,
) -> None:
    root.get(page)
    with django_assert_max_num_queries(budget):
        root.get(page)
