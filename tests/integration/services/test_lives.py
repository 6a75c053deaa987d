"""The only writer of a state, and the audit trail it leaves."""

import pytest

from orchestration.models import Agent, Event
from orchestration.services import events
from orchestration.services.errors import Refused, Stale
from orchestration.services.events import source_address
from orchestration.services.lives import move
from orchestration.states import AgentState
from tests.integration.services.site import Site


def test_of_two_who_move_the_same_row_one_wins(site: Site) -> None:
    one, two = Agent.objects.get(pk=site.agent.pk), Agent.objects.get(pk=site.agent.pk)
    move(one, AgentState.REVOKED, name="gone")
    with pytest.raises(Stale) as stale:
        move(two, AgentState.REVOKED, name="other")
    assert stale.value.params == {"state": "Approved", "to": "Revoked"}
    assert two.state == AgentState.APPROVED
    one.refresh_from_db()
    assert (one.state, one.name) == (AgentState.REVOKED, "gone")


def test_what_the_table_does_not_hold_is_refused(site: Site) -> None:
    with pytest.raises(Refused) as refused:
        move(site.agent, AgentState.PENDING)
    assert refused.value.code == "not-from-here"
    site.agent.refresh_from_db()
    assert site.agent.state == AgentState.APPROVED


def test_an_event_outlives_whom_it_names(site: Site) -> None:
    person = site.company.person("dana")
    person.first_name, person.last_name = "Dana", "Scully"
    person.save()
    source_address.set("192.0.2.7")
    event = events.record("line.stopped", site.agent, site.agent.node, person, why="test")
    source_address.set(None)
    person.delete()
    event.refresh_from_db()
    assert (event.user, event.actor, event.address) == (None, "Dana Scully", "192.0.2.7")
    assert (event.object_type, event.object_name) == ("Agent", "agent-alpha")
    assert event.context == site.company.context


def test_an_event_names_the_agent_or_the_product(site: Site) -> None:
    by_agent = events.record("line.stopped", site.agent, None, site.agent)
    by_nobody = events.record("line.stopped", site.agent, None, None, outcome="failed")
    assert (by_agent.actor, by_agent.agent, by_agent.user) == ("agent-alpha", site.agent, None)
    assert (by_nobody.actor, by_nobody.agent, by_nobody.outcome) == ("Sitewright", None, "failed")
    assert Event.objects.filter(kind="line.stopped").count() == 2
