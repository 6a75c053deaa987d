"""Due deployments: offered, held, put aside, given up."""

import logging
from datetime import datetime
from typing import Any

import pytest

from orchestration.models import Deployment, SolutionInstance, Target
from orchestration.services import agents, deployments, dispatch, rollouts, sweep
from orchestration.services.deployments import LOOK_AGAIN
from orchestration.services.rollouts import PLAIN_POLICY
from orchestration.states import DeploymentState as S
from orchestration.states import InstanceState, RolloutState
from tests.integration.conftest import Company
from tests.integration.services.site import Clock, Site, W, mixer

POLICY: Any = PLAIN_POLICY
TIMES: dict[str, int] = POLICY["timeouts"]


def started(company: Company, line: str = "alpha-1", **values: object) -> Deployment:
    revision = company.revision(line, mixer(company), **values)
    return rollouts.deploy(company.root_user, [revision]).deployments.get()


def look(deployment: Deployment) -> Deployment:
    """Let the workers look, and read what came of it."""
    dispatch.advance_due()
    deployment.refresh_from_db()
    return deployment


def due(deployment: Deployment) -> datetime:
    assert deployment.next_action_at is not None
    return deployment.next_action_at


def test_without_an_agent_a_released_line_waits_and_says_so(company: Company, clock: Clock) -> None:
    deployment = look(started(company))
    assert (deployment.state, deployment.hold) == (S.RELEASED, {"code": "no-agent"})
    assert due(deployment) == clock.now() + LOOK_AGAIN
    instance = deployment.instance
    assert (instance.generation, instance.desired) == (0, None)

    company.agent("alpha")
    clock.forward(seconds=31)
    deployment = look(deployment)
    assert (deployment.state, deployment.hold, deployment.generation) == (S.OFFERED, {}, 1)


def test_a_line_that_never_gets_an_agent_is_given_up(company: Company, clock: Clock) -> None:
    deployment = look(started(company))
    clock.forward(seconds=POLICY["catch_up_until"])
    deployment = look(deployment)
    assert (deployment.state, deployment.next_action_at) == (S.TIMED_OUT, None)


def test_an_offer_is_looked_at_until_it_is_taken_up(site: Site, clock: Clock) -> None:
    deployment = look(started(site.company))
    assert due(deployment) == clock.now() + LOOK_AGAIN
    clock.forward(seconds=31)
    site.beat()
    deployment = look(deployment)
    assert deployment.state == S.OFFERED
    assert due(deployment) == clock.now() + LOOK_AGAIN


def test_an_agent_that_is_there_but_never_takes_the_offer_runs_out_of_time(
    site: Site, clock: Clock
) -> None:
    deployment = look(started(site.company))
    clock.forward(seconds=TIMES["staging"] + 1)
    site.beat()
    deployment = look(deployment)
    assert (deployment.state, deployment.failure["code"]) == (S.TIMED_OUT, "timed-out")


def test_an_agent_away_too_long_is_waited_for_and_catches_up(site: Site, clock: Clock) -> None:
    site.beat()
    left = clock.now()
    deployment = started(site.company)
    rollout = look(deployment).rollout
    clock.forward(seconds=POLICY["offline_after"] + 1)
    deployment = look(deployment)
    assert deployment.state == S.DEFERRED
    assert deployment.hold == {"code": "offline", "since": left.isoformat()}
    rollout.refresh_from_db()
    assert rollout.state == RolloutState.SUCCEEDED_WITH_DEFERRED

    clock.forward(hours=8)
    assert look(deployment).state == S.DEFERRED
    site.beat()
    deployment = look(deployment)
    assert (deployment.state, deployment.hold) == (S.OFFERED, {})
    assert due(deployment) == clock.now() + LOOK_AGAIN
    assert deployment.generation == 1, "the same wish, offered again"
    site.say(deployment.instance, W.RECEIVED, W.STAGING, W.COMMITTED)
    rollout.refresh_from_db()
    assert rollout.state == RolloutState.SUCCEEDED


def test_an_agent_that_reports_before_it_beats_is_no_longer_waited_for(
    site: Site, clock: Clock
) -> None:
    deployment = look(started(site.company))
    clock.forward(seconds=POLICY["offline_after"] + 1)
    assert look(deployment).state == S.DEFERRED
    site.say(deployment.instance, W.RECEIVED)
    deployment.refresh_from_db()
    assert (deployment.state, deployment.hold) == (S.OFFERED, {})
    assert due(deployment) == clock.now() + LOOK_AGAIN
    site.say(deployment.instance, W.STAGING)
    deployment.refresh_from_db()
    assert (deployment.state, deployment.hold) == (S.STAGING, {})


def test_who_never_comes_back_is_given_up(site: Site, clock: Clock) -> None:
    deployment = look(started(site.company))
    rollout = deployment.rollout
    clock.forward(seconds=POLICY["offline_after"] + 1)
    look(deployment)
    clock.forward(seconds=POLICY["catch_up_until"])
    deployment = look(deployment)
    assert (deployment.state, deployment.next_action_at) == (S.TIMED_OUT, None)
    rollout.refresh_from_db()
    assert rollout.state == RolloutState.FINISHED_WITH_FAILURES


def test_a_deferred_line_whose_agent_is_taken_away_waits_for_another(
    site: Site, clock: Clock
) -> None:
    deployment = look(started(site.company))
    clock.forward(seconds=POLICY["offline_after"] + 1)
    look(deployment)
    site.beat()
    agents.revoke(site.company.root_user, site.agent)
    deployment = look(deployment)
    assert (deployment.state, deployment.hold) == (S.DEFERRED, {"code": "no-agent"})
    clock.forward(seconds=31)
    assert look(deployment).state == S.DEFERRED
    newcomer = site.company.agent("alpha")
    clock.forward(seconds=31)
    assert look(deployment).state == S.OFFERED
    assert Site(site.company, newcomer).workload(deployment.instance) is not None


def test_an_offer_whose_agent_is_taken_away_waits_for_another(site: Site, clock: Clock) -> None:
    deployment = look(started(site.company))
    assert deployment.state == S.OFFERED
    site.beat()
    agents.revoke(site.company.root_user, site.agent)
    clock.forward(seconds=31)
    deployment = look(deployment)
    assert (deployment.state, deployment.hold) == (S.DEFERRED, {"code": "no-agent"})
    assert due(deployment) == clock.now() + LOOK_AGAIN
    site.company.agent("alpha")
    clock.forward(seconds=31)
    assert look(deployment).state == S.OFFERED


@pytest.mark.parametrize(
    ("said", "state", "limit"),
    [
        ((W.STAGING,), S.STAGING, "staging"),
        ((W.STAGING, W.STAGED), S.STAGED, "apply"),
        ((W.APPLYING,), S.APPLYING, "apply"),
        ((W.APPLYING, W.VERIFYING), S.VERIFYING, "verify"),
        ((W.APPLYING, W.REVERTING), S.REVERTING, "apply"),
    ],
)
def test_each_state_has_its_time(
    site: Site, clock: Clock, said: tuple[W, ...], state: S, limit: str
) -> None:
    deployment = look(started(site.company))
    site.say(deployment.instance, *said)
    clock.forward(seconds=TIMES[limit] - 1)
    assert look(deployment).state == state
    clock.forward(seconds=2)
    deployment = look(deployment)
    assert deployment.state == S.TIMED_OUT
    assert deployment.failure == {
        "phase": state.value.lower(),
        "code": "timed-out",
        "category": "time",
        "retryable": True,
    }
    instance = SolutionInstance.objects.get()
    assert instance.state == InstanceState.FAILED
    assert instance.desired_id == deployment.revision_id, "the site may still fulfil it"


def test_what_runs_already_is_not_deployed_again(site: Site) -> None:
    revision = site.company.revision("alpha-1", site.company.solution())
    instance = site.install(revision)
    seq, generation = site.document().seq, instance.generation
    deployment = site.offer(revision)
    assert deployment.state == S.ALREADY_CURRENT
    deployment.rollout.refresh_from_db()
    assert deployment.rollout.state == RolloutState.SUCCEEDED
    instance.refresh_from_db()
    assert (instance.state, instance.generation) == (InstanceState.DEPLOYED, generation)
    assert site.document().seq == seq


def test_going_back_from_what_ran_out_of_time_is_an_order_of_its_own(
    site: Site, clock: Clock
) -> None:
    version = site.company.solution()
    first = site.company.revision("alpha-1", version)
    instance = site.install(first)
    deployment = site.offer(site.company.revision("alpha-1", version, a=1))
    site.say(instance, W.STAGING)
    clock.forward(seconds=TIMES["staging"] + 1)
    assert look(deployment).state == S.TIMED_OUT

    first.instance.refresh_from_db()
    back = rollouts.roll_back(site.company.root_user, [first]).deployments.get()
    site.beat()
    assert look(back).state == S.OFFERED, "the site must be told not to go on"
    workload = site.workload(instance)
    assert workload is not None
    assert (workload.revision_id, workload.generation) == (first.pk, 3)


def test_one_broken_row_does_not_stop_the_others(
    site: Site, caplog: pytest.LogCaptureFixture
) -> None:
    broken = started(site.company, "alpha-1")
    whole = started(site.company, "alpha-2")
    broken.rollout.policy = {}
    broken.rollout.save()
    with caplog.at_level(logging.ERROR):
        sweep.run()
    whole.refresh_from_db()
    broken.refresh_from_db()
    assert whole.state == S.OFFERED
    assert broken.state == S.PENDING
    assert broken.next_action_at is not None
    assert str(broken.pk) in caplog.text


def test_a_row_that_refuses_to_move_is_looked_at_once_a_round(site: Site) -> None:
    deployment = started(site.company)
    SolutionInstance.objects.update(state=InstanceState.UNDEPLOYED)
    Deployment.objects.update(state=S.STAGING)
    assert dispatch.advance_due() == 1
    deployment.refresh_from_db()
    assert deployment.state == S.STAGING


def test_many_more_rows_than_a_batch_are_all_looked_at(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dispatch, "BATCH", 2)
    made = [started(site.company, f"alpha-{n}") for n in (1, 2, 3)]
    assert dispatch.advance_due() == 3
    assert {look(deployment).state for deployment in made} == {S.OFFERED}


def test_all_lines_of_an_agent_stay_its_own(site: Site) -> None:
    site.beat()
    assert Target.objects.filter(agent=site.agent).count() == 3
    other = site.company.agent("beta")
    deployment = look(started(site.company, "beta-1"))
    assert deployment.state == S.OFFERED
    assert Site(site.company, other).workload(deployment.instance) is not None
    assert site.workload(deployment.instance) is None
    assert deployments.described(deployment)["revision"] == "1.0.0.1"
