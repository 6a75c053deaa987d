"""Many simulated agents in one process speak the real protocol."""

from __future__ import annotations

import signal
import subprocess
import sys

from tests.integration.agent.site import ROOT
from tests.integration.agent.stand_in import TOKEN, StandInControlPlane


def simulate(plane: StandInControlPlane, token: str, count: int) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "agent.simulate", "--server", plane.url, "--token", token]
    return subprocess.Popen([*command, "--count", str(count)], cwd=ROOT, stderr=subprocess.PIPE)


def test_simulated_agents_apply_what_is_wanted(plane: StandInControlPlane) -> None:
    component = {"name": "a", "type": "mock", "properties": {"delays": {"apply": 0.1}}}
    plane.order(1, {"components": [component], "configuration": {}})
    running = simulate(plane, TOKEN, 5)
    # The stand-in offers every agent the same order; each one fetches and begins it.
    plane.wait(lambda: len(plane.members) == 5)
    plane.wait(lambda: plane.calls.count(f"GET content/{plane.workloads[1].digest}") == 5)
    plane.await_state(1, 1, "Committed")
    running.send_signal(signal.SIGINT)
    running.communicate(timeout=20)
    assert running.returncode == 0


def test_a_simulation_that_is_not_let_in_says_so(plane: StandInControlPlane) -> None:
    running = simulate(plane, "wrong", 3)
    _, said = running.communicate(timeout=20)
    assert running.returncode == 1
    assert b"token-invalid" in said
