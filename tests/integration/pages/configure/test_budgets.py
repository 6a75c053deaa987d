"""Lists, the grid and the review cost the same for three lines and for thirty."""

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from orchestration.models import SolutionTemplateVersion, Target
from orchestration.services import configuration, places, publishing
from orchestration.services.configuration import Edit
from portal.web.journey import pack
from tests.integration.conftest import Company

MOST = 30  # reads of one page


def cost(client: Client, address: str) -> int:
    with CaptureQueriesContext(connection) as queries:
        assert client.get(address).status_code == 200
    return len(queries)


def grown(company: Company, version: SolutionTemplateVersion, numbers: range) -> list[Target]:
    """Lines of factory alpha with values and a published revision each."""
    root, alpha = company.root_user, company.factories["alpha"]
    lines = [
        places.create_target(root, alpha, f"extra-{n:03}", scope="plant", capabilities=["soap"])
        for n in numbers
    ]
    edits = [Edit(line.node, {"Port": 9100 + line.pk, "Note": str(line)}, 0) for line in lines]
    configuration.save(root, version, edits)
    made = publishing.publish(root, version, lines)
    assert all(one.revision for one in made)
    return lines


def addresses(version: SolutionTemplateVersion, lines: list[Target]) -> list[str]:
    way = f"?version={version.pk}&lines={pack(line.pk for line in lines)}"
    steps = ("configure-lines", "configure-line-values", "configure-review")
    plain = ("configure-hierarchy", "configure-solutions", "configure-published")
    alpha = lines[0].node.parent_id
    return [
        *(reverse(name) for name in plain),
        *(reverse(name) + way for name in steps),
        reverse("configure-place", args=[alpha]),
        reverse("configure-values", args=[alpha, version.template_id]),
    ]


def test_pages_cost_the_same_for_many_lines(
    company: Company, author: Client, oven: SolutionTemplateVersion
) -> None:
    company.solution()  # with only one, the page of a place leads on to its values
    lines = grown(company, oven, range(3))
    cost(author, addresses(oven, lines)[-1])  # rules are read once
    few = {one.partition("?")[0]: cost(author, one) for one in addresses(oven, lines)}
    lines += grown(company, oven, range(3, 30))
    many = {one.partition("?")[0]: cost(author, one) for one in addresses(oven, lines)}
    assert many == few
    assert max(many.values()) <= MOST
