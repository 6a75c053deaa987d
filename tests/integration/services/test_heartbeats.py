"""Signs of life, and how the workloads feel."""

from dataclasses import replace

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from agent import wire
from orchestration.models import Agent, Event, SolutionInstance
from orchestration.services import heartbeats
from tests.integration.services.site import Clock, Site, mixer


@pytest.fixture
def health(site: Site) -> wire.InstanceHealth:
    """What the agent says of an instance that runs."""
    instance = site.install(site.company.revision("alpha-1", mixer(site.company)))
    return wire.InstanceHealth(
        instance=instance.pk,
        revision_id=instance.current_id,
        generation=instance.generation,
        state=wire.HealthState.RUNNING,
        since=None,
        detail=None,
    )


def changes() -> list[tuple[str | None, str]]:
    events = Event.objects.filter(kind="instance.health").order_by("pk")
    return [(event.params["before"], event.params["after"]) for event in events]


def test_a_beat_says_that_the_agent_is_there(site: Site, clock: Clock) -> None:
    answer = site.beat()
    assert answer == wire.HeartbeatAnswer(server_time=clock.now(), interval=heartbeats.INTERVAL)
    assert Agent.objects.get(pk=site.agent.pk).last_seen_at == clock.now()
    assert not Event.objects.filter(agent=site.agent).exists()


def test_a_change_of_health_is_recorded_once(site: Site, health: wire.InstanceHealth) -> None:
    failed = replace(health, state=wire.HealthState.FAILED, detail="exited with code 3")
    unknown = replace(health, state=wire.HealthState.UNKNOWN, detail="Verifying")
    for said in (unknown, health, health, unknown, failed, failed, unknown, failed, health):
        site.beat(said)
    assert changes() == [("running", "failed"), ("failed", "running")]


def test_another_detail_is_shown_and_not_recorded(site: Site, health: wire.InstanceHealth) -> None:
    site.beat(replace(health, detail="up 1 min"))
    site.beat(replace(health, detail="up 2 min"))
    assert SolutionInstance.objects.get().health["detail"] == "up 2 min"
    assert changes() == []


def test_nobody_speaks_for_instances_of_others(site: Site, health: wire.InstanceHealth) -> None:
    other = Site(site.company, site.company.agent("beta"))
    other.beat(replace(health, state=wire.HealthState.FAILED))
    other.beat(replace(health, instance=4711))
    assert SolutionInstance.objects.get().health == {}
    assert changes() == []


def test_one_beat_may_tell_of_many(site: Site, health: wire.InstanceHealth) -> None:
    second = site.install(site.company.revision("alpha-2", mixer(site.company)))
    site.beat(health, replace(health, instance=second.pk, state=wire.HealthState.STOPPED))
    states = SolutionInstance.objects.order_by("pk").values_list("health__state", flat=True)
    assert list(states) == ["running", "stopped"]


def test_a_beat_takes_the_agent_last(site: Site, health: wire.InstanceHealth) -> None:
    with CaptureQueriesContext(connection) as taken:
        site.beat(health)
    written = [query["sql"].split()[1] for query in taken if query["sql"].startswith("UPDATE")]
    assert written == [
        '"orchestration_deployment"',
        '"orchestration_solutioninstance"',
        '"orchestration_agent"',
    ], "a worker locks in this order; the other way round they would wait for each other"
