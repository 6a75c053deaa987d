"""Programs outlive the agent, and the agent brings back what died."""

from __future__ import annotations

import os
import signal

from tests.integration.agent.site import Site, program, service, sleeper
from tests.integration.agent.stand_in import StandInControlPlane, free_port


def installed(plane: StandInControlPlane, site: Site, *arguments: str) -> dict[int, str]:
    plane.order(1, sleeper())
    site.start(*arguments)
    plane.await_state(1, 1, "Committed")
    return site.programs(1)


def last_health(plane: StandInControlPlane) -> tuple[str, str | None] | None:
    if not plane.heartbeats or not plane.heartbeats[-1].health:
        return None
    health = plane.heartbeats[-1].health[0]
    return health.state.value, health.detail


def test_programs_outlive_a_stopped_agent(plane: StandInControlPlane, site: Site) -> None:
    before = installed(plane, site)
    assert site.stop() == 0
    assert site.programs(1) == before
    site.start()
    plane.heartbeats.clear()
    plane.wait(lambda: last_health(plane) == ("running", None))
    assert site.programs(1) == before


def test_programs_outlive_a_killed_agent(plane: StandInControlPlane, site: Site) -> None:
    before = installed(plane, site)
    site.kill()
    site.start()
    plane.order(1, sleeper(), revision_id=1)
    plane.await_state(1, 2, "Committed")
    assert site.programs(1) == before


def test_an_agent_told_to_stops_its_programs_and_starts_them_again(
    plane: StandInControlPlane, site: Site
) -> None:
    before = installed(plane, site, "--stop-workloads-on-exit")
    assert site.stop() == 0
    assert site.programs() == {}
    plane.stop()
    site.start()
    plane.wait(lambda: site.revisions(1) == ["1.0.0.1"])
    assert site.programs(1) != before


def test_a_crashed_program_is_started_again_and_told(
    plane: StandInControlPlane, site: Site
) -> None:
    (pid,) = installed(plane, site)
    plane.heartbeats.clear()
    os.kill(pid, signal.SIGKILL)
    plane.wait(lambda: any(b.health[0].state == "failed" for b in plane.heartbeats if b.health))
    told = next(b.health[0] for b in plane.heartbeats if b.health and b.health[0].state == "failed")
    assert told.detail == "service: the program ended with code -9"
    plane.wait(lambda: last_health(plane) == ("running", None))
    assert site.revisions(1) == ["1.0.0.1"]
    assert pid not in site.programs(1)


def test_a_program_found_dead_at_start_is_started_without_the_control_plane(
    plane: StandInControlPlane, site: Site
) -> None:
    (pid,) = installed(plane, site)
    site.kill()
    os.kill(pid, signal.SIGKILL)
    plane.stop()
    site.start()
    plane.wait(lambda: site.revisions(1) == ["1.0.0.1"])


def test_a_program_that_runs_but_does_not_answer_is_told(
    plane: StandInControlPlane, site: Site
) -> None:
    plane.order(1, service(free_port()))
    site.start()
    plane.await_state(1, 1, "Committed")
    (pid,) = site.programs(1)
    os.kill(pid, signal.SIGSTOP)
    plane.wait(lambda: (last_health(plane) or ("",))[0] == "failed", within=40)
    os.kill(pid, signal.SIGCONT)
    plane.wait(lambda: (last_health(plane) or ("",))[0] == "running", within=40)
    assert list(site.programs(1)) == [pid]


def test_a_program_that_ignores_the_signal_is_ended_with_its_children(
    plane: StandInControlPlane, site: Site
) -> None:
    stubborn = "trap '' TERM; sleep 1000 & sleep 1000"
    plane.order(1, program("sh", "-c", stubborn, stopTimeout=0.3))
    site.start()
    plane.await_state(1, 1, "Committed")
    assert len(site.programs(1)) >= 2
    plane.order(1, None)
    plane.await_state(1, 2, "Removed")
    assert site.programs() == {}


def test_two_agents_never_share_a_data_directory(plane: StandInControlPlane, site: Site) -> None:
    installed(plane, site)
    second = Site(site.data, plane)
    second.start()
    plane.wait(lambda: second.ended() is not None)
    assert second.ended() == 1
    assert "another agent works with" in site.log()
