"""How an agent proves who it is."""

import pytest

from orchestration.models import Agent
from orchestration.services import agent_sessions, agents
from orchestration.services.errors import Refused
from tests.integration.conftest import Company
from tests.integration.services.knocking import Machine
from tests.integration.services.site import Clock


def enrolled(company: Company, *, approve: bool = True) -> tuple[Machine, int]:
    made = agents.create_token(company.root_user, company.factories["alpha"], auto_approve=approve)
    machine = Machine()
    return machine, machine.knock(made.secret).agent


def code_of_opening(machine: Machine, agent: int, challenge: str | None = None) -> str:
    with pytest.raises(Refused) as refused:
        agent_sessions.open_session(machine.session_request(agent, challenge))
    return refused.value.code


def test_a_signed_challenge_opens_a_session(company: Company) -> None:
    machine, agent = enrolled(company)
    answer = agent_sessions.open_session(machine.session_request(agent))
    assert agent_sessions.agent_for(answer.access_token).pk == agent
    assert answer.expires_in == 900


def test_a_session_ends_after_its_time(company: Company, clock: Clock) -> None:
    machine, agent = enrolled(company)
    answer = agent_sessions.open_session(machine.session_request(agent))
    clock.forward(seconds=answer.expires_in - 1)
    assert agent_sessions.agent_for(answer.access_token).pk == agent
    clock.forward(seconds=2)
    with pytest.raises(Refused) as refused:
        agent_sessions.agent_for(answer.access_token)
    assert refused.value.code == "session-expired"


def test_a_challenge_ends_after_two_minutes(company: Company, clock: Clock) -> None:
    machine, agent = enrolled(company)
    challenge = agent_sessions.challenge(agent).challenge
    clock.forward(seconds=121)
    assert code_of_opening(machine, agent, challenge) == "challenge-invalid"


def test_another_key_opens_nothing(company: Company) -> None:
    _, agent = enrolled(company)
    assert code_of_opening(Machine(), agent) == "challenge-invalid"


def test_a_challenge_is_for_one_agent(company: Company) -> None:
    machine, agent = enrolled(company)
    _, other = enrolled(company)
    challenge = agent_sessions.challenge(other).challenge
    assert code_of_opening(machine, agent, challenge) == "challenge-invalid"


def test_an_unknown_agent_gets_a_challenge_and_the_same_refusal(company: Company) -> None:
    assert agent_sessions.challenge(4711).challenge
    assert code_of_opening(Machine(), 4711) == "challenge-invalid"


@pytest.mark.parametrize("challenge", ["made-up", "a:b:c", ":", "é:é:é"])
def test_a_made_up_challenge_is_refused(company: Company, challenge: str) -> None:
    machine, agent = enrolled(company)
    assert code_of_opening(machine, agent, challenge) == "challenge-invalid"


def test_a_challenge_is_no_token_and_a_token_no_challenge(company: Company) -> None:
    machine, agent = enrolled(company)
    challenge = agent_sessions.challenge(agent).challenge
    with pytest.raises(Refused) as refused:
        agent_sessions.agent_for(challenge)
    assert refused.value.code == "session-expired"
    token = agent_sessions.open_session(machine.session_request(agent)).access_token
    assert code_of_opening(machine, agent, token) == "challenge-invalid"


def test_who_waits_in_the_lobby_gets_no_session(company: Company) -> None:
    machine, agent = enrolled(company, approve=False)
    assert code_of_opening(machine, agent) == "agent-pending"


def test_revoking_ends_open_sessions_at_once(company: Company) -> None:
    machine, agent = enrolled(company)
    token = agent_sessions.open_session(machine.session_request(agent)).access_token
    agents.revoke(company.root_user, Agent.objects.get(pk=agent))
    with pytest.raises(Refused) as refused:
        agent_sessions.agent_for(token)
    assert refused.value.code == "agent-revoked"
    assert code_of_opening(machine, agent) == "agent-revoked"


def test_a_removed_agent_has_no_session(company: Company) -> None:
    machine, agent = enrolled(company)
    token = agent_sessions.open_session(machine.session_request(agent)).access_token
    Agent.objects.filter(pk=agent).delete()
    with pytest.raises(Refused) as refused:
        agent_sessions.agent_for(token)
    assert refused.value.code == "session-expired"
