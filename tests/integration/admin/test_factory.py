"""A factory with its lines and the token of its agents, from one form with names in it."""

import re
from http import HTTPStatus

import pytest
from django.test import Client

from orchestration.models import EnrolmentToken, Event, Node, Target
from orchestration.services import places
from portal.admin.line_names import TooMany, names
from tests.integration.admin.conftest import SignIn, page_of
from tests.integration.conftest import Company

FACTORY = page_of(Node, "add_factory")


def factory(company: Company, **fields: object) -> dict[str, object]:
    city = company.factories["alpha"].parent
    assert city is not None
    return {"parent": city.pk, "name": "gamma", "lines": "Line 1..3"} | fields


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("Line 1..3", ["Line 1", "Line 2", "Line 3"]),
        ("Packing", ["Packing"]),
        ("L08 .. 10", ["L08", "L09", "L10"]),
        ("Filling 1..2, Packing; Oven 7…8 left\n", [
            "Filling 1", "Filling 2", "Packing", "Oven 7 left", "Oven 8 left",
        ]),
    ],
)  # fmt: skip
def test_one_line_of_text_makes_many_names(text: str, wanted: list[str]) -> None:
    assert names(text, 10) == wanted


@pytest.mark.parametrize("text", ["", " , ", "Line 3..1", "Line 1..11", "Line 1..999999999999"])
def test_too_many_names_and_none_are_refused(text: str) -> None:
    with pytest.raises(TooMany):
        names(text, 10)


def test_a_factory_with_its_lines_in_one_go(company: Company, root: Client) -> None:
    fields = factory(company, display_name="Gamma works", capabilities=["soap"], scope="plant")
    answer = root.post(FACTORY, fields)
    assert "Gamma works and its 3 lines were made." in answer.content.decode()
    gamma = Node.objects.get(name="gamma")
    lines = Target.objects.filter(node__parent=gamma)
    assert [(str(line), line.node.name, line.scope) for line in lines] == [
        ("Line 1", "gamma-line-1", "plant"),
        ("Line 2", "gamma-line-2", "plant"),
        ("Line 3", "gamma-line-3", "plant"),
    ]
    assert all(line.capabilities.get().name == "soap" for line in lines)
    kinds = Event.objects.filter(node__path__startswith=gamma.path).values_list("kind", flat=True)
    assert sorted(kinds) == ["site.created", *["target.created"] * 3, "token.created"]


def test_the_command_is_shown_once(company: Company, root: Client) -> None:
    answer = root.post(FACTORY, factory(company, agents="2")).content.decode()
    secret = re.search(r"--token (\S+)", answer)
    assert secret is not None
    token = EnrolmentToken.objects.get(node__name="gamma")
    assert (token.uses_left, token.auto_approve) == (2, False)
    assert secret[1] not in root.get(page_of(EnrolmentToken, "change", token.pk)).content.decode()


def test_no_agents_no_token(company: Company, root: Client) -> None:
    answer = root.post(FACTORY, factory(company, agents="0")).content.decode()
    assert "No agent can enrol there yet" in answer
    assert not EnrolmentToken.objects.exists()


def test_what_is_left_empty_is_taken_from_another_factory(company: Company, root: Client) -> None:
    alpha = company.factories["alpha"]
    company.agent("alpha")
    places.create_target(company.root_user, alpha, "bare", scope="plant")
    like_beta = factory(company, like=company.factories["beta"].pk)
    like_alpha = factory(company, name="delta", like=alpha.pk)
    root.post(FACTORY, like_beta)
    root.post(FACTORY, like_alpha | {"scope": "own"})
    gamma, delta = Node.objects.get(name="gamma"), Node.objects.get(name="delta")
    assert gamma.time_zone == delta.time_zone == "America/Chicago"
    line = Target.objects.filter(node__parent=gamma)[0]
    assert (line.scope, line.capabilities.get().name) == ("plant", "soap")
    line = Target.objects.filter(node__parent=delta)[0]
    assert (line.scope, line.capabilities.count()) == ("own", 0)
    assert EnrolmentToken.objects.get(node=delta).uses_left == 1


def test_a_factory_that_cannot_be_made_whole_is_not_made(company: Company, root: Client) -> None:
    for fields, field in (
        (factory(company, lines=""), "lines"),
        (factory(company, lines="Line 1..201"), "lines"),
        (factory(company, lines="Line, Line"), "name"),
        (factory(company, name="g" * 40, lines="l" * 24), "lines"),
        (factory(company, name="alpha"), "name"),
        (factory(company, scope="kube-system"), "scope"),
    ):
        response = root.post(FACTORY, fields)
        assert list(response.context["form"].errors) == [field]
    assert not Node.objects.filter(name="gamma").exists()
    assert not EnrolmentToken.objects.exists()


def test_a_factory_is_added_only_where_one_may(
    company: Company, anna: Client, sign_in: SignIn
) -> None:
    assert "parent" in anna.post(FACTORY, factory(company)).context["form"].errors
    author = sign_in("otto", "solution-author")
    assert author.get(FACTORY).status_code == HTTPStatus.FORBIDDEN


def test_another_factory_that_one_may_not_see_is_no_pattern(
    company: Company, sign_in: SignIn
) -> None:
    city = company.factories["alpha"].parent
    assert city is not None
    ida = sign_in("ida", "onboarding-admin", city)
    fields = factory(company, like=company.factories["beta"].pk)
    assert list(ida.post(FACTORY, fields).context["form"].errors) == ["like"]
    assert ida.post(FACTORY, factory(company)).status_code == HTTPStatus.OK
    assert Node.objects.filter(name="gamma").exists()
