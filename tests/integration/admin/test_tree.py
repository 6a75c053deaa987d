"""The hierarchy as a tree: place by place, narrowed to who looks, with what can be done there."""

import re
from http import HTTPStatus

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from orchestration.models import Agent, Node, Target
from orchestration.services import places
from orchestration.states import AgentState
from portal.admin.columns import BELOW
from tests.integration.admin.conftest import SignIn, knocking, page_of
from tests.integration.conftest import Company

HTMX = {"HX-Request": "true"}


def names(text: str) -> list[str]:
    return re.findall(r'branch__name">([^<]+)<', text)


def counts(text: str, name: str) -> str:
    row = text[text.index(f'branch__name">{name}<') :]
    row = row[row.index("branch__counts") + len('branch__counts">') : row.index("</summary>")]
    return " ".join(re.sub(r"<[^>]+>", " ", row).split())


def tools(text: str) -> list[str]:
    found = text[text.index("branch__tools") :]
    return re.findall(r">([^<]+)</a>", found[: found.index("</ul>")])


def branch(client: Client, node: Node | None, **query: int) -> str:
    assert node is not None
    answer = client.get(page_of(Node, "branch", node.pk), query, headers=HTMX)
    assert answer.status_code == HTTPStatus.OK
    return answer.content.decode()


def test_only_the_top_is_read_until_a_place_is_opened(company: Company, root: Client) -> None:
    assert names(root.get(page_of(Node, "tree")).content.decode()) == ["Contoso"]
    text = branch(root, Node.objects.get(name="west"))
    assert names(text) == ["chicago", "plano"]
    assert counts(text, "plano") == "3 lines"


def test_lines_stand_in_the_order_of_their_numbers(company: Company, root: Client) -> None:
    alpha = company.factories["alpha"]
    for number in (10, 4):
        places.create_target(company.root_user, alpha, f"alpha-{number}")
    assert names(branch(root, alpha)) == ["alpha-1", "alpha-2", "alpha-3", "alpha-4", "alpha-10"]


def test_a_place_says_how_its_agents_are(company: Company, root: Client) -> None:
    company.agent("alpha")
    knocking(company, "alpha")
    chicago = company.factories["alpha"].parent
    assert chicago is not None
    assert counts(branch(root, chicago), "alpha") == "3 lines · 1 agent 1 away 1 in the lobby"
    assert counts(branch(root, company.factories["alpha"]), "alpha-2") == "agent-alpha"
    assert counts(branch(root, company.factories["beta"]), "beta-2") == "No agent"
    Agent.objects.filter(name="agent-alpha").update(state=AgentState.REVOKED)
    assert counts(branch(root, chicago), "alpha") == "3 lines 1 in the lobby"


def test_a_long_place_is_read_page_by_page(company: Company, root: Client) -> None:
    alpha = company.factories["alpha"]
    for number in range(60):
        places.create_target(company.root_user, alpha, f"more-{number}")
    first, second = branch(root, alpha), branch(root, alpha, page=2)
    assert (len(names(first)), len(names(second))) == (50, 13)
    assert "Show more of 13" in first
    assert not set(names(first)) & set(names(second))
    with CaptureQueriesContext(connection) as long:
        branch(root, alpha)
    with CaptureQueriesContext(connection) as short:
        branch(root, company.factories["beta"])
    assert len(long) == len(short)


def test_the_tree_opens_at_a_place_without_scripts(company: Company, root: Client) -> None:
    beta = company.factories["beta"]
    answer = root.get(page_of(Node, "branch", beta.pk), follow=True)
    shown = names(answer.content.decode())
    assert shown == [
        "Contoso", "west", "chicago", "plano", "beta", "beta-1", "beta-2", "beta-3",
    ]  # fmt: skip


def test_a_search_names_the_way(company: Company, root: Client) -> None:
    text = root.get(page_of(Node, "tree"), {"q": "BETA-2"}).content.decode()
    assert names(text) == ["beta-2"]
    assert BELOW.join(("Contoso", "west", "plano", "beta")) in text
    none = root.get(page_of(Node, "tree"), {"q": "nowhere"}).content.decode()
    assert "Nothing that you may see is called “nowhere”" in none


def test_who_has_one_factory_starts_there(company: Company, anna: Client) -> None:
    text = anna.get(page_of(Node, "tree")).content.decode()
    assert names(text) == ["alpha"]
    assert names(anna.get(page_of(Node, "tree"), {"q": "beta"}).content.decode()) == []
    beta = company.factories["beta"]
    for page in ("branch", "move"):
        hidden = anna.get(page_of(Node, page, beta.pk), headers=HTMX)
        assert hidden.status_code == HTTPStatus.NOT_FOUND
    closed = anna.get(page_of(Node, "tree"), {"open": beta.pk}).content.decode()
    assert names(closed) == ["alpha"]


def test_an_open_place_offers_what_one_may_do(
    company: Company, root: Client, sign_in: SignIn
) -> None:
    alpha = company.factories["alpha"]
    assert tools(branch(root, alpha)) == [
        "Add line", "Enrol an agent", "Rename or change", "Move", "Values",
        "Link a config template", "Add a secret", "Who can do what here",
    ]  # fmt: skip
    assert alpha.parent is not None
    assert "Add a factory with its lines" in tools(branch(root, alpha.parent))
    ida = sign_in("ida", "onboarding-admin", alpha)
    assert "Who can do what here" not in tools(branch(ida, alpha))
    assert "Move" in tools(branch(ida, company.lines["alpha-1"].node))


def test_a_place_moves_with_its_lines(company: Company, root: Client) -> None:
    alpha, plano = company.factories["alpha"], company.factories["beta"].parent
    assert plano is not None
    page = page_of(Node, "move", alpha.pk)
    offered = root.get(page).content.decode()
    assert f'value="{plano.pk}"' in offered
    assert f'value="{plano.parent_id}"' not in offered
    answer = root.post(page, {"parent": plano.pk}, follow=True)
    assert "alpha was moved to plano." in answer.content.decode()
    assert names(answer.content.decode())[-4:-1] == ["alpha-1", "alpha-2", "alpha-3"]
    assert Target.objects.filter(node__path__startswith=plano.path).count() == 6


def test_a_line_moves_to_another_factory(company: Company, root: Client) -> None:
    line, beta = company.lines["alpha-1"].node, company.factories["beta"]
    answer = root.post(page_of(Node, "move", line.pk), {"parent": beta.pk}, follow=True)
    assert "alpha-1 was moved to beta." in answer.content.decode()
    line.refresh_from_db()
    assert line.parent_id == beta.pk
