"""What somebody may do at a place and why, and who may do something there."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.utils import timezone

from orchestration.models import Node
from orchestration.services.contexts import root_of
from rbac import grants
from tests.integration.api.conftest import Api, said
from tests.integration.conftest import Company


def right(answer: Any, wanted: str) -> dict[str, Any]:
    (found,) = [one for one in answer.json()["rights"] if one["right"] == wanted]
    return dict(found)


@pytest.fixture
def line(company: Company) -> Node:
    return company.lines["alpha-1"].node


def test_each_right_says_through_what_or_whom_to_ask(company: Company, line: Node) -> None:
    alpha, ends = company.factories["alpha"], timezone.now() + timedelta(days=3)
    shift = Group.objects.create(name="Night shift")
    dana = company.person("dana", "configuration-author", line)
    dana.groups.add(shift)
    grants.give("deployment-manager", shift, alpha, expires_at=ends)
    ada = Api(company.person("ada", "admin", alpha))
    company.person("regina", "admin", root_of(company.context))
    company.person("vic", "deployment-viewer", alpha)

    found = ada.get(f"nodes/{line.pk}/access/", user="dana")
    assert found.status_code == 200, found.json()
    (reason,) = right(found, "deploy")["through"]
    assert reason == {
        "role": "deployment-manager",
        "label": "Deployment manager",
        "node": alpha.pk,
        "place": "alpha",
        "group": "Night shift",
        "expires_at": reason["expires_at"],
    }
    assert reason["expires_at"].startswith(ends.strftime("%Y-%m-%d"))
    both = right(found, "view_hierarchy")
    assert {one["role"] for one in both["through"]} == {
        "deployment-manager", "configuration-author",
    }  # fmt: skip
    lacking = right(found, "manage_agents")
    assert (lacking["held"], lacking["through"], lacking["ask"]) == (False, [], ["ada", "regina"])


def test_one_may_ask_about_oneself_and_sees_names_above_as_names(
    company: Company, line: Node
) -> None:
    dana = Api(company.person("dana", "deployment-viewer", line))
    grants.give("external-validator", company.people["dana"], company.factories["alpha"])
    found = dana.get(f"nodes/{line.pk}/access/")
    (own,) = right(found, "view_deployments")["through"]
    assert (own["node"], own["place"]) == (line.pk, "alpha-1")
    (above,) = right(found, "validate")["through"]
    assert (above["node"], above["place"]) == (None, "alpha")
    assert right(found, "deploy")["ask"] == ["root"]
    beyond = company.lines["beta-1"].pk
    assert said(dana.get(f"nodes/{beyond}/access/")) == (404, "not-found")


def test_about_others_only_who_manages_access_there_is_told(company: Company, line: Node) -> None:
    company.person("dana", "deployment-viewer", line)
    mia = Api(company.person("mia", "deployment-manager", company.factories["alpha"]))
    refused = mia.get(f"nodes/{line.pk}/access/", user="dana")
    assert said(refused) == said(mia.get(f"nodes/{line.pk}/access/", user="nobody"))
    assert said(refused)[0] == 400
    assert said(mia.get(f"nodes/{line.pk}/holders/", right="deploy")) == (404, "not-found")
    adam = Api(company.person("adam", "admin", company.factories["beta"]))
    assert said(adam.get(f"nodes/{line.pk}/holders/", right="deploy")) == (404, "not-found")


def test_who_can_deploy_to_this_line(company: Company, line: Node) -> None:
    alpha, past = company.factories["alpha"], timezone.now() - timedelta(seconds=1)
    shift = Group.objects.create(name="Night shift")
    company.person("gus").groups.add(shift)
    grants.give("deployment-manager", shift, root_of(company.context))
    company.person("dana", "deployment-manager", line)
    company.person("zoe", "deployment-manager", company.lines["alpha-2"].node)
    company.person("vic", "deployment-viewer", alpha)
    grants.give("deployment-manager", company.person("old"), alpha, expires_at=past)
    gone = company.person("gone", "deployment-manager", alpha)
    gone.is_active = False
    gone.save()
    ada = Api(company.person("ada", "admin", alpha))

    found = ada.get(f"nodes/{line.pk}/holders/", right="deploy").json()
    assert [(one["user"], one["everywhere"]) for one in found] == [
        ("ada", False), ("dana", False), ("gus", False), ("root", True),
    ]  # fmt: skip
    by_name = {one["user"]: one["through"] for one in found}
    (through,) = by_name["gus"]
    assert (through["group"], through["node"], through["place"]) == ("Night shift", None, "Contoso")
    assert by_name["root"] == []
    assert said(ada.get(f"nodes/{line.pk}/holders/"))[0] == 400
    assert said(ada.get(f"nodes/{line.pk}/holders/", right="fly"))[0] == 400


def test_a_closed_account_may_nothing_and_an_administrator_everything(
    company: Company, line: Node
) -> None:
    dana = company.person("dana", "admin", line)
    dana.is_active = False
    dana.save()
    root = Api(company.root_user)
    closed = root.get(f"nodes/{line.pk}/access/", user="dana").json()
    assert (closed["is_active"], {one["held"] for one in closed["rights"]}) == (False, {False})
    own = root.get(f"nodes/{line.pk}/access/").json()
    assert {(one["held"], one["everywhere"]) for one in own["rights"]} == {(True, True)}


def test_a_solution_is_granted_and_explained_like_a_place(company: Company) -> None:
    solution = company.solution().template.node
    other = company.solution("filler").template.node
    root, viewer = Api(company.root_user), company.person("sol")
    given = root.post(
        "role-assignments/", {"role": "solution-viewer", "user": "sol", "node": solution.pk}
    )
    assert given.status_code == 201, given.json()
    listed = Api(viewer).get("solutions/").json()["results"]
    assert [row["name"] for row in listed] == ["mixer"]
    found = Api(viewer).get(f"nodes/{solution.pk}/access/")
    assert right(found, "view_solutions")["held"]
    assert said(Api(viewer).get(f"nodes/{other.pk}/access/")) == (404, "not-found")
    names = [one["user"] for one in root.get(
        f"nodes/{solution.pk}/holders/", right="view_solutions"
    ).json()]  # fmt: skip
    assert names == ["root", "sol"]
