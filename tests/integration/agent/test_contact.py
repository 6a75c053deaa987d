"""Enrolment, sessions, wake-ups, and a control plane that goes away and comes back."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from agent import wire
from agent.signing import fingerprint
from tests.integration.agent.site import ROOT, Site, sleeper
from tests.integration.agent.stand_in import TOKEN, Answer, StandInControlPlane, problem


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "agent", *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


def test_enrolling_shows_the_words_the_approver_sees(
    plane: StandInControlPlane, site: Site
) -> None:
    enrol = ["enroll", "--server", plane.url, "--token", TOKEN, "--data", str(site.data)]
    first, second = run(*enrol), run(*enrol)
    assert first.returncode == second.returncode == 0
    assert first.stdout == second.stdout
    assert first.stdout == f"agent 1, fingerprint {fingerprint(plane.members[1].key)}\n"
    assert plane.calls == ["POST enroll"]
    keys = site.data / "identity" / "sign.key"
    assert keys.stat().st_mode & 0o777 == 0o600


def test_a_bad_token_is_said_and_ends_the_agent(plane: StandInControlPlane, site: Site) -> None:
    done = run("run", "--server", plane.url, "--token", "wrong", "--data", str(site.data))
    assert done.returncode == 1
    assert "token-invalid" in done.stderr


def test_running_without_enrolment_says_what_to_do(site: Site) -> None:
    done = run("run", "--data", str(site.data))
    assert done.returncode == 1
    assert "give --server and --token" in done.stderr


def test_an_agent_waits_in_the_lobby(plane: StandInControlPlane, site: Site) -> None:
    plane.auto_approve = False
    plane.order(1, sleeper())
    site.start()
    plane.wait(lambda: "waiting in the lobby" in site.log())
    assert "GET desired" not in plane.calls
    plane.members[1].state = wire.AgentState.APPROVED
    plane.await_state(1, 1, "Committed")


def test_a_revoked_agent_leaves_everything_running(plane: StandInControlPlane, site: Site) -> None:
    plane.order(1, sleeper())
    site.start()
    plane.await_state(1, 1, "Committed")
    plane.members[1].state = wire.AgentState.REVOKED
    plane.order(1, sleeper({"n": 2}))
    plane.wait(lambda: "was revoked" in site.log())
    assert site.revisions(1) == ["1.0.0.1"]


def test_an_agent_waits_for_a_control_plane_that_is_not_there_yet(
    plane: StandInControlPlane, site: Site
) -> None:
    plane.stop()
    plane.order(1, sleeper())
    site.start()
    plane.wait(lambda: "cannot enrol yet" in site.log())
    plane.start()
    plane.await_state(1, 1, "Committed")


def test_reports_wait_for_a_control_plane_that_went_away(
    plane: StandInControlPlane, site: Site
) -> None:
    plane.order(1, sleeper())
    plane.answer_first = lambda name: Answer(503) if name == "reports" else None
    site.start()
    plane.wait(lambda: site.revisions(1) == ["1.0.0.1"])
    plane.stop()
    site.kill()
    site.start()
    plane.answer_first = lambda _: None
    plane.start()
    plane.await_state(1, 1, "Committed")
    assert plane.states(1)[0] == "Received"
    sequences = [report.sequence for report in plane.reports]
    assert sequences == list(range(1, len(sequences) + 1))


def test_a_restarted_control_plane_gets_its_agent_back(
    plane: StandInControlPlane, site: Site
) -> None:
    plane.order(1, sleeper())
    site.start()
    plane.await_state(1, 1, "Committed")
    plane.stop()
    plane.forget_sessions()
    plane.order(1, sleeper({"n": 2}))
    assert site.revisions(1) == ["1.0.0.1"]
    plane.start()
    plane.await_state(1, 2, "Committed")


def test_a_session_that_ends_early_is_opened_again(plane: StandInControlPlane, site: Site) -> None:
    site.start()
    plane.wait(lambda: plane.heartbeats)
    plane.forget_sessions()
    plane.order(1, sleeper())
    plane.await_state(1, 1, "Committed")


def test_hints_wake_the_agent_up(plane: StandInControlPlane, site: Site) -> None:
    site.start()
    plane.wait(lambda: "SOCKET hints" in plane.calls)
    plane.wait(lambda: plane.calls.count("GET desired") >= 2)
    plane.order(1, sleeper())
    # Far sooner than the next poll, which is a minute away while the socket is open.
    plane.wait(lambda: plane.states(1), within=5)


def test_repeated_old_and_broken_hints_do_no_harm(plane: StandInControlPlane, site: Site) -> None:
    plane.more_hints = [
        '{"desired":1}',
        "{",
        "[]",
        '{"desired":"x"}',
        '{"news":1}',
        '{"interval":1}',
    ]
    site.start()
    plane.wait(lambda: "SOCKET hints" in plane.calls)
    plane.order(1, sleeper())
    plane.await_state(1, 1, "Committed")
    plane.order(1, sleeper({"n": 2}))
    plane.await_state(1, 2, "Committed")
    assert plane.calls.count("SOCKET hints") == 1
    assert [state for state in plane.states(1) if state == "Received"] == ["Received"] * 2


def test_without_the_socket_a_held_question_wakes_the_agent_up(
    plane: StandInControlPlane, site: Site
) -> None:
    plane.sockets_work = False
    site.start()
    plane.wait(lambda: plane.calls.count("GET desired") >= 2)
    plane.order(1, sleeper())
    plane.wait(lambda: plane.states(1), within=5)
    assert "SOCKET hints" not in plane.calls


def test_an_agent_comes_back_when_it_was_told_to(plane: StandInControlPlane, site: Site) -> None:
    turned_away = [Answer(503, headers={"Retry-After": "2"})]
    plane.answer_first = lambda _: turned_away.pop() if turned_away else None
    site.start()
    plane.wait(lambda: plane.calls)
    with pytest.raises(AssertionError, match="in vain"):
        plane.wait(lambda: len(plane.calls) > 1, within=1.5)
    plane.wait(lambda: plane.heartbeats)


def test_reports_the_control_plane_rejects_are_dropped(
    plane: StandInControlPlane, site: Site
) -> None:
    plane.order(1, sleeper())
    site.start()
    plane.await_state(1, 1, "Committed")
    plane._highest[1] = (2, 10**6)
    plane.order(1, sleeper({"n": 2}))
    plane.wait(lambda: "was not taken: stale" in site.log())
    plane._highest.clear()
    plane.order(1, sleeper({"n": 3}))
    plane.await_state(1, 3, "Committed")


def test_one_report_that_cannot_be_read_does_not_hold_up_the_others(
    plane: StandInControlPlane, site: Site
) -> None:
    plane.order(1, sleeper())
    plane.chokes_on = lambda report: report.state is wire.ReportState.STAGED
    site.start()
    plane.await_state(1, 1, "Committed")
    assert plane.states(1) == ["Received", "Staging", "Applying", "Verifying", "Committed"]
    assert "cannot be read there" in site.log()


def test_a_page_of_a_proxy_is_no_answer(plane: StandInControlPlane, site: Site) -> None:
    plane.order(1, sleeper())
    strange = [
        Answer(200, b"<html>Sign in to the guest network</html>"),
        Answer(403, b"<html>Blocked</html>"),
        Answer(302, headers={"Location": "http://example.invalid/"}),
        problem(500, "server-error"),
    ]
    plane.answer_first = lambda _: strange.pop() if strange else None
    site.start()
    plane.await_state(1, 1, "Committed")


def test_the_status_says_what_runs(plane: StandInControlPlane, site: Site) -> None:
    plane.order(1, sleeper())
    site.start()
    plane.await_state(1, 1, "Committed")
    told = run("status", "--data", str(site.data))
    assert told.stdout == "Line 1/instance-1: Committed, runs 1.0.0.1, wanted 1.0.0.1\n"
    rows = json.loads(run("status", "--data", str(site.data), "--json").stdout)
    assert rows[0]["state"] == "Committed"
    assert run("status", "--data", str(site.data / "nowhere")).returncode == 1
