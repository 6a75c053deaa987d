"""Several people, workers and agents at the same moment, each in a thread of its own."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from threading import Barrier

import pytest
from django.db import connection

from orchestration.models import (
    Agent,
    Deployment,
    Event,
    Rollout,
    SolutionInstance,
    SolutionVersion,
)
from orchestration.services import agents, dispatch, rollouts
from orchestration.services.errors import Refused, ServiceError, Stale
from orchestration.states import DeploymentState as S
from orchestration.states import RolloutState
from rbac.models import User
from tests.integration.conftest import Company
from tests.integration.services.knocking import Machine
from tests.integration.services.site import GOOD_WAY, Site, W, mixer

THREADS = 8


@pytest.fixture
def db(transactional_db: None) -> None:
    """Really committed: threads must see each other's rows."""


def at_once(works: Sequence[Callable[[], object]]) -> list[object]:
    """Do all of it at the same moment; what was refused comes back as its error."""
    barrier = Barrier(len(works))

    def do(work: Callable[[], object]) -> object:
        try:
            barrier.wait(timeout=30)
            return work()
        except ServiceError as error:
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(len(works)) as pool:
        return list(pool.map(do, works))


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


def test_two_who_start_the_same_lines_in_another_order_do_not_block_each_other(
    company: Company,
) -> None:
    version = mixer(company)
    chosen = [company.revision(line, version).pk for line in ("alpha-1", "alpha-2", "alpha-3")]

    def start(order: Sequence[int]) -> Rollout:
        found = SolutionVersion.objects.in_bulk(order)
        return rollouts.deploy(User.objects.get(username="root"), [found[pk] for pk in order])

    works = [lambda: start(chosen), lambda: start(chosen[::-1])] * 4
    answers = at_once(works)
    assert sum(isinstance(answer, Rollout) for answer in answers) == 1
    assert Deployment.objects.count() == 3


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
    for _ in range(3):
        rollout = rollouts.deploy(
            company.root_user,
            list(SolutionVersion.objects.filter(pk__in=[revision.pk for revision in chosen])),
        )
        Deployment.objects.update(from_revision=None)
        SolutionInstance.objects.update(current=None)
        dispatch.advance_due()
        for site, revision in zip(sites, chosen, strict=True):
            site.say(revision.instance, *GOOD_WAY[:-1])
        last = [
            site.report(revision.instance, W.COMMITTED)
            for site, revision in zip(sites, chosen, strict=True)
        ]
        works = [partial(site.send, report) for site, report in zip(sites, last, strict=True)]
        assert at_once(works) == [[], []]
        rollout.refresh_from_db()
        assert rollout.state == RolloutState.SUCCEEDED


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
