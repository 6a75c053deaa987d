"""Roles of one's own, and why somebody may do what, on the admin site."""

from datetime import timedelta
from http import HTTPStatus

from django.test import Client
from django.utils import timezone

from orchestration.models import Node, SolutionTemplate
from rbac import grants
from rbac.models import Role, RoleAssignment
from rbac.permissions import Perm
from tests.integration.admin.conftest import SignIn, page_of
from tests.integration.conftest import Company

NIGHT = {"label": "Night shift", "description": "", "perms": ["deploy", "view_hierarchy"]}


def test_a_role_is_made_changed_and_deleted(company: Company, root: Client) -> None:
    assert root.post(page_of(Role, "add"), NIGHT).status_code == HTTPStatus.FOUND
    role = Role.objects.get(shipped=False)
    assert role.perms == {Perm.DEPLOY, Perm.VIEW_HIERARCHY}
    changed = NIGHT | {"label": "Night crew", "perms": ["uninstall"]}
    assert root.post(page_of(Role, "change", role.pk), changed).status_code == HTTPStatus.FOUND
    role.refresh_from_db()
    assert role.label == "Night crew"
    assert role.perms == {Perm.UNINSTALL}

    held = grants.give(role.key, company.person("dana"), company.factories["alpha"])
    answer = root.post(page_of(Role, "delete", role.pk), {"post": "yes"}, follow=True)
    assert "dana (alpha)" in answer.content.decode()
    grants.take(held)
    root.post(page_of(Role, "delete", role.pk), {"post": "yes"})
    assert not Role.objects.filter(shipped=False).exists()


def test_a_shipped_role_is_shown_and_stays(company: Company, root: Client) -> None:
    admin = Role.objects.get(key="admin")
    page = page_of(Role, "change", admin.pk)
    assert "Give and take roles" in root.get(page).content.decode()
    assert root.post(page, NIGHT).status_code == HTTPStatus.FORBIDDEN
    assert root.post(page_of(Role, "delete", admin.pk), {"post": "yes"}).status_code == (
        HTTPStatus.FORBIDDEN
    )
    admin.refresh_from_db()
    assert admin.label == "Admin"


def test_rights_one_lacks_are_refused_beside_the_form(company: Company, sign_in: SignIn) -> None:
    company.solution()
    keeper = Role.objects.create(
        key="custom-keeper", label="Keeper", rights=["manage_access", "view_hierarchy"]
    )
    kim = sign_in("kim", keeper.key, company.factories["alpha"])
    text = kim.post(page_of(Role, "add"), NIGHT).content.decode()
    assert "Nobody makes a role with rights they lack" in text
    assert not Role.objects.filter(label="Night shift").exists()
    anna = sign_in("anna", "onboarding-admin", company.factories["alpha"])
    assert anna.post(page_of(Role, "add"), NIGHT).status_code == HTTPStatus.FORBIDDEN


def test_a_place_says_who_has_a_right_and_why(company: Company, sign_in: SignIn) -> None:
    line = company.lines["alpha-1"].node
    company.person("dana", "deployment-manager", company.factories["alpha"].parent)
    ada = sign_in("ada", "admin", line)
    text = ada.get(page_of(Node, "access", line.pk), {"right": "deploy"}).content.decode()
    table = text[text.index("Deploy, retry, roll back and stop</caption>") :]
    table = table[: table.index("</table>")]
    assert "dana" in table
    # The city above is a name to the line's own admin; the line is a link.
    assert "Deployment manager · chicago" in table
    assert f'href="{page_of(Node, "access", line.pk)}">alpha-1</a>' in table
    # So is a person whose roles ada manages, to what that person may do at this very line.
    own = f"/admin/rbac/user/{company.people['ada'].pk}/access/?node={line.pk}"
    assert f'href="{own}">ada</a>' in table
    assert ">dana</a>" not in table
    assert "<caption>alpha-1</caption>" in ada.get(own).content.decode()


def test_a_person_page_says_until_when_and_whom_to_ask(company: Company, root: Client) -> None:
    alpha, ends = company.factories["alpha"], timezone.now() + timedelta(days=400)
    nora = company.person("nora")
    company.person("ada", "admin", alpha)
    grants.give("configuration-author", nora, alpha, expires_at=ends)
    past = timezone.now() - timedelta(days=1)
    grants.give("deployment-manager", nora, alpha, expires_at=past)
    page = f"/admin/rbac/user/{nora.pk}/access/"
    text = root.get(page, {"node": alpha.pk}).content.decode()
    publish = text[text.rindex("Publish revisions</th>") :]
    assert publish.index(ends.strftime("%Y")) < publish.index("</tr>")
    deploy = text[text.rindex("Deploy, retry, roll back and stop</th>") :]
    deploy = deploy[: deploy.index("</tr>")]
    assert "<td>no</td>" in deploy
    assert "Could give it: ada" in " ".join(deploy.split())
    assert "has ended:" in text
    listed = root.get(page_of(RoleAssignment), {"ended": "yes"}).content.decode()
    assert "Deployment manager" in listed
    assert "has ended:" in listed


def test_a_solution_leads_to_who_can_do_what_with_it(company: Company, root: Client) -> None:
    solution = company.solution().template
    text = root.get(page_of(SolutionTemplate, "change", solution.pk)).content.decode()
    assert page_of(Node, "access", solution.node.pk) in text
