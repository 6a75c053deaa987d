"""What agents say happened: once each, in order, and only about what is theirs."""

import random
from dataclasses import replace
from datetime import timedelta

import pytest
from django.utils import timezone

from agent import wire
from orchestration.models import Deployment, Event, SolutionInstance, Step
from orchestration.queries import deployments as queries
from orchestration.services import dispatch, rollouts
from orchestration.services.rollouts import PLAIN_POLICY
from orchestration.states import DEPLOYMENT, StepStatus
from orchestration.states import DeploymentState as S
from orchestration.states import InstanceState as I
from tests.integration.services.site import FAILURE, GOOD_WAY, REMOVAL, Clock, Site, W, mixer


@pytest.fixture
def offered(site: Site) -> Deployment:
    """An upgrade from a revision that runs, offered."""
    version = mixer(site.company)
    site.install(site.company.revision("alpha-1", version))
    return site.offer(site.company.revision("alpha-1", version, MaxTemp=90))


def instance() -> SolutionInstance:
    return SolutionInstance.objects.get()


@pytest.mark.parametrize(
    ("said", "state", "of_instance"),
    [
        ((W.RECEIVED,), S.OFFERED, I.DEPLOYING),
        ((W.STAGING,), S.STAGING, I.DEPLOYING),
        ((W.STAGING, W.STAGED), S.STAGED, I.DEPLOYING),
        ((W.APPLYING,), S.APPLYING, I.DEPLOYING),
        ((W.APPLYING, W.VERIFYING), S.VERIFYING, I.DEPLOYING),
        ((W.APPLYING, W.REVERTING), S.REVERTING, I.DEPLOYING),
        ((W.COMMITTED,), S.SUCCEEDED, I.DEPLOYED),
        ((W.REJECTED,), S.REJECTED, I.FAILED),
        ((W.FAILED,), S.FAILED, I.FAILED),
        ((W.STAGING, W.FAILED), S.FAILED, I.FAILED),
        ((W.APPLYING, W.FAILED), S.FAILED, I.FAILED),
        ((W.REVERTED,), S.REVERTED, I.FAILED),
        ((W.APPLYING, W.REVERTING, W.REVERT_FAILED), S.REVERT_FAILED, I.FAILED),
    ],
)
def test_an_attempt_is_where_its_site_says(
    site: Site, offered: Deployment, said: tuple[W, ...], state: S, of_instance: I
) -> None:
    site.say(offered.instance, *said)
    offered.refresh_from_db()
    assert (offered.state, instance().state) == (state, of_instance)
    assert (offered.finished_at is None) == (not DEPLOYMENT[state].final)


@pytest.mark.parametrize(
    ("state", "current", "desired"),
    [
        (W.FAILED, "first", "first"),
        (W.REJECTED, "first", "first"),
        (W.REVERTED, "first", "first"),
        (W.REVERT_FAILED, None, None),
    ],
)
def test_after_a_failure_the_wish_is_what_runs(
    site: Site, offered: Deployment, state: W, current: str | None, desired: str | None
) -> None:
    first = offered.from_revision_id
    known = {"first": first, None: None}
    if state is not W.REJECTED:
        site.say(offered.instance, W.APPLYING)
    observed = first if state is W.REVERTED else None
    site.fail(offered.instance, state, observed=observed)
    assert (instance().current_id, instance().desired_id) == (known[current], known[desired])
    offered.refresh_from_db()
    assert offered.failure["code"] == "exited"
    assert offered.failure["phase"] == "apply"
    event = Event.objects.filter(object_type="Deployment").latest("pk")
    assert (event.outcome, event.agent, event.params["code"]) == ("failed", site.agent, "exited")


def test_a_first_deployment_that_fails_wants_nothing(site: Site) -> None:
    deployment = site.offer(site.company.revision("alpha-1", mixer(site.company)))
    site.say(deployment.instance, W.APPLYING)
    site.fail(deployment.instance)
    assert (instance().current, instance().desired, instance().state) == (None, None, I.FAILED)
    assert site.document().workloads == ()


def test_reports_that_got_lost_leave_no_hole(site: Site, offered: Deployment) -> None:
    site.say(offered.instance, W.COMMITTED)
    offered.refresh_from_db()
    assert offered.state == S.SUCCEEDED
    kinds = list(
        Event.objects.filter(object_type="Deployment", object_id=offered.pk)
        .order_by("pk")
        .values_list("kind", flat=True)
    )
    walked = [S("".join(w.title() for w in k.split(".")[1].split("-"))) for k in kinds[1:]]
    at = S.PENDING
    for state in walked:
        assert state in DEPLOYMENT[at].to
        at = state
    assert at is S.SUCCEEDED


def test_a_report_counts_once(site: Site, offered: Deployment) -> None:
    first = site.report(offered.instance, W.STAGING)
    assert site.send(first) == []
    events = Event.objects.count()
    assert site.send(first, first) == ["stale", "stale"]
    assert site.send(replace(first, state=W.APPLYING)) == ["stale"]
    assert Event.objects.count() == events
    offered.refresh_from_db()
    assert offered.state == S.STAGING


def test_a_report_twice_in_one_batch_counts_once(site: Site, offered: Deployment) -> None:
    first = site.report(offered.instance, W.STAGING)
    assert site.send(first, first) == ["stale"]


@pytest.mark.parametrize("seed", range(12))
def test_any_order_of_arrival_ends_alike(site: Site, offered: Deployment, seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311  a seed to repeat a failure, not a secret
    said = [site.report(offered.instance, state) for state in GOOD_WAY]
    arriving = said + chance.choices(said, k=4)
    chance.shuffle(arriving)
    while arriving:
        batch, arriving = arriving[:3], arriving[3:]
        site.send(*batch)
    offered.refresh_from_db()
    assert (offered.state, instance().current) == (S.SUCCEEDED, offered.revision), seed
    assert instance().observed_sequence == said[-1].sequence


def test_a_batch_is_taken_in_the_order_things_happened(site: Site, offered: Deployment) -> None:
    said = [site.report(offered.instance, state) for state in GOOD_WAY]
    assert site.send(*reversed(said)) == []


def test_one_bad_report_does_not_spoil_the_batch(site: Site, offered: Deployment) -> None:
    good = site.report(offered.instance, W.STAGING)
    stranger = replace(site.report(offered.instance, W.STAGING), instance=4711)
    ahead = replace(site.report(offered.instance, W.STAGING), generation=99)
    assert sorted(site.send(stranger, good, ahead)) == ["ahead", "unknown-instance"]
    offered.refresh_from_db()
    assert offered.state == S.STAGING


def test_another_agents_instance_is_unknown(site: Site, offered: Deployment) -> None:
    other = Site(site.company, site.company.agent("beta"))
    assert other.send(site.report(offered.instance, W.COMMITTED)) == ["unknown-instance"]
    offered.refresh_from_db()
    assert offered.state == S.OFFERED


def test_what_nobody_ordered_is_not_believed(site: Site, offered: Deployment) -> None:
    ahead = site.report(offered.instance, W.COMMITTED, generation=instance().generation + 1)
    assert site.send(ahead) == ["ahead"]
    assert instance().observed_generation == 1
    offered.refresh_from_db()
    assert offered.state == S.OFFERED


def test_no_report_reaches_what_was_never_offered(site: Site) -> None:
    revision = site.company.revision("alpha-1", mixer(site.company))
    deployment = rollouts.deploy(site.company.root_user, [revision]).deployments.get()
    for generation in (0, -1):
        report = site.report(
            revision.instance, W.COMMITTED, generation=generation, observed=revision.pk
        )
        assert site.send(report) == ["malformed"]
    deployment.refresh_from_db()
    assert (deployment.state, instance().current) == (S.PENDING, None)


def test_a_success_must_be_of_what_was_ordered(site: Site, offered: Deployment) -> None:
    stranger = site.company.revision("alpha-2", mixer(site.company))
    for observed in (offered.from_revision_id, stranger.pk, 4711):
        report = site.report(offered.instance, W.COMMITTED, observed=observed)
        assert site.send(report) == ["malformed"]
    silent = replace(site.report(offered.instance, W.COMMITTED), observed_revision_id=None)
    assert site.send(silent) == ["malformed"]
    assert site.send(site.report(offered.instance, W.REMOVED)) == ["malformed"]
    offered.refresh_from_db()
    assert (offered.state, instance_of(offered).current) == (S.OFFERED, offered.from_revision)


def test_a_removal_is_not_done_by_running_something(site: Site, offered: Deployment) -> None:
    site.say(offered.instance, *GOOD_WAY)
    removal = site.offer_removal(offered.instance)
    report = site.report(offered.instance, W.COMMITTED, observed=offered.revision_id)
    assert site.send(report) == ["malformed"]
    removal.refresh_from_db()
    assert removal.state == S.OFFERED
    site.say(offered.instance, *REMOVAL)
    removal.refresh_from_db()
    assert (removal.state, instance().state, instance().current) == (
        S.SUCCEEDED,
        I.UNDEPLOYED,
        None,
    )


def test_going_back_to_a_stranger_is_not_believed(site: Site, offered: Deployment) -> None:
    stranger = site.company.revision("alpha-2", mixer(site.company))
    report = site.report(offered.instance, W.REVERTED, observed=stranger.pk)
    assert site.send(report) == ["malformed"]


def instance_of(deployment: Deployment) -> SolutionInstance:
    return SolutionInstance.objects.get(pk=deployment.instance_id)


def run_out(clock: Clock, deployment: Deployment) -> None:
    """Let the attempt run out of time."""
    deployment.refresh_from_db()
    assert deployment.deadline_at is not None
    clock.at = deployment.deadline_at + timedelta(seconds=1)
    dispatch.advance_due()
    deployment.refresh_from_db()
    assert deployment.state == S.TIMED_OUT


def test_a_late_success_changes_what_runs_and_not_how_it_ended(site: Site, clock: Clock) -> None:
    deployment = site.offer(site.company.revision("alpha-1", mixer(site.company)))
    site.say(deployment.instance, W.APPLYING)
    run_out(clock, deployment)
    assert instance().state == I.FAILED
    site.say(deployment.instance, W.VERIFYING, W.COMMITTED)
    deployment.refresh_from_db()
    assert deployment.state == S.TIMED_OUT
    assert (instance().state, instance().current) == (I.DEPLOYED, deployment.revision)
    assert Event.objects.filter(kind="instance.recovered").count() == 1


@pytest.mark.parametrize("end", [W.FAILED, W.REVERTED, W.REVERT_FAILED, W.REJECTED])
def test_after_a_late_failure_what_runs_is_wanted_again(site: Site, clock: Clock, end: W) -> None:
    version = mixer(site.company)
    first = site.company.revision("alpha-1", version)
    site.install(first)
    deployment = site.offer(site.company.revision("alpha-1", version, a=1))
    site.say(deployment.instance, W.APPLYING)
    run_out(clock, deployment)
    before = site.document().seq
    observed = None if end is W.REVERT_FAILED else first.pk
    site.fail(deployment.instance, end, observed=observed)
    assert (instance().state, instance().desired_id) == (I.FAILED, observed)
    assert instance().desired == instance().current
    assert site.document().seq == before + 1
    assert Event.objects.filter(kind="instance.given-back").count() == 1


def test_a_late_failure_does_not_touch_a_newer_order(site: Site, clock: Clock) -> None:
    version = mixer(site.company)
    deployment = site.offer(site.company.revision("alpha-1", version))
    site.say(deployment.instance, W.APPLYING)
    late = site.report(deployment.instance, W.FAILED, failure=FAILURE)
    run_out(clock, deployment)
    second = site.company.revision("alpha-1", version, a=1)
    site.offer(second)
    assert site.send(late) == []
    assert instance().desired == second


def test_a_late_removal_is_seen_too(site: Site, clock: Clock) -> None:
    installed = site.install(site.company.revision("alpha-1", mixer(site.company)))
    deployment = site.offer_removal(installed)
    site.say(installed, W.RECEIVED, W.REMOVING)
    run_out(clock, deployment)
    assert instance().state == I.UNINSTALL_FAILED
    site.say(installed, W.REMOVED)
    deployment.refresh_from_db()
    assert deployment.state == S.TIMED_OUT
    assert (instance().state, instance().current) == (I.UNDEPLOYED, None)


def test_a_late_success_of_an_older_order_does_not_hide_the_newer_failure(
    site: Site, clock: Clock
) -> None:
    version = mixer(site.company)
    first = site.company.revision("alpha-1", version)
    deployment = site.offer(first)
    site.say(deployment.instance, W.APPLYING)
    late = site.report(deployment.instance, W.COMMITTED, observed=first.pk)
    run_out(clock, deployment)
    second = site.company.revision("alpha-1", version, a=1)
    newer = site.offer(second)
    clock.forward(seconds=31)
    site.beat()
    clock.forward(seconds=PLAIN_POLICY["timeouts"]["staging"])  # type: ignore[index]
    site.beat()
    dispatch.advance_due()
    newer.refresh_from_db()
    assert newer.state == S.TIMED_OUT
    assert site.send(late) == []
    assert (instance().state, instance().current, instance().desired) == (I.FAILED, first, second)


def test_what_happens_after_a_cancel_is_observed(site: Site, offered: Deployment) -> None:
    site.say(offered.instance, W.STAGING)
    late = site.report(offered.instance, W.COMMITTED)
    offered.refresh_from_db()
    rollouts.cancel(site.company.root_user, offered)
    assert site.send(late) == []
    offered.refresh_from_db()
    assert (offered.state, instance().current) == (S.CANCELLED, offered.revision)
    assert instance().desired == offered.from_revision
    site.sequence[offered.instance_id] = 100
    site.say(offered.instance, *GOOD_WAY)
    assert instance().current == offered.from_revision


def test_steps_are_written_down_once_and_grow(site: Site, offered: Deployment) -> None:
    began = timezone.now()

    def step(key: wire.StepKey, component: str | None, status: str) -> wire.StepReport:
        ended = None if status == "running" else began + timedelta(seconds=1)
        return wire.StepReport(
            key=key,
            component=component,
            status=wire.StepStatus(status),
            started_at=began,
            ended_at=ended,
            detail=None if status == "running" else "took 1 s",
        )

    stage = step(wire.StepKey.STAGE, None, "succeeded")
    running = step(wire.StepKey.APPLY, "web", "running")
    done = step(wire.StepKey.APPLY, "web", "failed")
    site.send(site.report(offered.instance, W.RECEIVED))
    site.send(site.report(offered.instance, W.APPLYING, steps=(stage, running)))
    site.send(site.report(offered.instance, W.FAILED, steps=(stage, done), failure=FAILURE))
    rows = Step.objects.filter(deployment=offered).values_list(
        "position", "key", "component", "status", "detail"
    )
    assert list(rows) == [
        (0, "received", "", "succeeded", ""),
        (1, "stage", "", "succeeded", "took 1 s"),
        (2, "apply", "web", "failed", "took 1 s"),
    ]


def test_a_component_with_an_endless_name_does_not_block_the_outbox(
    site: Site, offered: Deployment
) -> None:
    long = wire.StepReport(
        key=wire.StepKey.APPLY,
        component="x" * 5000,
        status=wire.StepStatus.RUNNING,
        started_at=timezone.now(),
        ended_at=None,
        detail="y" * 100_000,
    )
    assert site.send(site.report(offered.instance, W.APPLYING, steps=(long,))) == []
    assert Step.objects.get(key="apply").component == "x" * 120


@pytest.mark.parametrize(
    ("end", "shown"), [("lost", StepStatus.FAILED), (W.COMMITTED, StepStatus.SUCCEEDED)]
)
def test_a_step_is_over_when_its_attempt_is(
    site: Site, clock: Clock, end: W | str, shown: StepStatus
) -> None:
    deployment = site.offer(site.company.revision("alpha-1", mixer(site.company)))
    begun = wire.StepReport(
        key=wire.StepKey.APPLY,
        component="web",
        status=wire.StepStatus.RUNNING,
        started_at=clock.now(),
        ended_at=None,
        detail=None,
    )
    site.send(site.report(deployment.instance, W.APPLYING, steps=(begun,)))
    deployment.refresh_from_db()
    assert statuses(deployment)["apply"] == StepStatus.RUNNING
    if isinstance(end, W):
        site.say(deployment.instance, end)
    else:
        run_out(clock, deployment)
    deployment.refresh_from_db()
    assert statuses(deployment)["apply"] == shown


def statuses(deployment: Deployment) -> dict[str, StepStatus]:
    return {step.key: step.status for step in queries.steps(deployment) if step.component}
