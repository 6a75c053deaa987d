"""Every page of the admin site opens, for whom it is and for nobody else."""

import re
from collections import deque
from http import HTTPStatus

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django import DjangoAssertNumQueries

from orchestration.models import Agent, Deployment, EnrolmentToken, Event, Node, Target
from orchestration.services import places
from portal.admin.site import site
from rbac.models import RoleAssignment
from tests.integration.admin.conftest import SignIn, page_of
from tests.integration.conftest import Company

NOUNS = sorted(site._registry, key=lambda model: model.__name__)
LINK = re.compile(r'href="(/admin/[^"#]*)"')
MOST_PAGES = 400
LIST_BUDGET = 20


def walk(client: Client, start: str = "/admin/") -> dict[str, str]:
    """Every page that can be reached by links from the index, with what it says."""
    pages: dict[str, str] = {}
    waiting = deque([start])
    while waiting:
        url = waiting.popleft()
        if url in pages or "o=" in url or "_facets" in url:
            continue
        response = client.get(url)
        assert response.status_code == HTTPStatus.OK, f"{url}: {response.status_code}"
        pages[url] = response.getvalue().decode()
        assert len(pages) < MOST_PAGES
        if response["Content-Type"].startswith("text/html"):
            waiting.extend(link.replace("&amp;", "&") for link in LINK.findall(pages[url]))
    return pages


def test_every_link_of_the_admin_site_leads_somewhere(filled: Company, root: Client) -> None:
    pages = walk(root)
    assert {page_of(noun) for noun in NOUNS} <= set(pages)


def test_no_page_says_anything_of_another_factory(filled: Company, anna: Client) -> None:
    pages = walk(anna)
    assert {page_of(noun) for noun in (Agent, Node, Target, EnrolmentToken)} <= set(pages)
    assert any("alpha-1" in text for text in pages.values())
    tells = {url for url, text in pages.items() if "beta" in text or "plano" in text}
    assert tells == set()


def test_what_needs_somebody_stands_first(filled: Company, root: Client) -> None:
    text = root.get("/admin/").content.decode()
    order = [text.index(word) for word in ("one-two-alpha", "alpha said no", "Agents away")]
    assert order == sorted(order)
    assert order[-1] < text.index("Enrolment tokens")


def test_without_a_right_of_it_there_is_no_way_in(company: Company, sign_in: SignIn) -> None:
    manager = sign_in("vera", "deployment-manager")
    for url in ("/admin/", "/admin/health/", *map(page_of, NOUNS)):
        assert manager.get(url).status_code == HTTPStatus.FORBIDDEN
        stranger = Client().get(url)
        assert stranger.status_code == HTTPStatus.FOUND
        assert stranger["Location"].startswith("/login/?next=/admin/")


def test_the_staff_flag_opens_nothing(company: Company, sign_in: SignIn) -> None:
    browser = sign_in("stan")
    stan = company.person("stan")
    stan.is_staff = True
    stan.save(update_fields=["is_staff"])
    assert browser.get("/admin/").status_code == HTTPStatus.FORBIDDEN
    assert browser.get("/admin/login/").status_code == HTTPStatus.FOUND


def test_an_it_right_is_enough_without_the_staff_flag(company: Company, anna: Client) -> None:
    assert not company.person("anna").is_staff
    assert anna.get("/admin/").status_code == HTTPStatus.OK


def test_what_belongs_to_others_is_not_there(filled: Company, sign_in: SignIn) -> None:
    """The same answer for what one may not see and for what does not exist."""
    alma = sign_in("alma", "admin", filled.factories["alpha"])
    beta = {"path__startswith": filled.factories["beta"].path}
    below = Node.objects.filter(**beta)
    for noun, theirs in (
        (Agent, Agent.objects.filter(node__in=below)),
        (EnrolmentToken, EnrolmentToken.objects.filter(node__in=below)),
        (RoleAssignment, RoleAssignment.objects.filter(node__in=below)),
        (Deployment, Deployment.objects.filter(target__node__in=below)),
    ):
        pk = theirs.values_list("pk", flat=True)[0]
        for page in ("change", "delete", "history"):
            hidden = alma.get(page_of(noun, page, pk))
            absent = alma.get(page_of(noun, page, 999_999))
            assert hidden.status_code == absent.status_code == HTTPStatus.NOT_FOUND


def test_a_place_of_others_is_not_there(filled: Company, anna: Client) -> None:
    beta = filled.factories["beta"]
    line = filled.lines["beta-1"]
    assert anna.get(page_of(Node, "change", beta.pk)).status_code == HTTPStatus.NOT_FOUND
    assert anna.get(page_of(Target, "change", line.pk)).status_code == HTTPStatus.NOT_FOUND
    lobby = Agent.objects.get(name="knocking-beta")
    for page in ("approve", "revoke"):
        assert anna.post(page_of(Agent, page, lobby.pk)).status_code == HTTPStatus.NOT_FOUND


def test_a_filter_by_a_place_of_others_finds_nothing(filled: Company, anna: Client) -> None:
    beta = filled.factories["beta"]
    text = anna.get(page_of(Target), {"under": beta.pk}).content.decode()
    assert "0 lines" in text
    assert "alpha-1" not in text


def test_nobody_changes_what_happened(filled: Company, root: Client) -> None:
    event = Event.objects.first()
    assert event is not None
    for noun, pk in ((Event, event.pk), (Deployment, Deployment.objects.values_list("pk")[0][0])):
        assert root.get(page_of(noun, "add")).status_code == HTTPStatus.FORBIDDEN
        assert root.post(page_of(noun, "change", pk)).status_code == HTTPStatus.FORBIDDEN
        assert root.post(page_of(noun, "delete", pk)).status_code == HTTPStatus.FORBIDDEN


def test_who_can_do_what_at_a_place_is_explained(filled: Company, root: Client) -> None:
    company = filled
    company.person("ada", "configuration-author", company.factories["alpha"])
    text = root.get(page_of(Node, "access", company.lines["alpha-1"].pk)).content.decode()
    assert "ada" in text
    assert "Publish revisions" in text
    other = root.get(page_of(Node, "access", company.lines["beta-1"].pk)).content.decode()
    assert "ada" not in other
    assert "Night shift" in other


def test_what_a_person_may_do_is_explained(filled: Company, root: Client) -> None:
    company = filled
    nora = company.person("nora", "configuration-author", company.factories["alpha"])
    page = f"/admin/rbac/user/{nora.pk}/access/"
    assert "Night shift" in root.get(page).content.decode()
    at_alpha = root.get(page, {"node": company.factories["alpha"].pk}).content.decode()
    row = at_alpha[at_alpha.rindex("Publish revisions") :]
    assert row.index("yes") < row.index("</tr>")
    row = at_alpha[at_alpha.rindex("Enrol, approve and revoke agents") :]
    assert row.index("no") < row.index("</tr>")


def test_who_manages_access_at_one_factory_sees_its_people_only(
    filled: Company, sign_in: SignIn
) -> None:
    filled.person("ada", "configuration-author", filled.factories["alpha"])
    alma = sign_in("alma", "admin", filled.factories["alpha"])
    people = alma.get("/admin/rbac/user/").content.decode()
    assert "ada" in people
    assert "nora" not in people
    assert "Night shift" not in alma.get("/admin/auth/group/").content.decode()
    nora = filled.person("nora")
    assert alma.get(f"/admin/rbac/user/{nora.pk}/access/").status_code == HTTPStatus.NOT_FOUND


def test_a_list_costs_the_same_however_long_it_is(
    filled: Company, root: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for noun in NOUNS:
        with django_assert_max_num_queries(LIST_BUDGET):
            root.get(page_of(noun))
    with CaptureQueriesContext(connection) as short:
        root.get(page_of(Target))
    for number in range(30):
        places.create_target(filled.root_user, filled.factories["alpha"], f"more-{number}")
    with CaptureQueriesContext(connection) as long:
        root.get(page_of(Target))
    assert len(long) == len(short)


def test_siblings_of_the_tree_stand_in_the_order_of_their_names(
    company: Company, root: Client, sign_in: SignIn
) -> None:
    plano = company.factories["beta"].parent
    assert plano is not None
    for name, title in (("z", "Apex"), ("m", ""), ("a", "yard")):
        places.create_site(company.root_user, plano, name, display_name=title)
    text = root.get(page_of(Node)).content.decode()
    shown = re.findall(r'class="tree tree--(\d+)">([^<]+)<', text)
    assert shown == [
        ("0", "Contoso"), ("1", "west"), ("2", "chicago"), ("3", "alpha"), ("2", "plano"),
        ("3", "Apex"), ("3", "beta"), ("3", "m"), ("3", "yard"),
    ]  # fmt: skip
    found = root.get(page_of(Node), {"q": "a"}).content.decode()
    assert found.index(">alpha<") < found.index(">Apex<") < found.index(">yard<")
    pia = sign_in("pia", "onboarding-admin", plano)
    assert re.findall(r"tree--\d+\">([^<]+)<", pia.get(page_of(Node)).content.decode()) == [
        "plano", "Apex", "beta", "m", "yard",
    ]  # fmt: skip


def test_a_long_tree_goes_on_where_the_page_before_ended(company: Company, root: Client) -> None:
    alpha = company.factories["alpha"].parent
    assert alpha is not None
    for number in range(120):
        places.create_site(company.root_user, alpha, f"f{number:03}")
    seen = [
        name
        for page in (1, 2, 3)
        for name in re.findall(
            r"tree--3\">([^<]+)<", root.get(page_of(Node), {"p": page}).content.decode()
        )
    ]
    assert seen == ["alpha", *(f"f{number:03}" for number in range(120)), "beta"]
