"""Several people, workers and agents at the same moment, each in a thread of its own."""

from contextlib import ExitStack
from functools import partial

import pytest
from django.db import transaction

from orchestration.models import (
    Agent,
    Deployment,
    Event,
    Rollout,
    SolutionInstance,
    SolutionVersion,
)
from orchestration.services import agents, dispatch, publishing, rollouts
from orchestration.services.errors import Refused, Stale
from orchestration.states import DeploymentState as S
from orchestration.states import RolloutState
from rbac.models import User
from tests.integration.conftest import Company
from tests.integration.services.knocking import Machine
from tests.integration.services.moments import at_once, meanwhile
from tests.integration.services.site import Site, W, mixer

THREADS = 8


@pytest.fixture
def db(transactional_db: None) -> None:
    """Really committed: threads must see each other's rows."""


def test_eight_people_start_one_line_and_one_wins(company: Company) -> None:
    company.agent("alpha")
    revision = company.revision("alpha-1", mixer(company))

    def start() -> Rollout:
        by = User.objects.get(pk=company.root_user.pk)
        return rollouts.deploy(by, [SolutionVersion.objects.get(pk=revision.pk)])

    answers = at_once([start] * THREADS)
    assert sum(isinstance(answer, Rollout) for answer in answers) == 1
    losers = [answer for answer in answers if not isinstance(answer, Rollout)]
    assert len(losers) == THREADS - 1
    for loser in losers:
        assert isinstance(loser, Refused | Stale)
        assert loser.code in {"deployment-active", "moved-meanwhile"}
    assert (Rollout.objects.count(), Deployment.objects.count()) == (1, 1)
    assert Event.objects.filter(kind="deployment.started").count() == 1


def test_lines_are_always_taken_in_one_order(company: Company) -> None:
    version = mixer(company)
    chosen = [company.revision(line, version) for line in ("alpha-1", "alpha-2", "alpha-3")]
    rollout = rollouts.deploy(company.root_user, chosen[::-1])
    instances = rollout.deployments.order_by("pk").values_list("instance", flat=True)
    assert list(instances) == [revision.instance_id for revision in chosen], (
        "two who start the same lines in another order would wait for each other for ever"
    )


def test_publishing_and_deploying_the_same_lines_do_not_lock_each_other_out(
    company: Company,
) -> None:
    version, root = mixer(company), company.root_user
    chosen = [company.revision(line, version) for line in ("alpha-1", "alpha-2")]
    lines = [company.lines[name] for name in ("alpha-1", "alpha-2")]
    # Each waits for a review, and lies in the table in the order the other way round.
    for copy in SolutionInstance.objects.order_by("-pk"):
        SolutionInstance.objects.filter(pk=copy.pk).update(configuration_pending=True)
    answers: list[object] = []

    def deploy() -> None:
        answers.append(rollouts.deploy(root, chosen))

    def publish() -> None:
        answers.extend(publishing.publish(root, version, lines, instance_name="mixer"))

    with ExitStack() as stack, transaction.atomic():
        first = SolutionInstance.objects.filter(pk=chosen[0].instance_id)
        list(first.select_for_update())
        stack.enter_context(meanwhile(deploy))
        stack.enter_context(meanwhile(publish))
    assert [type(one) for one in answers if isinstance(one, Rollout)] == [Rollout]
    assert len(answers) == 3, "one of them was thrown out of a deadlock"
    assert not SolutionInstance.objects.filter(configuration_pending=True).exists()


def test_many_workers_offer_each_line_once(company: Company) -> None:
    site = Site(company, company.agent("alpha"))
    version = mixer(company)
    chosen = [company.revision(line, version) for line in ("alpha-1", "alpha-2", "alpha-3")]
    rollouts.deploy(company.root_user, chosen)
    at_once([dispatch.advance_due] * 4)
    dispatch.advance_due()
    assert set(Deployment.objects.values_list("state", flat=True)) == {S.OFFERED}
    assert set(SolutionInstance.objects.values_list("generation", flat=True)) == {1}
    assert Event.objects.filter(kind="deployment.offered").count() == 3
    assert len(site.document().workloads) == 3


def test_a_rollout_ends_when_its_last_lines_end_at_the_same_moment(company: Company) -> None:
    sites = [Site(company, company.agent(name)) for name in ("alpha", "beta")]
    version = mixer(company)
    chosen = [company.revision(line, version) for line in ("alpha-1", "beta-1")]
    rollout = rollouts.deploy(company.root_user, chosen)
    dispatch.advance_due()
    first, second = (
        partial(site.send, site.report(revision.instance, W.COMMITTED))
        for site, revision in zip(sites, chosen, strict=True)
    )
    with ExitStack() as stack, transaction.atomic():
        first()
        # Neither sees the other one's end yet.
        stack.enter_context(meanwhile(second))
    assert set(rollout.deployments.values_list("state", flat=True)) == {S.SUCCEEDED}
    rollout.refresh_from_db()
    assert rollout.state == RolloutState.SUCCEEDED


def test_a_report_and_a_time_out_do_not_lock_each_other_out(
    company: Company, caplog: pytest.LogCaptureFixture
) -> None:
    site = Site(company, company.agent("alpha"))
    deployment = site.offer(company.revision("alpha-1", mixer(company)))
    site.say(deployment.instance, W.APPLYING)
    report = site.report(deployment.instance, W.COMMITTED)
    Deployment.objects.update(next_action_at=deployment.created_at)
    with ExitStack() as stack, transaction.atomic():
        SolutionInstance.objects.select_for_update().get()
        stack.enter_context(meanwhile(partial(site.send, report)))
        stack.enter_context(meanwhile(dispatch.advance_due))
    deployment.refresh_from_db()
    assert deployment.state in {S.SUCCEEDED, S.TIMED_OUT}, "whoever was first"
    instance = SolutionInstance.objects.get()
    assert (instance.current, instance.state) == (deployment.revision, "Deployed")
    errors = [record.getMessage() for record in caplog.records if record.levelname == "ERROR"]
    assert errors == [], "the worker was thrown out of a deadlock"


def test_the_same_report_sent_eight_times_counts_once(company: Company) -> None:
    site = Site(company, company.agent("alpha"))
    deployment = site.offer(company.revision("alpha-1", mixer(company)))
    report = site.report(deployment.instance, W.COMMITTED)
    answers = at_once([lambda: site.send(report)] * THREADS)
    assert sorted(map(str, answers)) == ["['stale']"] * (THREADS - 1) + ["[]"]
    assert Event.objects.filter(kind="deployment.succeeded").count() == 1


def test_cancelling_while_the_site_begins_lets_one_of_them_win(company: Company) -> None:
    site = Site(company, company.agent("alpha"))
    version = mixer(company)
    for number in range(4):
        deployment = site.offer(company.revision(f"alpha-{number % 3 + 1}", version, n=number))
        report = site.report(deployment.instance, W.APPLYING)
        shown = Deployment.objects.get(pk=deployment.pk)
        cancelled, _ = at_once(
            [
                partial(rollouts.cancel, company.root_user, shown),
                partial(site.send, report),
            ]
        )
        deployment.refresh_from_db()
        assert deployment.state == (S.APPLYING if cancelled else S.CANCELLED)
        if deployment.state == S.APPLYING:
            site.say(deployment.instance, W.FAILED)


def let_in(machine: Machine, token: str) -> int:
    return machine.knock(token).agent


def test_one_machine_knocking_twice_at_once_is_one_agent(company: Company) -> None:
    made = agents.create_token(company.root_user, company.factories["alpha"])
    machine = Machine()
    answers = at_once([partial(let_in, machine, made.secret)] * 4)
    assert set(answers) == {Agent.objects.get().pk}


def test_a_token_for_one_lets_in_one_of_many(company: Company) -> None:
    made = agents.create_token(company.root_user, company.factories["alpha"], uses=2)
    machines = [Machine(f"gw-{n}") for n in range(6)]
    answers = at_once([partial(let_in, machine, made.secret) for machine in machines])
    assert sum(isinstance(answer, int) for answer in answers) == 2
    assert Agent.objects.count() == 2
    made.token.refresh_from_db()
    assert made.token.uses_left == 0
