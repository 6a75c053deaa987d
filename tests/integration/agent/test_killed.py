"""The agent is killed at every named point; after its restart the site is right and says so."""

from __future__ import annotations

import signal
from itertools import pairwise

import pytest

from agent import failpoints
from agent.clock import Clock
from agent.failpoints import after, before
from agent.journal import Journal
from agent.life import NEXT, Life
from tests.integration.agent.site import Site, program, sleeper
from tests.integration.agent.stand_in import StandInControlPlane

INSTALL = (
    failpoints.CONTENT_SAVED,
    failpoints.COMPONENT_RECORDED,
    failpoints.CONFIGURATION_WRITTEN,
    failpoints.PROGRAM_STARTED,
    failpoints.REPORTS_SENT,
    *(
        point(state)
        for state in (
            Life.RECEIVED,
            Life.VALIDATED,
            Life.STAGING,
            Life.STAGED,
            Life.SNAPSHOT,
            Life.APPLYING,
            Life.VERIFYING,
            Life.COMMITTED,
        )
        for point in (before, after)
    ),
)
GO_BACK = (
    failpoints.PROGRAM_STOPPED,
    *(point(state) for state in (Life.REVERTING, Life.REVERTED) for point in (before, after)),
)
CANNOT_GO_BACK = (before(Life.REVERT_FAILED), after(Life.REVERT_FAILED))
FAIL = (before(Life.FAILED), after(Life.FAILED))
REJECT = (before(Life.REJECTED), after(Life.REJECTED))
REMOVE = tuple(point(state) for state in (Life.REMOVING, Life.REMOVED) for point in (before, after))
BROKEN = program("sh", "-c", "exit 3")


def die_and_return(plane: StandInControlPlane, site: Site, point: str) -> None:
    site.start(failpoint=f"{point}=kill")
    plane.wait(lambda: site.ended() is not None)
    assert site.ended() == -signal.SIGKILL, site.log()
    site.start()


def install(plane: StandInControlPlane, site: Site) -> None:
    plane.order(1, sleeper({"n": 1}))
    site.start()
    plane.await_state(1, 1, "Committed")
    site.stop()


def check_story(plane: StandInControlPlane, site: Site) -> None:
    """What was reported is in order, and the journal holds only transitions of the table."""
    told = [(report.generation, report.sequence) for report in plane.reports]
    assert told == sorted(set(told))
    site.stop()
    journal = Journal(site.data / "journal.sqlite", Clock())
    states = journal.transitions(1)
    journal.close()
    for (generation, state), (following, to) in pairwise(states):
        assert following > generation or to in NEXT[state]


def test_every_point_is_tried() -> None:
    tried = {*INSTALL, *GO_BACK, *CANNOT_GO_BACK, *FAIL, *REJECT, *REMOVE}
    assert tried == set(failpoints.POINTS)


@pytest.mark.parametrize("point", INSTALL)
def test_an_install_is_finished(plane: StandInControlPlane, site: Site, point: str) -> None:
    plane.order(1, sleeper())
    die_and_return(plane, site, point)
    report = plane.await_state(1, 1, "Committed")
    assert report.observed_revision_id == 1
    assert site.revisions(1) == ["1.0.0.1"]
    check_story(plane, site)
    assert site.revisions(1) == ["1.0.0.1"]


@pytest.mark.parametrize("point", GO_BACK)
def test_going_back_is_finished(plane: StandInControlPlane, site: Site, point: str) -> None:
    install(plane, site)
    plane.order(1, BROKEN)
    die_and_return(plane, site, point)
    report = plane.await_state(1, 2, "Reverted")
    assert report.observed_revision_id == 1
    assert report.failure is not None
    # An agent that did not start the program itself cannot know the code.
    assert report.failure.message.startswith("the program ended")
    assert site.revisions(1) == ["1.0.0.1"]
    check_story(plane, site)


@pytest.mark.parametrize("point", CANNOT_GO_BACK)
def test_a_failed_way_back_is_told(plane: StandInControlPlane, site: Site, point: str) -> None:
    script = site.data.parent / "service.sh"
    script.write_text("exec sleep 1000")
    plane.order(1, program("sh", str(script)))
    site.start()
    plane.await_state(1, 1, "Committed")
    site.stop()
    script.unlink()
    plane.order(1, BROKEN)
    die_and_return(plane, site, point)
    report = plane.await_state(1, 2, "RevertFailed")
    assert report.observed_revision_id is None
    assert report.failure is not None
    assert report.failure.phase == "revert"
    assert site.programs() == {}
    check_story(plane, site)


@pytest.mark.parametrize("point", FAIL)
def test_a_failure_is_told(plane: StandInControlPlane, site: Site, point: str) -> None:
    plane.order(1, BROKEN)
    die_and_return(plane, site, point)
    report = plane.await_state(1, 1, "Failed")
    assert report.failure is not None
    assert report.failure.code == "ended"
    assert site.programs() == {}
    check_story(plane, site)


@pytest.mark.parametrize("point", REJECT)
def test_a_rejection_is_told(plane: StandInControlPlane, site: Site, point: str) -> None:
    plane.order(1, sleeper(), deadline=plane.document(1).issued_at - plane.valid_for)
    die_and_return(plane, site, point)
    plane.await_state(1, 1, "Rejected")
    assert site.programs() == {}
    check_story(plane, site)


@pytest.mark.parametrize("point", REMOVE)
def test_a_removal_is_finished(plane: StandInControlPlane, site: Site, point: str) -> None:
    install(plane, site)
    plane.order(1, None)
    die_and_return(plane, site, point)
    plane.await_state(1, 2, "Removed")
    assert site.programs() == {}
    assert not (site.data / "instances" / "1").exists()
    check_story(plane, site)


def test_work_that_keeps_killing_the_agent_is_given_up(
    plane: StandInControlPlane, site: Site
) -> None:
    install(plane, site)
    plane.order(1, sleeper({"n": 2}))
    for _ in range(3):
        site.start(failpoint=f"{before(Life.VERIFYING)}=kill")
        plane.wait(lambda: site.ended() is not None)
    site.start()
    report = plane.await_state(1, 2, "Reverted")
    assert report.failure is not None
    assert report.failure.code == "interrupted"
    assert site.revisions(1) == ["1.0.0.1"]
