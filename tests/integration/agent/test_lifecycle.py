"""Install, upgrade, fail, revert, remove: real programs, a strict control plane."""

from __future__ import annotations

import urllib.request

from tests.integration.agent.site import Site, program, service, sleeper
from tests.integration.agent.stand_in import StandInControlPlane, free_port

WHOLE_WAY = ["Received", "Staging", "Staged", "Applying", "Verifying", "Committed"]


def read(port: int, path: str) -> str:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}") as answer:
        text: str = answer.read().decode()
        return text


def test_a_service_runs_with_the_values_it_was_given(
    plane: StandInControlPlane, site: Site
) -> None:
    port = free_port()
    plane.order(1, service(port, Speed=85))
    site.start()
    report = plane.await_state(1, 1, "Committed")
    assert plane.states(1) == WHOLE_WAY
    assert report.observed_revision_id == report.revision_id == 1
    assert [(step.key, step.component, step.status) for step in report.steps] == [
        ("stage", None, "succeeded"),
        ("apply", "service", "succeeded"),
        ("verify", "service", "succeeded"),
    ]
    assert "85" in read(port, "/")
    assert "1.0.0.1" in read(port, "/")
    assert "Line 1" in read(port, "/")


def test_an_upgrade_replaces_the_program(plane: StandInControlPlane, site: Site) -> None:
    port = free_port()
    plane.order(1, service(port, Speed=85))
    site.start()
    plane.await_state(1, 1, "Committed")
    plane.order(1, service(port, Speed=90))
    plane.await_state(1, 2, "Committed")
    assert "90" in read(port, "/config")
    assert site.revisions(1) == ["1.0.0.2"]


def test_the_same_revision_again_restarts_nothing(plane: StandInControlPlane, site: Site) -> None:
    plane.order(1, sleeper(), revision_id=7)
    site.start()
    plane.await_state(1, 1, "Committed")
    before = site.programs(1)
    plane.order(1, sleeper(), revision_id=7)
    plane.await_state(1, 2, "Committed")
    assert site.programs(1) == before


def test_a_failing_upgrade_goes_back_and_says_why(plane: StandInControlPlane, site: Site) -> None:
    port = free_port()
    plane.order(1, service(port, Speed=85))
    site.start()
    plane.await_state(1, 1, "Committed")
    plane.order(1, service(port, timeout=2, Speed=90, FailHealth=True))
    report = plane.await_state(1, 2, "Reverted")
    assert plane.states(1, 2)[-3:] == ["Verifying", "Reverting", "Reverted"]
    assert report.observed_revision_id == 1
    assert report.failure is not None
    assert (report.failure.phase, report.failure.code) == ("verify", "unhealthy")
    assert "answers 500" in report.failure.message
    assert "serving on" in report.failure.log_tail
    assert "85" in read(port, "/config")
    assert site.revisions(1) == ["1.0.0.1"]


def test_a_failing_first_install_leaves_nothing_behind(
    plane: StandInControlPlane, site: Site
) -> None:
    plane.order(1, program("sh", "-c", "echo no good; exit 3"))
    site.start()
    report = plane.await_state(1, 1, "Failed")
    assert report.failure is not None
    assert report.failure.message == "the program ended with code 3"
    assert report.failure.log_tail == "no good\n"
    assert report.failure.component == "service"
    assert report.observed_revision_id is None
    assert site.programs() == {}
    assert list((site.data / "instances" / "1").iterdir()) == []


def test_a_removal_stops_and_forgets(plane: StandInControlPlane, site: Site) -> None:
    plane.order(1, sleeper())
    site.start()
    plane.await_state(1, 1, "Committed")
    plane.order(1, None)
    report = plane.await_state(1, 2, "Removed")
    assert plane.states(1, 2) == ["Received", "Removing", "Removed"]
    assert report.observed_revision_id is None
    assert site.programs() == {}
    assert not (site.data / "instances" / "1").exists()


def test_several_instances_live_side_by_side(plane: StandInControlPlane, site: Site) -> None:
    for instance in (1, 2, 3):
        plane.order(instance, sleeper({"n": instance}), instance_name="same name")
    site.start()
    for instance in (1, 2, 3):
        plane.await_state(instance, 1, "Committed")
    assert len(site.programs()) == 3
    plane.order(2, None)
    plane.await_state(2, 2, "Removed")
    assert (site.revisions(1), site.revisions(2), site.revisions(3)) == (
        ["1.0.0.1"], [], ["1.0.0.1"],
    )  # fmt: skip


def test_a_component_that_is_gone_is_removed(plane: StandInControlPlane, site: Site) -> None:
    two = sleeper()
    two["components"].append({**two["components"][0], "name": "second"})
    plane.order(1, two)
    site.start()
    plane.await_state(1, 1, "Committed")
    assert len(site.programs(1)) == 2
    plane.order(1, sleeper())
    plane.await_state(1, 2, "Committed")
    assert site.revisions(1) == ["1.0.0.2"]


def test_an_instance_no_longer_named_is_left_running(
    plane: StandInControlPlane, site: Site
) -> None:
    plane.order(1, sleeper())
    site.start()
    plane.await_state(1, 1, "Committed")
    del plane.workloads[1]
    plane.publish()
    plane.wait(lambda: plane.heartbeats[-1].seq == plane.seq)
    health = plane.wait(lambda: plane.heartbeats[-1].health)
    assert (health[0].state, health[0].detail) == ("unknown", "not-listed")
    assert site.revisions(1) == ["1.0.0.1"]


def test_a_component_without_a_driver_is_refused_untouched(
    plane: StandInControlPlane, site: Site
) -> None:
    content = sleeper()
    content["components"].append({"name": "chart", "type": "helm.v3", "properties": {}})
    plane.order(1, content)
    site.start()
    report = plane.await_state(1, 1, "Failed")
    assert report.failure is not None
    assert (report.failure.phase, report.failure.code) == ("validate", "unknown-type")
    assert report.failure.component == "chart"
    assert site.programs() == {}


def test_an_order_past_its_deadline_is_rejected(plane: StandInControlPlane, site: Site) -> None:
    plane.order(1, sleeper(), deadline=plane.document(1).issued_at - plane.valid_for)
    site.start()
    report = plane.await_state(1, 1, "Rejected")
    assert report.failure is not None
    assert report.failure.code == "deadline-passed"
    assert site.programs() == {}


def test_a_newer_order_overtakes_one_that_is_under_way(
    plane: StandInControlPlane, site: Site
) -> None:
    plane.order(1, sleeper())
    site.start()
    plane.await_state(1, 1, "Applying")
    plane.order(1, sleeper({"n": 2}))
    plane.order(1, sleeper({"n": 3}))
    plane.await_state(1, 3, "Committed")
    assert site.revisions(1) == ["1.0.0.3"]
    assert plane.states(1, 1)[-1] == "Committed"
