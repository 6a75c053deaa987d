"""Whatever is changed on the admin site is changed by a service, which leaves an event."""

from http import HTTPStatus
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.db.models import Model
from django.test import Client
from django.utils import timezone

from orchestration.models import (
    Agent,
    Capability,
    ConfigTemplate,
    Context,
    EnrolmentToken,
    Event,
    Node,
    Schema,
    SolutionTemplate,
    Target,
    TemplateLink,
)
from orchestration.services import agents
from orchestration.states import AgentState
from rbac.models import RoleAssignment, User
from tests.integration.admin.conftest import SignIn, knocking, page_of
from tests.integration.conftest import Company

YAML_SCHEMA = "rules:\n  configs:\n    Speed:\n      type: int\n"


@pytest.fixture
def before(company: Company) -> int:
    """The number of the last event before the test does anything."""
    return Event.objects.values_list("pk", flat=True).first() or 0


def since(before: int) -> list[str]:
    return list(Event.objects.filter(pk__gt=before).order_by("pk").values_list("kind", flat=True))


def save(client: Client, noun: type[Model], pk: object = None, /, **fields: Any) -> str:
    """Press Save; the page that is shown when it did not work, nothing when it did."""
    url = page_of(noun, "add") if pk is None else page_of(noun, "change", pk)
    response = client.post(url, fields)
    if response.status_code == HTTPStatus.FOUND:
        return ""
    assert response.status_code == HTTPStatus.OK
    return response.content.decode()


def delete(client: Client, noun: type[Model], pk: object) -> None:
    response = client.post(page_of(noun, "delete", pk), {"post": "yes"})
    assert response.status_code == HTTPStatus.FOUND


def test_contexts(company: Company, root: Client, before: int) -> None:
    assert not save(root, Context, name="fab", display_name="Fab", levels="Plant\n\nLine\n")
    context = Context.objects.get(name="fab")
    assert context.levels == ["Plant", "Line"]
    assert not save(root, Context, context.pk, display_name="Fabrikam", levels="Works\nLine")
    assert Context.objects.get(pk=context.pk).levels == ["Works", "Line"]
    assert since(before) == ["context.created", "context.changed"]


def test_capabilities(company: Company, root: Client, before: int) -> None:
    assert not save(root, Capability, context=company.context.pk, name="vision", description="")
    made = Capability.objects.get(name="vision")
    assert not save(root, Capability, made.pk, description="Cameras")
    assert Capability.objects.get(pk=made.pk).description == "Cameras"
    delete(root, Capability, made.pk)
    assert since(before) == ["capability.saved", "capability.saved", "capability.removed"]


def test_places(company: Company, sign_in: SignIn, before: int) -> None:
    city = company.factories["alpha"].parent
    assert city is not None
    anna = sign_in("anna", "onboarding-admin", city)
    names = {"display_name": "Gamma works", "time_zone": "Europe/Berlin"}
    assert not save(anna, Node, parent=city.pk, name="gamma", **names)
    gamma = Node.objects.get(name="gamma")
    assert (gamma.parent, gamma.time_zone) == (city, "Europe/Berlin")
    assert not save(anna, Node, gamma.pk, name="gamma-2", display_name="", time_zone="")
    assert Node.objects.get(pk=gamma.pk).name == "gamma-2"
    delete(anna, Node, gamma.pk)
    made = ["person.signed-in", "site.created", "site.changed", "site.removed"]
    assert since(before) == made
    assert Event.objects.filter(pk__gt=before, user=company.person("anna")).count() == len(made)


def test_lines(company: Company, anna: Client, before: int) -> None:
    alpha = company.factories["alpha"]
    rest = {"display_name": "Line 4", "scope": "plant", "specification": '{"drivers": ["file"]}'}
    assert not save(anna, Target, parent=alpha.pk, name="alpha-4", capabilities=["soap"], **rest)
    line = Target.objects.get(node__name="alpha-4")
    assert line.specification == {"drivers": ["file"]}
    assert line.node.level == 3
    agent = company.agent("alpha", serves=False)
    fields = rest | {"name": "alpha-4", "time_zone": "", "agent": agent.pk, "scope": "other"}
    assert not save(anna, Target, line.pk, **fields)
    line.refresh_from_db()
    assert (line.scope, line.agent) == ("other", agent)
    assert list(line.capabilities.all()) == []
    delete(anna, Target, line.pk)
    assert since(before) == ["target.created", "target.changed", "target.removed"]


def test_a_target_for_the_whole_place(company: Company, anna: Client) -> None:
    alpha = company.factories["alpha"]
    assert not save(anna, Target, parent=alpha.pk, name="shared", scope="plant", shared="on")
    assert Target.objects.get(node__name="shared").node.level == alpha.level


def test_saving_a_line_unchanged_changes_nothing(
    company: Company, anna: Client, before: int
) -> None:
    line = company.lines["alpha-1"]
    fields = {"name": "alpha-1", "display_name": "", "time_zone": "", "scope": "plant"}
    assert not save(anna, Target, line.pk, capabilities=["soap"], specification="{}", **fields)
    assert since(before) == []


def test_an_agent_of_a_place_above_stays_with_the_line(company: Company, anna: Client) -> None:
    """The onboarding admin of a factory cannot see the agent, and must not lose it by saving."""
    line = company.lines["alpha-1"]
    agent = company.agent("beta", serves=False)
    line.agent = agent
    line.save(update_fields=["agent"])
    fields = {"name": "alpha-1", "display_name": "New", "time_zone": "", "scope": "plant"}
    assert not save(anna, Target, line.pk, capabilities=["soap"], specification="{}", **fields)
    line.refresh_from_db()
    assert (line.agent, line.node.display_name) == (agent, "New")


def test_a_token_is_shown_once_as_a_command(company: Company, anna: Client, before: int) -> None:
    alpha = company.factories["alpha"]
    fields = {"node": alpha.pk, "uses": 2, "hours": 3, "targets": [company.lines["alpha-1"].pk]}
    response = anna.post(f"{page_of(EnrolmentToken, 'add')}?node={alpha.pk}", fields)
    text = response.content.decode()
    assert "no-store" in response["Cache-Control"]
    secret = text.split("--token ")[1].split()[0]
    assert "python -m agent run --server http://testserver --token" in text
    token = EnrolmentToken.objects.get()
    assert token.digest == agents._digest(secret)
    assert token.uses_left == 2
    assert [node.name for node in token.targets.all()] == ["alpha-1"]
    for page in (page_of(EnrolmentToken), page_of(EnrolmentToken, "change", token.pk)):
        assert secret not in anna.get(page).content.decode()
    anna.post(page_of(EnrolmentToken, "cancel", token.pk))
    assert not EnrolmentToken.objects.get().usable
    assert since(before) == ["token.created", "token.cancelled"]


def test_the_lobby(company: Company, anna: Client, before: int) -> None:
    agent = knocking(company, "alpha")
    page = page_of(Agent, "approve", agent.pk)
    shown = anna.get(page).content.decode()
    assert agent.fingerprint in shown
    assert shown.count("checked") == 3
    anna.post(page, {"targets": [company.lines["alpha-2"].pk]})
    agent.refresh_from_db()
    assert agent.state == AgentState.APPROVED
    assert [str(target) for target in agent.targets.all()] == ["alpha-2"]
    anna.post(page_of(Agent, "revoke", agent.pk))
    agent.refresh_from_db()
    assert agent.state == AgentState.REVOKED
    assert since(before) == ["agent.approved", "agent.revoked"]


def test_people(company: Company, root: Client, before: int) -> None:
    group = Group.objects.create(name="Crew")
    words = {"password": "a long pass phrase", "again": "a long pass phrase"}
    fields = {"name": "ines", "full_name": "Ines Soto", "is_active": "on", "groups": [group.pk]}
    assert not save(root, User, **fields, **words)
    ines = User.objects.get(username="ines")
    assert (ines.first_name, ines.is_staff, list(ines.groups.all())) == ("Ines", False, [group])
    assert not save(root, User, ines.pk, is_staff="on")
    ines.refresh_from_db()
    assert (ines.is_active, ines.is_staff, ines.groups.count()) == (False, True, 0)
    other = {"password": "another long phrase", "again": "another long phrase"}
    root.post(page_of(User, "password", ines.pk), other)
    ines.refresh_from_db()
    assert ines.check_password("another long phrase")
    kinds = ["person.created", "person.changed", "person.changed", "person.password-set"]
    assert since(before) == kinds


def test_ones_own_password(anna: Client) -> None:
    answer = anna.get("/admin/password_change/")
    assert (answer.status_code, answer["Location"]) == (HTTPStatus.FOUND, "/account/password/")


def test_groups(company: Company, root: Client, before: int) -> None:
    nora = company.person("nora")
    assert not save(root, Group, name="Crew", members=[nora.pk])
    group = Group.objects.get()
    assert list(group.user_set.all()) == [nora]
    assert not save(root, Group, group.pk, name="Day crew")
    assert Group.objects.get().name == "Day crew"
    assert not nora.groups.exists()
    delete(root, Group, group.pk)
    assert since(before) == ["group.created", "group.changed", "group.removed"]


def test_roles(company: Company, root: Client, before: int) -> None:
    nora, alpha = company.person("nora"), company.factories["alpha"]
    ends = {"expires_at_0": "", "expires_at_1": ""}
    who = {"role": "deployment-viewer", "user_name": "nora", "group_name": ""}
    assert not save(root, RoleAssignment, node=alpha.pk, **who, **ends)
    given = RoleAssignment.objects.get()
    assert (given.user, given.given_by) == (nora, company.root_user)
    ends = {"expires_at_0": "2030-01-01", "expires_at_1": "12:00:00"}
    assert not save(root, RoleAssignment, given.pk, **ends)
    given.refresh_from_db()
    assert given.expires_at is not None
    assert given.expires_at > timezone.now()
    delete(root, RoleAssignment, given.pk)
    assert since(before) == ["role.given", "role.given", "role.taken"]


def test_schemas_and_solutions(company: Company, root: Client, before: int) -> None:
    where = {"context": company.context.pk, "version": "1.0.0"}
    assert not save(root, Schema, name="Rules", text=YAML_SCHEMA, **where)
    version = Schema.objects.get().versions.get()
    assert version.text == YAML_SCHEMA
    template = {
        "name": "mixer",
        "schema": version.pk,
        "text": "configs:\n  Speed: 3\n",
        "specification": "components: []",
        "capabilities": ["soap"],
    }
    assert not save(root, SolutionTemplate, **template, **where)
    solution = SolutionTemplate.objects.get()
    assert solution.versions.get().specification == {"components": []}
    assert [one.name for one in solution.capabilities.all()] == ["soap"]
    kinds = ["schema.created", "solution.created", "solution.version-created"]
    assert since(before) == kinds


def test_config_templates_and_their_links(company: Company, root: Client, before: int) -> None:
    alpha = company.factories["alpha"]
    where = {"context": company.context.pk, "name": "common", "text": "configs:\n  Speed: 3\n"}
    for version in ("1.0.0", "1.1.0"):
        assert not save(root, ConfigTemplate, version=version, **where)
    newer, older = ConfigTemplate.objects.get().versions.all()
    assert not save(root, TemplateLink, at=alpha.pk, wanted=older.pk)
    link = TemplateLink.objects.get()
    assert "common/1.0.0" in root.get(page_of(Node, "change", alpha.pk)).content.decode()
    assert not save(root, TemplateLink, link.pk, wanted=newer.pk)
    assert TemplateLink.objects.get().version == newer
    template = root.get(page_of(ConfigTemplate, "change", newer.template_id)).content.decode()
    assert "alpha: 1.1.0" in template
    delete(root, TemplateLink, link.pk)
    assert since(before) == [
        "config-template.created",
        "config-template.version-created",
        "config-template.version-created",
        "config-template.linked",
        "config-template.relinked",
        "config-template.unlinked",
    ]


def test_links_are_made_only_where_one_may_set_the_values_of_it(
    company: Company, root: Client, sign_in: SignIn
) -> None:
    where = {"context": company.context.pk, "name": "common", "text": "configs:\n  Speed: 3\n"}
    save(root, ConfigTemplate, version="1.0.0", **where)
    version = ConfigTemplate.objects.get().versions.get()
    alpha, beta = company.factories["alpha"], company.factories["beta"]
    bea = sign_in("bea", "solution-author", alpha)
    company.person("bea", "solution-author", version.template.node)
    assert save(bea, TemplateLink, at=beta.pk, wanted=version.pk)
    assert not save(bea, TemplateLink, at=alpha.pk, wanted=version.pk)
    assert TemplateLink.objects.get().node == alpha
