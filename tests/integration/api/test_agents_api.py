"""Agents and enrolment tokens over REST."""

from orchestration.models import Agent, EnrolmentToken, Event
from orchestration.states import AgentState
from tests.integration.api.conftest import Api, keys, said
from tests.integration.conftest import Company


def pending(company: Company, factory: str = "alpha") -> Agent:
    agent = company.agent(factory, serves=False)
    Agent.objects.filter(pk=agent.pk).update(state=AgentState.PENDING)
    return agent


def test_the_secret_of_a_token_is_shown_once(company: Company) -> None:
    alpha = company.factories["alpha"]
    onboarder = Api(company.person("otto", "onboarding-admin", alpha))
    line = company.lines["alpha-1"]
    made = onboarder.post(
        "enrolment-tokens/", {"node": alpha.pk, "uses": 2, "targets": [line.pk]}
    ).json()
    assert len(made["secret"]) > 20
    found = onboarder.get(f"enrolment-tokens/{made['id']}/").json()
    assert "secret" not in found
    assert (found["uses_left"], found["usable"]) == (2, True)
    assert [target["name"] for target in found["targets"]] == ["alpha-1"]
    assert made["secret"] not in str(list(Event.objects.values()))
    assert onboarder.post(f"enrolment-tokens/{made['id']}/cancel/").json()["usable"] is False


def test_a_token_is_made_only_where_agents_are_managed(company: Company) -> None:
    alpha, beta = company.factories["alpha"], company.factories["beta"]
    viewer = Api(company.person("vera", "deployment-viewer", alpha))
    assert said(viewer.post("enrolment-tokens/", {"node": alpha.pk})) == (403, "right-missing")
    assert viewer.get("enrolment-tokens/").json()["results"] == []
    stranger = Api(company.person("otto", "onboarding-admin", beta))
    answer = stranger.post("enrolment-tokens/", {"node": alpha.pk})
    assert (said(answer), keys(answer)) == ((400, "invalid"), ["node"])
    assert not EnrolmentToken.objects.exists()


def test_a_tokens_targets_stand_below_its_place(company: Company) -> None:
    body = {"node": company.factories["alpha"].pk, "targets": [company.lines["beta-1"].pk]}
    answer = Api(company.root_user).post("enrolment-tokens/", body)
    assert said(answer) == (422, "target-elsewhere")


def test_an_agent_is_approved_and_revoked(company: Company) -> None:
    agent = pending(company)
    onboarder = Api(company.person("otto", "onboarding-admin", company.factories["alpha"]))
    (waiting,) = onboarder.get("agents/", state="Pending").json()["results"]
    assert waiting["word"] == {"label": "Waiting for approval", "severity": "warning"}
    approved = onboarder.post(f"agents/{agent.pk}/approve/").json()
    assert approved["state"] == "Approved"
    assert [target["name"] for target in approved["targets"]] == ["alpha-1", "alpha-2", "alpha-3"]
    revoked = onboarder.post(f"agents/{agent.pk}/revoke/").json()
    assert (revoked["state"], revoked["targets"]) == ("Revoked", [])
    assert said(onboarder.post(f"agents/{agent.pk}/approve/")) == (409, "not-from-here")


def test_an_agent_may_be_given_some_lines(company: Company) -> None:
    agent = pending(company)
    body = {"targets": [company.lines["alpha-2"].pk]}
    approved = Api(company.root_user).post(f"agents/{agent.pk}/approve/", body).json()
    assert [target["name"] for target in approved["targets"]] == ["alpha-2"]


def test_lines_of_others_cannot_be_given_to_an_agent(company: Company) -> None:
    agent = pending(company)
    body = {"targets": [company.lines["beta-1"].pk]}
    answer = Api(company.root_user).post(f"agents/{agent.pk}/approve/", body)
    assert said(answer) == (422, "target-elsewhere")
    agent.refresh_from_db()
    assert agent.state == AgentState.PENDING


def test_who_may_only_look_changes_nothing(company: Company) -> None:
    agent = pending(company)
    viewer = Api(company.person("vera", "deployment-viewer", company.factories["alpha"]))
    assert viewer.get(f"agents/{agent.pk}/").status_code == 200
    assert said(viewer.post(f"agents/{agent.pk}/approve/")) == (403, "right-missing")
    stranger = Api(company.person("sam", "onboarding-admin", company.factories["beta"]))
    hidden, absent = stranger.post(f"agents/{agent.pk}/revoke/"), stranger.get("agents/99999/")
    assert said(hidden) == said(absent) == (404, "not-found")
    assert hidden.content == absent.content
    agent.refresh_from_db()
    assert agent.state == AgentState.PENDING
