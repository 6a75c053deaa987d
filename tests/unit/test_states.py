"""The tables of lives, and the ways through them."""

from itertools import pairwise, product

import pytest

from orchestration import states
from orchestration.states import (
    DEPLOYMENT,
    INSTANCE,
    DeploymentState,
    InstanceState,
    Severity,
    way,
)

S = DeploymentState
# What a screen may call a solution on a line; the list is the product's promise to people.
PORTAL_WORDS = {
    "Configuration pending",
    "Configuration completed",
    "Publish in progress",
    "Publish completed",
    "Publish failed",
    "Staging in progress",
    "Staging failed",
    "Deployment in progress",
    "Deployment completed",
    "Deployment failed",
    "Uninstallation in progress",
    "Uninstallation completed",
    "Uninstallation failed",
}


def reachable(at: str) -> set[str]:
    """All states one may ever come to, by walking the table."""
    found: set[str] = set()
    waiting = [at]
    while waiting:
        for following in DEPLOYMENT[waiting.pop()].to - found:
            found.add(following)
            waiting.append(following)
    return found


@pytest.mark.parametrize("at", DeploymentState)
def test_a_way_uses_only_declared_transitions(at: S) -> None:
    for to in DeploymentState:
        check_way(at, to)


def check_way(at: S, to: S) -> None:
    walked = way(DEPLOYMENT, at, to)
    assert bool(walked) == (at != to and to in reachable(at))
    for here, there in pairwise([at, *walked]):
        assert there in DEPLOYMENT[here].to
    if walked:
        assert walked[-1] == to
        assert not any(DEPLOYMENT[state].final for state in walked[:-1])


@pytest.mark.parametrize(
    ("at", "to", "steps"),
    [
        (S.OFFERED, S.SUCCEEDED, 2),
        (S.DEFERRED, S.STAGING, 2),
        (S.PENDING, S.PENDING, 0),
        (S.SUCCEEDED, S.FAILED, 0),
        (S.VERIFYING, S.STAGING, 0),
    ],
)
def test_a_way_is_the_shortest(at: S, to: S, steps: int) -> None:
    assert len(way(DEPLOYMENT, at, to)) == steps


def test_an_end_is_an_end() -> None:
    final = {state for state, row in DEPLOYMENT.items() if row.final}
    assert final == set(DEPLOYMENT) - set(states.ACTIVE_DEPLOYMENT)
    assert set(states.FAILED_DEPLOYMENT) < final
    assert final - set(states.FAILED_DEPLOYMENT) == {
        S.SUCCEEDED,
        S.ALREADY_CURRENT,
        S.CANCELLED,
        S.SUPERSEDED,
    }


def test_every_state_that_is_not_final_can_run_out_of_time() -> None:
    for state in states.ACTIVE_DEPLOYMENT:
        assert S.TIMED_OUT in DEPLOYMENT[state].to, state


def test_nothing_is_cancelled_once_the_line_changes() -> None:
    assert set(states.CANCELLABLE_DEPLOYMENT) == {
        S.PENDING,
        S.RELEASED,
        S.OFFERED,
        S.DEFERRED,
        S.STAGING,
        S.STAGED,
    }


def test_failures_are_loud_and_successes_quiet() -> None:
    for state in states.FAILED_DEPLOYMENT:
        assert DEPLOYMENT[state].severity is Severity.DANGER
    for state in (S.SUCCEEDED, S.ALREADY_CURRENT):
        assert DEPLOYMENT[state].severity is Severity.QUIET


def test_a_solution_on_a_line_has_a_word_people_know() -> None:
    for state, pending in product(InstanceState, (False, True)):
        assert states.instance_word(state, configuration_pending=pending).label in PORTAL_WORDS


def test_trouble_and_movement_are_said_before_what_is_pending() -> None:
    for state in InstanceState:
        word = states.instance_word(state, configuration_pending=True)
        if INSTANCE[state].severity is Severity.QUIET:
            assert word == states.CONFIGURATION_PENDING
        else:
            assert word == INSTANCE[state].word


def test_a_place_is_pending_or_up_to_date() -> None:
    assert states.place_word(pending=True).label == "Configuration pending"
    assert states.place_word(pending=False).label == "Configuration up to date"
