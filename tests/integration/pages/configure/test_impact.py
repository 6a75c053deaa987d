"""What a save would change, shown before it is made."""

from collections.abc import Callable

from django.test import Client
from django.urls import reverse

from orchestration.models import ConfigurationRevision, Node, SolutionTemplateVersion
from orchestration.services import catalog, configuration, publishing
from orchestration.services.configuration import Edit
from portal.web.journey import Journey
from tests.integration.conftest import Company
from tests.integration.pages.configure.conftest import SPECIFICATION, TEMPLATE
from tests.integration.pages.configure.forms import Form, form_with, words

Publish = Callable[..., list[publishing.Published]]


def address(oven: SolutionTemplateVersion, node: Node) -> str:
    return reverse("configure-values", args=[node.pk, oven.template_id])


def at(company: Company, author: Client, oven: SolutionTemplateVersion) -> Form:
    """The form of the values at the factory alpha."""
    page = author.get(address(oven, company.factories["alpha"]))
    return form_with(page, "v.MaxTemp")


def told(page: object) -> str:
    """What the panel says."""
    return words(page).partition("What this changes ")[2].partition(" History ")[0]


def test_the_effect_of_values_is_shown_and_nothing_is_saved(
    company: Company, author: Client, oven: SolutionTemplateVersion, publish: Publish
) -> None:
    root, third = company.root_user, company.lines["alpha-3"].node
    configuration.save(root, oven, [Edit(third, {"Port": 9002, "MaxTemp": 90}, 1)])
    publish("alpha-1", "alpha-2", "alpha-3")
    saves = ConfigurationRevision.objects.count()
    page = at(company, author, oven).send(author, v__MaxTemp="85", impact="1")
    assert page.status_code == 200
    assert told(page).startswith(
        "This changes 2 lines . 2 lines alpha-1, alpha-2 Highest temperature: 80 °C → 85 °C "
        "1 line has its own value and does not change. alpha-3"
    )
    assert ConfigurationRevision.objects.count() == saves
    assert form_with(page, "v.MaxTemp").text("v.MaxTemp") == "85"
    form_with(page, "v.MaxTemp").send(author)
    assert ConfigurationRevision.objects.count() == saves + 1


def test_lines_that_would_break_are_named_with_the_reason(
    company: Company, author: Client, oven: SolutionTemplateVersion, publish: Publish
) -> None:
    publish("alpha-1", "beta-1")
    west = Node.objects.get(name="west")
    configuration.save(
        company.root_user, oven, [Edit(company.factories["beta"], {"MaxTemp": 70}, 0)]
    )
    form = form_with(author.get(address(oven, west)), "v.MaxTemp")
    page = form.send(author, v__MaxTemp="", impact="1")
    assert "1 line would no longer be valid alpha-1 Highest temperature: Enter a value." in told(
        page
    )
    assert "1 line has its own value" in told(page)


def test_values_that_cannot_be_used_come_first(
    company: Company, author: Client, oven: SolutionTemplateVersion, publish: Publish
) -> None:
    publish("alpha-1")
    form = at(company, author, oven)
    page = form.send(author, v__MaxTemp="900", impact="1")
    assert page.status_code == 422
    assert told(page).startswith("Mend the marked values first")
    assert told(form.send(author, impact="1")).startswith("Nothing: you have typed nothing")


def test_without_copies_and_with_values_that_nobody_reads_it_says_so(
    company: Company, author: Client, oven: SolutionTemplateVersion, publish: Publish
) -> None:
    page = at(company, author, oven).send(author, v__MaxTemp="85", impact="1")
    assert "nothing of this solution is published for lines here yet" in told(page)
    publish("alpha-1")
    page = at(company, author, oven).send(author, v__Password="swordfish", impact="1")
    assert "This changes 1 line" in told(page)
    assert "Login.Password: differs; secret values are not shown" in told(page)
    assert "swordfish" not in page.content.decode()


def test_a_version_shows_what_it_changes_on_lines_with_an_older_one(
    company: Company, author: Client, oven: SolutionTemplateVersion, publish: Publish
) -> None:
    publish("alpha-1", "beta-1")
    source = catalog.SolutionSource("oven", "1.1.0", TEMPLATE + "  Mode: eco\n", SPECIFICATION)
    newer = catalog.create_solution_version(company.root_user, company.context, source)
    way = Journey(newer)
    assert "What this version changes" in words(author.get(way.url("configure-lines")))
    assert "What this version changes" not in words(
        author.get(Journey(oven).url("configure-lines"))
    )
    page = words(author.get(way.url("configure-version-impact")))
    assert "This changes 2 lines . 2 lines alpha-1, beta-1 Mode: not set → eco" in page
    assert "Review and publish these 2" in page


def test_the_grid_shows_its_effect_in_the_chosen_version(
    company: Company, author: Client, oven: SolutionTemplateVersion, publish: Publish
) -> None:
    publish("alpha-1", "alpha-2")
    source = catalog.SolutionSource("oven", "1.1.0", TEMPLATE + "  Mode: eco\n", SPECIFICATION)
    newer = catalog.create_solution_version(company.root_user, company.context, source)
    lines = [company.lines[name] for name in ("alpha-1", "alpha-2", "alpha-3")]
    way = Journey(newer, tuple(line.pk for line in lines))
    form = form_with(author.get(way.url("configure-line-values")), "v.MaxTemp")
    page = form.send(author, **{f"c__{lines[0].pk}__MaxTemp": "85", "impact": "1"})
    assert page.status_code == 200
    shown = told(page)
    assert shown.startswith("This changes 2 lines")
    assert "alpha-1 Highest temperature: 80 °C → 85 °C Mode: not set → eco" in shown
    assert "alpha-2 Mode: not set → eco" in shown
    assert not ConfigurationRevision.objects.filter(node=lines[0].pk, number=2).exists()
