"""What a service refuses is said in a sentence, beside its field, and leaves nothing behind."""

from http import HTTPStatus

from django.contrib.messages import get_messages
from django.test import Client

from orchestration.models import (
    Agent,
    Context,
    EnrolmentToken,
    Event,
    Node,
    SolutionInstance,
    SolutionTemplate,
    Target,
)
from orchestration.states import AgentState, InstanceState
from rbac.models import RoleAssignment, User
from tests.integration.admin.conftest import SignIn, knocking, page_of
from tests.integration.conftest import Company


def run(client: Client, noun: type, action: str, *pks: int) -> list[str]:
    """Do something to chosen rows of a list; what is said afterwards."""
    chosen = {"action": action, "_selected_action": pks, "post": "yes"}
    response = client.post(page_of(noun), chosen)
    assert response.status_code == HTTPStatus.FOUND
    return [str(message) for message in get_messages(response.wsgi_request)]


def test_a_taken_name_is_said_beside_the_name(company: Company, anna: Client) -> None:
    alpha, events = company.factories["alpha"], Event.objects.count()
    fields = {"parent": alpha.pk, "name": "alpha-1", "scope": "plant", "specification": ""}
    response = anna.post(page_of(Target, "add"), fields)
    form = response.context["adminform"].form
    assert form.errors == {"name": ["There is already one called alpha-1 here."]}
    assert Event.objects.count() == events


def test_half_of_a_change_is_undone(company: Company, root: Client) -> None:
    """The new name is saved first, then the scope is refused: the name goes back too."""
    line = company.lines["alpha-1"]
    revision = company.revision("alpha-1", company.solution())
    instance = revision.instance
    instance.current = revision
    instance.save(update_fields=["current"])
    fields = {"name": "renamed", "display_name": "", "time_zone": "", "scope": "other"}
    more = {"specification": "{}", "capabilities": ["soap"], "agent": ""}
    response = root.post(page_of(Target, "change", line.pk), fields | more)
    assert list(response.context["adminform"].form.errors) == ["scope"]
    assert Node.objects.get(pk=line.pk).name == "alpha-1"
    assert not Event.objects.filter(object_id=line.pk, kind="target.changed").exists()


def test_levels_in_use_stay(company: Company, root: Client) -> None:
    page = page_of(Context, "change", company.context.pk)
    response = root.post(page, {"display_name": "", "levels": "Region\nCity"})
    assert "levels" in response.context["adminform"].form.errors
    company.context.refresh_from_db()
    assert len(company.context.levels) == 4


def test_a_place_that_holds_others_is_not_deleted(company: Company, root: Client) -> None:
    alpha = company.factories["alpha"]
    response = root.post(page_of(Node, "delete", alpha.pk), {"post": "yes"})
    assert response["Location"] == page_of(Node, "change", alpha.pk)
    said = [str(message) for message in get_messages(response.wsgi_request)]
    assert said == ["alpha still holds others. Remove or move them first."]
    assert Node.objects.filter(pk=alpha.pk).exists()


def test_of_several_deletes_all_happen_or_none(company: Company, root: Client) -> None:
    revision = company.revision("alpha-2", company.solution())
    SolutionInstance.objects.filter(pk=revision.instance_id).update(state=InstanceState.DEPLOYED)
    pks = [company.lines[name].pk for name in ("alpha-1", "alpha-2")]
    assert any("still installed" in text for text in run(root, Target, "delete_selected", *pks))
    assert Target.objects.filter(pk__in=pks).count() == 2
    run(root, Target, "delete_selected", pks[0])
    assert [one.pk for one in Target.objects.filter(pk__in=pks)] == [pks[1]]


def test_bulk_actions_reach_only_what_is_ones_own(company: Company, anna: Client) -> None:
    mine, theirs = knocking(company, "alpha"), knocking(company, "beta")
    said = run(anna, Agent, "approve_chosen", mine.pk, theirs.pk)
    states = {agent.name: agent.state for agent in Agent.objects.all()}
    assert states == {
        "knocking-alpha": AgentState.APPROVED,
        "knocking-beta": AgentState.PENDING,
    }
    assert not any("beta" in text for text in said)


def test_bulk_actions_ask_for_the_right_at_each_row(company: Company, sign_in: SignIn) -> None:
    """May see both agents, may manage one: the list offers the action, the service says no."""
    company.person("mia", "deployment-viewer")
    mia = sign_in("mia", "onboarding-admin", company.factories["alpha"])
    mine, theirs = knocking(company, "alpha"), knocking(company, "beta")
    said = run(mia, Agent, "approve_chosen", mine.pk, theirs.pk)
    mine.refresh_from_db()
    theirs.refresh_from_db()
    assert (mine.state, theirs.state) == (AgentState.APPROVED, AgentState.PENDING)
    assert any(text.startswith("knocking-beta: You do not have the right") for text in said)
    page = mia.post(page_of(Agent, "revoke", theirs.pk))
    assert page.status_code == HTTPStatus.FORBIDDEN
    denied = mia.post(page_of(EnrolmentToken, "add"), {"node": company.factories["beta"].pk})
    assert list(denied.context["adminform"].form.errors["node"]) == [
        "Select a valid choice. That choice is not one of the available choices."
    ]


def test_nobody_gives_more_than_they_have(company: Company, sign_in: SignIn) -> None:
    """An admin of one factory cannot reach past it, whatever is put into the form."""
    alma = sign_in("alma", "admin", company.factories["alpha"])
    company.person("nora")
    ends = {"expires_at_0": "", "expires_at_1": "", "user_name": "nora", "group_name": ""}
    for place in (company.factories["beta"], company.factories["alpha"].parent):
        assert place is not None
        fields = ends | {"role": "admin", "node": place.pk}
        assert alma.post(page_of(RoleAssignment, "add"), fields).status_code == HTTPStatus.OK
    assert not RoleAssignment.objects.filter(user__username="nora").exists()


def test_only_who_looks_after_everything_makes_accounts(company: Company, sign_in: SignIn) -> None:
    alma = sign_in("alma", "admin")
    nora = company.person("nora", "configuration-viewer")
    assert alma.get(page_of(User, "change", nora.pk)).status_code == HTTPStatus.OK
    for page in (page_of(User, "add"), page_of(User, "change", nora.pk), page_of(Context, "add")):
        assert alma.post(page, {"is_active": ""}).status_code == HTTPStatus.FORBIDDEN
    assert alma.post(page_of(User, "password", nora.pk)).status_code == HTTPStatus.FORBIDDEN
    nora.refresh_from_db()
    assert nora.is_active


def test_a_template_that_cannot_be_read_says_where(company: Company, root: Client) -> None:
    fields = {"context": company.context.pk, "name": "mixer", "version": "1.0.0"}
    broken = fields | {"text": "configs:\n  Speed: 1\n  Speed: 2\n"}
    response = root.post(page_of(SolutionTemplate, "add"), broken)
    said = response.context["adminform"].form.errors["text"]
    assert len(said) == 2
    assert "3:3: the key 'Speed' stands here twice" in said[1]
    nothing = root.post(page_of(SolutionTemplate, "add"), fields | {"text": " "})
    assert "text" in nothing.context["adminform"].form.errors
    assert not SolutionTemplate.objects.exists()
