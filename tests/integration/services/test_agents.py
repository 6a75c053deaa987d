"""Enrolment tokens, the lobby, and the life of an agent."""

from datetime import timedelta

import pytest

from agent import signing, wire
from orchestration.models import Agent, EnrolmentToken, Event, Target
from orchestration.services import agents
from orchestration.services.errors import Invalid, Refused
from orchestration.states import AgentState
from rbac.access import Denied
from tests.integration.conftest import Company
from tests.integration.services.knocking import Machine
from tests.integration.services.site import Clock, Site


def served_by(agent: Agent) -> list[str]:
    return sorted(str(target) for target in Target.objects.filter(agent=agent))


def test_a_token_is_kept_as_a_digest_only(company: Company) -> None:
    made = agents.create_token(company.root_user, company.factories["alpha"])
    stored = EnrolmentToken.objects.values().get()
    assert made.secret not in repr(stored)
    assert made.token.usable
    assert made.secret not in repr(list(Event.objects.values()))


def test_making_a_token_needs_the_right_at_the_place(company: Company) -> None:
    olga = company.person("olga", "onboarding-admin", company.factories["alpha"])
    agents.create_token(olga, company.factories["alpha"])
    with pytest.raises(Denied):
        agents.create_token(olga, company.factories["beta"])
    with pytest.raises(Invalid) as invalid:
        agents.create_token(olga, company.factories["alpha"], targets=[company.lines["beta-1"]])
    assert invalid.value.params["targets"] == ["beta-1"]
    assert EnrolmentToken.objects.count() == 1


def test_a_machine_waits_in_the_lobby_until_it_is_let_in(company: Company) -> None:
    factory = company.factories["alpha"]
    made = agents.create_token(company.root_user, factory)
    machine = Machine()
    answer = machine.knock(made.secret)
    assert answer.state is wire.AgentState.PENDING
    assert answer.fingerprint == signing.fingerprint(signing.public_bytes(machine.key))
    assert len(set(answer.server_keys)) == 2
    agent = Agent.objects.get(pk=answer.agent)
    assert (agent.node, agent.facts["hostname"], served_by(agent)) == (factory, "gw-1", [])

    olga = company.person("olga", "onboarding-admin", factory)
    agents.approve(olga, agent)
    assert served_by(agent) == ["alpha-1", "alpha-2", "alpha-3"]
    assert machine.knock(made.secret).state is wire.AgentState.APPROVED
    kinds = Event.objects.filter(object_type="Agent").order_by("pk").values_list("kind", "actor")
    assert list(kinds) == [("agent.enrolled", "gw-1"), ("agent.approved", "olga")]


def test_the_same_machine_knocking_again_uses_nothing_up(company: Company) -> None:
    made = agents.create_token(company.root_user, company.factories["alpha"], uses=2)
    machine = Machine()
    assert machine.knock(made.secret) == machine.knock(made.secret)
    made.token.refresh_from_db()
    assert made.token.uses_left == 1
    assert Machine().knock(made.secret).agent != machine.knock(made.secret).agent
    assert Agent.objects.count() == 2
    assert Event.objects.filter(kind="agent.enrolled").count() == 2


def test_a_used_up_token_opens_no_door(company: Company) -> None:
    made = agents.create_token(company.root_user, company.factories["alpha"])
    first = Machine()
    first.knock(made.secret)
    with pytest.raises(Refused) as refused:
        Machine().knock(made.secret)
    assert refused.value.code == "token-invalid"
    assert first.knock(made.secret).state is wire.AgentState.PENDING
    assert Agent.objects.count() == 1


def test_a_token_ends_at_its_time(company: Company, clock: Clock) -> None:
    made = agents.create_token(
        company.root_user, company.factories["alpha"], valid_for=timedelta(hours=1), uses=5
    )
    early = Machine()
    early.knock(made.secret)
    clock.forward(minutes=61)
    with pytest.raises(Refused):
        Machine().knock(made.secret)
    assert early.knock(made.secret).state is wire.AgentState.PENDING


def test_an_unknown_or_cancelled_token_opens_no_door(company: Company) -> None:
    made = agents.create_token(company.root_user, company.factories["alpha"])
    agents.cancel_token(company.root_user, made.token)
    for secret in (made.secret, "guessed", ""):
        with pytest.raises(Refused) as refused:
            Machine().knock(secret)
        assert refused.value.code == "token-invalid"
    assert not Agent.objects.exists()


def test_a_key_replayed_under_another_token_is_refused(company: Company) -> None:
    first = agents.create_token(company.root_user, company.factories["alpha"])
    second = agents.create_token(company.root_user, company.factories["beta"])
    machine = Machine()
    machine.knock(first.secret)
    with pytest.raises(Refused):
        machine.knock(second.secret)
    second.token.refresh_from_db()
    assert second.token.uses_left == 1
    assert Agent.objects.get().node == company.factories["alpha"]


@pytest.mark.parametrize("key", [b"", b"short", b"x" * 33])
def test_a_key_of_another_size_is_refused(company: Company, key: bytes) -> None:
    made = agents.create_token(company.root_user, company.factories["alpha"])
    with pytest.raises(Invalid) as invalid:
        agents.enrol(Machine().request(made.secret, sign_key=key))
    assert invalid.value.code == "key-malformed"


def test_a_trusted_token_lets_in_at_once_and_gives_its_own_targets(company: Company) -> None:
    made = agents.create_token(
        company.root_user,
        company.factories["alpha"],
        auto_approve=True,
        targets=[company.lines["alpha-2"]],
    )
    answer = Machine().knock(made.secret)
    assert answer.state is wire.AgentState.APPROVED
    assert served_by(Agent.objects.get(pk=answer.agent)) == ["alpha-2"]
    event = Event.objects.get(kind="agent.approved")
    assert (event.user, event.agent, event.actor) == (None, None, "Sitewright")


def test_a_second_agent_gets_only_what_nobody_serves(site: Site) -> None:
    company = site.company
    made = agents.create_token(company.root_user, company.factories["alpha"], auto_approve=True)
    Target.objects.filter(pk=company.lines["alpha-3"].pk).update(agent=None)
    answer = Machine().knock(made.secret)
    assert served_by(Agent.objects.get(pk=answer.agent)) == ["alpha-3"]
    assert served_by(site.agent) == ["alpha-1", "alpha-2"]


def test_approving_gives_no_targets_of_another_place(company: Company) -> None:
    olga = company.person("olga", "onboarding-admin", company.factories["alpha"])
    made = agents.create_token(olga, company.factories["alpha"])
    agent = Agent.objects.get(pk=Machine().knock(made.secret).agent)
    with pytest.raises(Invalid) as invalid:
        agents.approve(olga, agent, targets=[company.lines["alpha-1"], company.lines["beta-1"]])
    assert (invalid.value.code, invalid.value.params) == (
        "target-elsewhere",
        {"targets": ["beta-1"]},
    )
    agent.refresh_from_db()
    assert (agent.state, served_by(agent)) == (AgentState.PENDING, [])


def test_targets_taken_over_leave_the_document_of_the_former_agent(site: Site) -> None:
    company = site.company
    instance = site.install(company.revision("alpha-1", company.solution()))
    assert site.workload(instance) is not None
    made = agents.create_token(company.root_user, company.factories["alpha"])
    newcomer = Agent.objects.get(pk=Machine().knock(made.secret).agent)
    agents.approve(company.root_user, newcomer, targets=[company.lines["alpha-1"]])
    assert site.workload(instance) is None
    workload = Site(company, newcomer).workload(instance)
    assert workload is not None
    assert workload.revision_id == instance.current_id


def test_only_who_manages_agents_lets_in_or_shuts_out(site: Site) -> None:
    dora = site.company.person("dora", "deployment-manager", site.company.factories["alpha"])
    site.agent.state = AgentState.PENDING
    site.agent.save()
    with pytest.raises(Denied):
        agents.approve(dora, site.agent)
    with pytest.raises(Denied):
        agents.revoke(dora, site.agent)
    site.agent.refresh_from_db()
    assert site.agent.state == AgentState.PENDING


def test_a_revoked_agent_serves_nothing_and_never_comes_back(site: Site) -> None:
    seq = site.document().seq
    agents.revoke(site.company.root_user, site.agent)
    assert served_by(site.agent) == []
    assert site.document().seq > seq
    for again in (agents.approve, agents.revoke):
        with pytest.raises(Refused) as refused:
            again(site.company.root_user, site.agent)
        assert refused.value.code == "not-from-here"
    assert Event.objects.filter(kind="agent.revoked").count() == 1


def test_a_token_can_be_given_to_a_command(company: Company) -> None:
    made = [agents.create_token(company.root_user, company.factories["alpha"]) for _ in range(80)]
    assert all(one.secret.startswith("swt_") for one in made)
    assert all(one.token.hint in one.secret for one in made)
