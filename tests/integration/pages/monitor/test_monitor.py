"""What Monitor shows, to whom, and in which words."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from orchestration.models import Agent, SolutionInstance
from orchestration.services import agents
from tests.integration.conftest import Company
from tests.integration.pages import site

LISTS = ["monitor-overview", "monitor-solutions", "monitor-targets", "monitor-events"]


def text(client: Client, name: str, *args: int, query: str = "") -> str:
    response = client.get(reverse(name, args=args) + query)
    assert response.status_code == 200
    return " ".join(response.content.decode().split())


@pytest.fixture
def viewer(company: Company, client: Client) -> Client:
    """Watches factory alpha, and nothing else."""
    vera = company.person("vera", "deployment-viewer", company.factories["alpha"])
    return site.signed_in(client, vera)


@pytest.mark.parametrize("name", LISTS)
def test_pages_ask_who_is_there(client: Client, company: Company, name: str) -> None:
    response = client.get(reverse(name))
    assert response.status_code == 302
    assert response.headers["Location"].startswith(reverse("login"))


@pytest.mark.parametrize("name", LISTS)
def test_somebody_without_a_role_is_told_which_right_is_missing(
    client: Client, company: Company, name: str
) -> None:
    site.signed_in(client, company.person("nobody"))
    response = client.get(reverse(name))
    assert response.status_code == 403
    assert "See places and lines" in response.content.decode()


def test_the_overview_is_quiet_when_all_is_well(company: Company, viewer: Client) -> None:
    site.heard(company.agent("alpha"))
    site.deployed(company.root_user, company.revision("alpha-1", company.solution()))
    page = text(viewer, "monitor-overview")
    assert "Everything runs as it should." in page
    assert "1 of 1" in page
    assert "Needs attention" not in page


def test_a_failure_comes_first_and_only_for_those_who_may_see_the_line(
    company: Company, viewer: Client
) -> None:
    site.heard(company.agent("alpha"))
    attempt = site.failed(company.root_user, company.revision("alpha-1", company.solution()))
    page = text(viewer, "monitor-overview")
    assert "mixer was started on alpha-1, but did not pass its check" in page
    assert reverse("monitor-deployment", args=[attempt.pk]) in page
    assert reverse("deploy-retry", args=[attempt.pk]) not in page  # a viewer may not

    other = company.person("bo", "deployment-viewer", company.factories["beta"])
    page = text(site.signed_in(viewer, other), "monitor-overview")
    assert "alpha" not in page
    assert "Everything runs as it should." in page


def test_who_may_not_see_deployments_is_not_told_that_there_were_none(
    company: Company, client: Client
) -> None:
    site.heard(company.agent("alpha"))
    revision = company.revision("alpha-1", company.solution())
    site.deployed(company.root_user, revision)
    reader = company.person("cora", "configuration-viewer", company.factories["alpha"])
    page = text(site.signed_in(client, reader), "monitor-target", revision.instance.target_id)
    assert f'{revision} <span class="muted">(runs)</span>' in page
    assert "Never deployed" not in page


def test_places_above_ones_own_are_names_without_links(company: Company, viewer: Client) -> None:
    page = text(viewer, "monitor-overview")
    assert '<span class="muted">chicago</span>' in page
    assert f"?under={company.factories['alpha'].pk}" in page
    assert f"?under={company.factories['alpha'].parent_id}" not in page
    assert "plano" not in page


def test_a_copy_that_stopped_and_an_agent_that_is_away_want_attention(
    company: Company, viewer: Client
) -> None:
    agent = company.agent("alpha")
    attempt = site.deployed(company.root_user, company.revision("alpha-1", company.solution()))
    since = timezone.now() - timedelta(minutes=3)
    Agent.objects.filter(pk=agent.pk).update(last_seen_at=since)
    SolutionInstance.objects.filter(pk=attempt.instance_id).update(
        health={"state": "stopped", "since": since.isoformat(), "detail": "ended with code 3"}
    )
    page = text(viewer, "monitor-overview")
    assert "mixer does not run on alpha-1" in page
    assert "No contact with alpha: 3 lines are not seen" in page
    assert "0 of 1" in page


def test_what_waits_says_why(company: Company, viewer: Client) -> None:
    site.offered(company.root_user, company.revision("alpha-1", company.solution()))
    page = text(viewer, "monitor-overview")
    assert "No agent serves this line yet." in page


def test_lines_are_filtered_by_word_and_by_contact(company: Company, viewer: Client) -> None:
    site.heard(company.agent("alpha"))
    site.failed(company.root_user, company.revision("alpha-1", company.solution()))
    site.deployed(company.root_user, company.revision("alpha-2", company.solution("oven")))
    page = text(viewer, "monitor-targets")
    assert [f"alpha-{n}" in page for n in (1, 2, 3)] == [True, True, True]
    assert "beta" not in page
    page = text(viewer, "monitor-targets", query="?word=deployment-failed")
    assert [f"alpha-{n}</a>" in page for n in (1, 2, 3)] == [True, False, False]
    assert "No line fits" in text(viewer, "monitor-targets", query="?away")
    assert "No line fits" in text(viewer, "monitor-targets", query="?capability=steam")
    assert "alpha-3</a>" in text(viewer, "monitor-targets", query="?capability=soap&q=-3")


def test_the_page_of_a_line_says_what_runs_and_what_may_not_be_done(
    company: Company, viewer: Client
) -> None:
    site.heard(company.agent("alpha"))
    site.deployed(company.root_user, company.revision("alpha-1", company.solution(), MaxTemp=80))
    page = text(viewer, "monitor-target", company.lines["alpha-1"].pk)
    assert "1.0.0.1" in page
    assert "MaxTemp" in page
    assert "You do not have the right “Uninstall” at alpha-1." in page
    assert (
        viewer.get(reverse("monitor-target", args=[company.lines["beta-1"].pk])).status_code == 404
    )


def test_the_status_pane_explains_a_failure(company: Company, viewer: Client) -> None:
    site.heard(company.agent("alpha"))
    attempt = site.failed(company.root_user, company.revision("alpha-1", company.solution()))
    page = text(viewer, "monitor-deployment", attempt.pk)
    assert "Its health check kept failing." in page
    assert "Traceback: no camera" in page
    assert "Received at the site" in page
    assert 'data-live="deployment:' in page
    other = company.person("bo", "deployment-viewer", company.factories["beta"])
    site.signed_in(viewer, other)
    assert viewer.get(reverse("monitor-deployment", args=[attempt.pk])).status_code == 404


def test_htmx_gets_the_pane_without_the_shell(company: Company, viewer: Client) -> None:
    company.agent("alpha")
    attempt = site.offered(company.root_user, company.revision("alpha-1", company.solution()))
    address = reverse("monitor-deployment", args=[attempt.pk])
    part = viewer.get(address, headers={"HX-Request": "true"}).content.decode()
    assert '<div id="detail">' in part
    assert "<html" not in part


def test_the_log_says_sentences_and_filters_them(company: Company, viewer: Client) -> None:
    company.agent("alpha")
    site.failed(company.root_user, company.revision("alpha-1", company.solution()))
    site.offered(company.root_user, company.revision("beta-1", company.solution("oven")))
    page = text(viewer, "monitor-events")
    assert "Deployment of mixer 1.0.0.1 failed" in page
    assert "oven" not in page
    assert "beta" not in page
    page = text(viewer, "monitor-events", query="?outcome=failed")
    assert "Deployment of mixer 1.0.0.1 failed" in page
    assert "Deployment of mixer 1.0.0.1 started" not in page
    assert "Nothing happened" in text(viewer, "monitor-events", query="?group=solutions")
    line = company.lines["alpha-2"].pk
    assert "1.0.0.1 failed" not in text(viewer, "monitor-events", query=f"?line={line}")


def test_a_solution_says_how_far_it_has_come(company: Company, viewer: Client) -> None:
    site.heard(company.agent("alpha"))
    version = company.solution()
    site.deployed(company.root_user, company.revision("alpha-1", version))
    company.revision("alpha-2", version)
    company.revision("beta-1", version)
    page = text(viewer, "monitor-solutions")
    assert "2 of 3" in page
    assert "1 of 3" in page
    page = text(viewer, "monitor-solution", version.template_id)
    assert "1 of 2" in page
    assert "beta-1" not in page
    hidden = company.solution("oven")
    assert viewer.get(reverse("monitor-solution", args=[hidden.template_id])).status_code == 404


def test_the_scope_narrows_every_list(company: Company, client: Client) -> None:
    site.signed_in(client, company.person("vera", "deployment-viewer"))
    beta = company.factories["beta"]
    answer = client.post(reverse("scope"), {"node": beta.pk, "next": "https://elsewhere.example/"})
    assert (answer.status_code, answer.headers["Location"]) == (303, "/")
    assert "alpha-1" not in text(client, "monitor-targets")
    client.post(reverse("scope"), {"node": "", "next": reverse("monitor-targets")})
    assert "alpha-1" in text(client, "monitor-targets")


def test_a_place_one_may_not_see_is_no_scope(company: Company, viewer: Client) -> None:
    answer = viewer.post(reverse("scope"), {"node": company.factories["beta"].pk})
    assert answer.status_code == 404


def test_who_sees_no_installations_is_not_told_that_all_is_well(
    company: Company, client: Client
) -> None:
    site.heard(company.agent("alpha"))
    site.failed(company.root_user, company.revision("alpha-1", company.solution()))
    alpha = company.factories["alpha"]
    for name, role in (("olaf", "onboarding-admin"), ("vic", "configuration-viewer")):
        person = company.person(name, role, alpha)
        assert "Everything runs" not in text(site.signed_in(client, person), "monitor-overview")


def test_a_line_that_nobody_serves_any_more_wants_attention(
    company: Company, viewer: Client
) -> None:
    agent = company.agent("alpha")
    site.heard(agent)
    site.deployed(company.root_user, company.revision("alpha-1", company.solution()))
    assert "Nobody serves" not in text(viewer, "monitor-overview")
    agents.revoke(company.root_user, agent)
    page = text(viewer, "monitor-overview")
    assert "Nobody serves alpha-1" in page
    assert "Nobody serves alpha-2" not in page  # nothing is installed there
    assert "Everything runs" not in page


@pytest.mark.parametrize(
    ("name", "about"),
    [
        ("monitor-overview", ""),
        ("monitor-targets", ""),
        ("monitor-events", ""),
        ("monitor-target", "line"),
        ("monitor-solution", "solution"),
        ("monitor-deployment", "deployment"),
        ("configure-published", ""),
        ("configure-revision", "revision"),
        ("deploy-rollout", "rollout"),
        ("deploy-roll-back", "copy"),
    ],
)
def test_times_about_a_line_are_in_its_zone_on_every_page(
    company: Company, client: Client, name: str, about: str
) -> None:
    site.heard(company.agent("alpha"))
    version = company.solution()
    first = company.revision("alpha-1", version)
    site.deployed(company.root_user, first)
    site.deployed(company.root_user, company.revision("alpha-1", version, MaxTemp=80))
    attempt = site.failed(company.root_user, company.revision("alpha-1", version, MaxTemp=85))
    ids = {
        "line": attempt.target_id,
        "solution": version.template_id,
        "deployment": attempt.pk,
        "revision": first.pk,
        "rollout": attempt.rollout_id,
        "copy": attempt.instance_id,
    }
    site.signed_in(client, company.root_user)
    page = text(client, name, *([ids[about]] if about else []), query=f"?line={ids['line']}")
    said = re.findall(r"<time datetime=[^>]*title=[^>]*>([^<]*)</time>", page)
    # The rollout as a whole is about many lines.
    moments = [one for one in said if re.search(r"\d [A-Z]", one)][name == "deploy-rollout" :]
    assert moments or name == "monitor-targets"
    assert [one for one in moments if not one.endswith(("CST", "CDT"))] == []
