"""Choosing shared copies while publishing, and what pages say of them."""

import re

import pytest
from django.test import Client
from django.urls import reverse

from orchestration.models import Deployment, SolutionInstance
from orchestration.services import dispatch
from tests.integration.conftest import Company
from tests.integration.pages import site
from tests.integration.pages.configure.forms import form_with, words
from tests.integration.services.sharing import COLLECTOR, Sharing
from tests.integration.services.site import Site


@pytest.fixture
def sharing(company: Company) -> Sharing:
    return Sharing(company, Site(company, company.agent("alpha")), company.root_user)


@pytest.fixture
def author(sharing: Sharing, client: Client) -> Client:
    return site.signed_in(client, sharing.by)


def review_url(sharing: Sharing, **more: object) -> str:
    line = sharing.company.lines["alpha-1"].pk
    extra = "".join(f"&{key}={value}" for key, value in more.items())
    return f"{reverse('configure-review')}?version={sharing.sender.pk}&lines={line}{extra}"


def test_the_only_copy_is_named_and_nothing_is_to_choose(sharing: Sharing, author: Client) -> None:
    sharing.publish_hub()
    page = words(author.get(review_url(sharing)))
    assert "Shared dependencies" in page
    assert "collector on alpha-shared for one line" in page
    assert "Use these for all lines" not in page


def test_without_a_copy_the_page_says_what_would_help(sharing: Sharing, author: Client) -> None:
    page = words(author.get(review_url(sharing)))
    assert "collector: No copy of it is published where this line could use it." in page
    assert "Shared dependency not settled" in page
    assert "Mend the values" not in page


def test_a_circle_is_named(sharing: Sharing, author: Client) -> None:
    hub = sharing.publish_hub().instance
    path = "/subscriptions/0/resourceGroups/g/solutionTemplates/collector"
    text = f"dependencies:\n  - solutionTemplateId: {path}\n{COLLECTOR}"
    version = sharing.solution("collector", text, "2.0.0")
    url = f"{reverse('configure-review')}?version={version.pk}&lines={sharing.hub.pk}"
    page = words(author.get(url))
    assert f"need each other in a circle: {hub} → {hub}. Choose another copy" in page
    assert "Shared dependency not settled" in page


def test_one_choice_for_all_lines_goes_through_to_the_revision(
    sharing: Sharing, author: Client
) -> None:
    sharing.publish_hub()
    second = sharing.publish(sharing.collector, sharing.target("alpha-other"), {}).instance
    page = author.get(review_url(sharing))
    assert "Several copies of it could be used. Choose one below." in words(page)
    assert "Version 1.0.0" in words(page)
    field = f"use-{sharing.collector.template_id}"
    form = form_with(page, "version")
    chosen = author.get(form.action, {**form.fields, field: str(second.pk)})
    assert "collector on alpha-other for one line" in words(chosen)
    form_with(chosen, "seen").send(author)
    copy = SolutionInstance.objects.get(target=sharing.company.lines["alpha-1"])
    assert copy.revisions.get().dependencies.get().shared == second


def test_another_choice_meanwhile_is_looked_at_again(sharing: Sharing, author: Client) -> None:
    sharing.publish_hub()
    second = sharing.publish(sharing.collector, sharing.target("alpha-other"), {}).instance
    page = author.get(review_url(sharing, shared=second.pk))
    seen = re.search(r'name="seen" value="(\w+)"', page.content.decode())
    assert seen is not None
    answer = author.post(
        review_url(sharing, shared=sharing.hub_copy.pk).replace("review", "publish"),
        {"seen": seen[1]},
    )
    assert "/review/" in answer.headers["Location"]
    assert not SolutionInstance.objects.filter(target=sharing.company.lines["alpha-1"]).exists()


def test_pages_say_what_a_line_waits_for(sharing: Sharing, author: Client) -> None:
    sharing.run(sharing.publish_hub())
    sharing.start(sharing.publish_line())
    deployment = Deployment.objects.get(target=sharing.company.lines["alpha-1"])
    page = words(author.get(reverse("monitor-deployment", args=[deployment.pk])))
    assert "It waits for collector on alpha-shared, which is being updated." in page
    assert "What it uses is ready" in page


def test_which_right_is_missing_is_said(sharing: Sharing, client: Client) -> None:
    sharing.run(sharing.publish_hub())
    line = sharing.company.lines["alpha-1"].node
    sharing.by = sharing.company.person("dana", "deployment-manager", line)
    sharing.start(sharing.publish_line())
    deployment = Deployment.objects.get(target=line.target)
    site.signed_in(client, sharing.by)
    page = words(client.get(reverse("monitor-deployment", args=[deployment.pk])))
    assert "the right “Publish revisions” at alpha-shared is missing" in page
    assert "Configuration author" in page


def test_the_page_of_a_line_shows_uses_and_used_by(sharing: Sharing, author: Client) -> None:
    sharing.run(sharing.publish_hub())
    sharing.run(sharing.publish_line())
    hub = words(author.get(reverse("monitor-target", args=[sharing.hub.pk])))
    assert "Used by sender on alpha-1" in hub
    assert "is still used by: sender on alpha-1" in hub
    line = sharing.company.lines["alpha-1"]
    assert "Uses collector on alpha-shared" in words(
        author.get(reverse("monitor-target", args=[line.pk]))
    )


def test_before_uninstalling_it_is_said_who_uses_it(sharing: Sharing, author: Client) -> None:
    hub = sharing.run(sharing.publish_hub())
    sharing.run(sharing.publish_line())
    page = words(author.get(f"{reverse('deploy-uninstall')}?instance={hub.pk}"))
    assert "is still used by: sender on alpha-1" in page


def test_a_revision_names_who_put_something_in(sharing: Sharing, author: Client) -> None:
    sharing.run(sharing.publish_hub())
    line = sharing.run(sharing.publish_line())
    hub = sharing.hub_copy.current_id
    shown = words(author.get(reverse("configure-revision", args=[hub])))
    assert "Put in by others sender on alpha-1 (Senders)" in shown
    shown = words(author.get(reverse("configure-revision", args=[line.current_id])))
    assert "Uses collector on alpha-shared" in shown


def test_strangers_are_told_that_it_is_used_but_not_by_whom(
    sharing: Sharing, client: Client
) -> None:
    sharing.run(sharing.publish_hub())
    sharing.run(sharing.publish_line())
    site.signed_in(client, sharing.company.person("vera", "deployment-viewer", sharing.hub.node))
    page = words(client.get(reverse("monitor-target", args=[sharing.hub.pk])))
    assert "Used by lines that you may not see" in page
    assert "sender on" not in page


def test_a_failed_update_is_said_on_the_waiting_line(sharing: Sharing, author: Client) -> None:
    sharing.run(sharing.publish_hub())
    sharing.start(sharing.publish_line())
    sharing.site.fail(sharing.hub_copy)
    dispatch.advance_due()
    deployment = Deployment.objects.get(target=sharing.company.lines["alpha-1"])
    page = words(author.get(reverse("monitor-deployment", args=[deployment.pk])))
    assert "whose update failed. Retry that one" in page
