"""Published revisions: found, compared, explained and deleted."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from orchestration.models import SolutionTemplateVersion, SolutionVersion
from orchestration.services import configuration
from orchestration.services.configuration import Edit
from rbac.models import User
from tests.integration.conftest import Company
from tests.integration.pages import site
from tests.integration.pages.configure.forms import words

Publish = Callable[..., list[Any]]
LIST = "configure-published"


@pytest.fixture
def two(company: Company, oven: SolutionTemplateVersion, publish: Publish) -> list[SolutionVersion]:
    """Two revisions of one line that differ in one value."""
    (first,) = publish("alpha-1")
    edit = Edit(company.lines["alpha-1"].node, {"Port": 9000, "MaxTemp": 85}, 1)
    configuration.save(company.root_user, oven, [edit])
    (second,) = publish("alpha-1")
    return [first.revision, second.revision]


def test_the_list_is_narrowed_by_line_solution_and_person(
    company: Company, author: Client, two: list[SolutionVersion], publish: Publish
) -> None:
    publish("beta-1")
    assert words(author.get(reverse(LIST))).count("1.0.0.1") >= 2
    page = words(author.get(f"{reverse(LIST)}?q=beta"))
    assert "beta-1" in page
    assert "alpha-1" not in page
    assert "alpha-1" in words(author.get(f"{reverse(LIST)}?solution={two[0].instance.template_id}"))
    nobody = words(author.get(f"{reverse(LIST)}?by=ana"))
    assert "No revision fits the filters" in nobody
    assert "alpha-1" in words(author.get(f"{reverse(LIST)}?by=root"))


def test_two_revisions_are_compared_and_what_is_the_same_left_out(
    author: Client, two: list[SolutionVersion]
) -> None:
    ids = "&".join(f"revision={one.pk}" for one in two)
    page = words(author.get(f"{reverse('configure-compare')}?{ids}"))
    assert "Highest temperature 80 °C 85 °C" in page
    assert "Port" not in page
    one = words(author.get(f"{reverse('configure-compare')}?revision={two[0].pk}"))
    assert "Tick two revisions to compare them" in one


def test_a_revision_says_where_its_values_are_from(
    author: Client, two: list[SolutionVersion]
) -> None:
    page = words(author.get(reverse("configure-revision", args=[two[1].pk])))
    assert "85 °C" in page
    assert "Set by root at Line alpha-1 on" in page
    assert ", over 80 °C from Region west" in page
    assert "Technical details" in page
    file = author.get(reverse("configure-download", args=[two[1].pk]))
    assert "MaxTemp: 85" in file.content.decode()


def test_more_than_two_are_compared_beside_each_other(
    company: Company,
    author: Client,
    oven: SolutionTemplateVersion,
    publish: Publish,
    two: list[SolutionVersion],
) -> None:
    edit = Edit(company.lines["alpha-1"].node, {"Port": 9000, "MaxTemp": 90, "Note": "hot"}, 2)
    configuration.save(company.root_user, oven, [edit])
    three = [*two, *(one.revision for one in publish("alpha-1"))]
    ids = "&".join(f"revision={one.pk}" for one in three if one)
    page = words(author.get(f"{reverse('configure-compare')}?{ids}"))
    assert "Highest temperature 80 °C 85 °C 90 °C" in page
    assert "Note not set not set hot" in page
    assert "Port" not in page


def test_a_revision_shows_its_difference_to_what_runs(
    company: Company, author: Client, two: list[SolutionVersion]
) -> None:
    company.agent("alpha")
    address = reverse("configure-revision", args=[two[1].pk])
    assert "Difference to what runs now" not in words(author.get(address))
    site.deployed(company.root_user, two[0])
    page = words(author.get(address))
    assert "Difference to what runs now Setting 1.0.0.1 1.0.0.2 Highest temperature 80" in page


def test_what_never_ran_is_deleted_and_what_runs_is_kept(
    company: Company, author: Client, two: list[SolutionVersion]
) -> None:
    company.agent("alpha")
    site.deployed(company.root_user, two[0])
    kept = reverse("configure-revision", args=[two[0].pk])
    assert "Revision 1.0.0.1 runs on alpha-1 or is on its way there." in words(author.get(kept))
    delete = "configure-revision-delete"
    refused = author.post(reverse(delete, args=[two[0].pk]))
    assert refused.status_code == 409
    assert "must be kept" in words(refused)
    assert author.post(reverse(delete, args=[two[1].pk])).status_code == 303
    assert author.post(reverse(delete, args=[two[1].pk])).status_code == 404
    assert "1.0.0.2" not in words(author.get(reverse(LIST))).replace(
        "1.0.0.2 on alpha-1 deleted", ""
    )


def test_a_stranger_and_a_viewer(
    company: Company, client: Client, mia: User, two: list[SolutionVersion]
) -> None:
    site.signed_in(client, mia)
    detail = reverse("configure-revision", args=[two[0].pk])
    assert client.get(detail).status_code == 404
    assert client.get(reverse("configure-download", args=[two[0].pk])).status_code == 404
    assert client.post(f"{detail}delete/").status_code == 404
    ids = "&".join(f"revision={one.pk}" for one in two)
    assert "alpha" not in words(client.get(f"{reverse('configure-compare')}?{ids}"))
    site.signed_in(client, company.person("vera", "configuration-viewer"))
    assert "You do not have the right “Publish revisions”" in words(client.get(detail))
    assert client.post(f"{detail}delete/").status_code == 403
    assert SolutionVersion.objects.get(pk=two[0].pk).state == "ReadyToDeploy"


def test_a_secret_is_in_no_page_and_no_file(
    company: Company, author: Client, oven: SolutionTemplateVersion, publish: Publish
) -> None:
    revisions = []
    for number, secret in ((1, "hunter2-first"), (2, "hunter2-second")):
        edit = Edit(company.lines["alpha-1"].node, {"Port": 9000, "Password": secret}, number)
        configuration.save(company.root_user, oven, [edit])
        revisions += [one.revision for one in publish("alpha-1")]
    assert all("hunter2" not in one.content and "$secret" in one.content for one in revisions)
    detail = reverse("configure-revision", args=[revisions[1].pk])
    ids = "&".join(f"revision={one.pk}" for one in revisions)
    compared = author.get(f"{reverse('configure-compare')}?{ids}")
    assert "Login.Password a secret value another secret value" in words(compared)
    line = reverse("configure-review-line", args=[company.lines["alpha-1"].pk])
    for page in (
        compared,
        author.get(detail),
        author.get(f"{detail}configuration.yaml"),
        author.get(f"{line}?version={oven.pk}"),
        author.get(f"{line}configuration.yaml?version={oven.pk}"),
    ):
        assert page.status_code == 200
        assert "hunter2" not in page.content.decode()
