"""A revision that waits for another system, and a version that is withdrawn, in the portal."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from orchestration.models import SolutionTemplateVersion, SolutionVersion, Validation
from orchestration.services import validations, withdrawing
from tests.integration.conftest import Company
from tests.integration.pages import site
from tests.integration.pages.configure.forms import words

Publish = Callable[..., list[Any]]
ERRORS = [{
    "code": "too-hot", "message": "85 is above 80", "target": "MaxTemp",
    "additionalInfo": [{"type": "limit", "info": {"level": "Warning", "message": "at most 80"}}],
}]  # fmt: skip


@pytest.fixture
def revision(company: Company, oven: SolutionTemplateVersion, publish: Publish) -> SolutionVersion:
    validations.configure(company.root_user, oven.template, required=True, hours=1)
    (one,) = publish("alpha-1")
    made: SolutionVersion = one.revision
    return made


def page_of(revision: SolutionVersion) -> str:
    return reverse("configure-revision", args=[revision.pk])


def test_a_revision_that_waits_says_so_and_is_called_off(
    company: Company, author: Client, revision: SolutionVersion
) -> None:
    page = words(author.get(page_of(revision)))
    assert "Publish in progress" in page
    assert "Waiting for an answer" in page
    assert "Publish in progress" in words(author.get(reverse("configure-published")))
    done = author.post(reverse("configure-validation-call-off", args=[revision.pk]), follow=True)
    assert "The validation was called off." in words(done)
    assert "Publish failed" in words(done)
    again = author.post(reverse("configure-validation-again", args=[revision.pk]), follow=True)
    assert "The other system is asked again." in words(again)
    assert Validation.objects.filter(state="Pending").count() == 1


def test_what_is_wrong_is_shown_with_the_revision_and_with_the_line(
    company: Company, author: Client, revision: SolutionVersion, client: Client
) -> None:
    asked = Validation.objects.get()
    validations.answer(company.root_user, asked, valid=False, errors=ERRORS)
    page = words(author.get(page_of(revision)))
    for said in ("Publish failed", "MaxTemp : 85 is above 80", "Warning: at most 80", "Ask again"):
        assert said.replace(" :", ":") in page.replace(" :", ":")
    line = reverse("monitor-target", args=[company.lines["alpha-1"].pk])
    watcher = site.signed_in(client, company.person("dana", "deployment-manager"))
    shown = words(watcher.get(line))
    assert "its external validation failed" in shown
    assert "85 is above 80" in shown
    assert "Publish failed" in words(client.get(reverse("monitor-targets")))


def test_who_may_not_publish_cannot_ask_or_stop(
    company: Company, client: Client, revision: SolutionVersion
) -> None:
    site.signed_in(client, company.person("vera", "configuration-viewer"))
    for name in ("configure-validation-call-off", "configure-validation-again"):
        assert client.post(reverse(name, args=[revision.pk])).status_code == 403
    stranger = company.person("ben", "configuration-author", company.factories["beta"])
    site.signed_in(client, stranger)
    for name in ("configure-validation-call-off", "configure-validation-again"):
        assert client.post(reverse(name, args=[revision.pk])).status_code == 404
    assert Validation.objects.get().state == "Pending"


def test_a_withdrawn_version_says_why_where_it_would_be_used(
    company: Company, author: Client, oven: SolutionTemplateVersion, publish: Publish
) -> None:
    (one,) = publish("alpha-1")
    withdrawing.withdraw(company.root_user, oven, reason="It leaks")
    said = "Version 1.0.0 is withdrawn (It leaks)."
    way = f"?version={oven.pk}&lines={company.lines['alpha-1'].pk}"
    for url in (
        reverse("configure-lines") + way,
        reverse("configure-review") + way,
        page_of(one.revision),
    ):
        assert said in words(author.get(url))
    assert "(withdrawn)" in words(author.get(reverse("configure-solutions")))
    assert "withdrawn" in words(author.get(reverse("configure-published")))
