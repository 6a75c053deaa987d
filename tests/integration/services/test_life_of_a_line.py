"""Any order of events: the invariants of a deployment hold after every one of them.

A model agent works orders off as a real one does and keeps its reports in an
outbox; the machine delivers them late, twice, out of order or not at all,
while people start, cancel and retry, time passes and the workers' sweep runs.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from itertools import pairwise

import pytest
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from agent import wire
from orchestration.models import Deployment, Event, Rollout, SolutionInstance, SolutionVersion
from orchestration.services import desired, dispatch, rollouts
from orchestration.services.errors import ServiceError
from orchestration.states import (
    ACTIVE_DEPLOYMENT,
    DEPLOYMENT,
    FAILED_DEPLOYMENT,
    INSTANCE,
    DeploymentState,
    InstanceState,
)
from tests.integration.conftest import Company
from tests.integration.services.site import FAILURE, Clock, Site, W, mixer

NEXT: dict[W, tuple[W, ...]] = {
    W.RECEIVED: (W.STAGING, W.REJECTED),
    W.STAGING: (W.STAGED, W.FAILED),
    W.STAGED: (W.APPLYING, W.FAILED),
    W.APPLYING: (W.VERIFYING, W.REVERTING, W.FAILED),
    W.VERIFYING: (W.COMMITTED, W.REVERTING, W.FAILED),
    W.REVERTING: (W.REVERTED, W.REVERT_FAILED),
    W.REMOVING: (W.REMOVED, W.FAILED),
}
BUSY = {W.APPLYING, W.VERIFYING, W.REVERTING, W.REMOVING}
LUCK = st.sampled_from([0, 0, 0, 1, 2])  # mostly the way that is wished for
NETWORK = st.sampled_from(
    ["works", "works", "away", "loses all but the last", "repeats", "backwards"]
)
BAD = {W.FAILED, W.REVERTED, W.REVERT_FAILED, W.REJECTED}


@dataclass
class Line:
    """What the model agent knows of one instance: its journal."""

    order: wire.Workload | None = None
    state: W | None = None
    good: int | None = None
    sequence: int = 0
    applied: list[int] = field(default_factory=list)

    def take(self, order: wire.Workload) -> bool:
        """Take a newer order up, unless the line is being changed."""
        newer = self.order is None or order.generation > self.order.generation
        if not newer or self.state in BUSY:
            return False
        self.order, self.state = order, W.RECEIVED
        return True

    def step(self, choice: int) -> bool:
        """Do the next thing the order asks for."""
        if self.order is None or self.state is None:
            return False
        following = NEXT.get(self.state, ())
        if self.state is W.RECEIVED and self.order.action is wire.Action.REMOVE:
            following = (W.REMOVING,)
        if not following:
            return False
        self.state = following[choice % len(following)]
        if self.state is W.APPLYING:
            self.applied.append(self.order.generation)
        if self.state is W.COMMITTED:
            self.good = self.order.revision_id
        if self.state is W.REMOVED:
            self.good = None
        return True


class LifeOfALine(RuleBasedStateMachine):
    """One line, two revisions, one agent, a handful of people."""

    company: Company
    clock: Clock

    @initialize()
    def begin(self) -> None:
        self.undo = transaction.atomic()
        self.undo.__enter__()
        desired._signed.cache_clear()
        self.site = Site(self.company, self.company.agent("alpha"))
        version = mixer(self.company)
        self.revisions = [self.company.revision("alpha-1", version, n=n) for n in (1, 2)]
        self.line = Line()
        self.outbox: list[wire.Report] = []
        self.sent: list[wire.Report] = []
        self.seen: tuple[int, int, int] = (0, 0, 0)

    def teardown(self) -> None:
        if hasattr(self, "undo"):
            transaction.set_rollback(True)
            self.undo.__exit__(None, None, None)

    @property
    def instance(self) -> SolutionInstance:
        return SolutionInstance.objects.get()

    # People

    @rule(which=st.integers(0, 1))
    def deploy(self, which: int) -> None:
        revision = SolutionVersion.objects.get(pk=self.revisions[which].pk)
        self.ask(lambda: rollouts.deploy(self.company.root_user, [revision]))

    @precondition(lambda _: Deployment.objects.exists())
    @rule(what=st.sampled_from(["uninstall", "retry", "cancel"]))
    def change_ones_mind(self, what: str) -> None:
        by, last = self.company.root_user, Deployment.objects.latest("pk")
        changes: dict[str, Callable[[], object]] = {
            "uninstall": lambda: rollouts.uninstall(by, [self.instance]),
            "retry": lambda: rollouts.retry(by, [last]),
            "cancel": lambda: rollouts.cancel(by, last),
        }
        self.ask(changes[what])

    @staticmethod
    def ask(change: Callable[[], object]) -> None:
        """Ask for something that may rightly be refused; a refusal changes nothing."""
        before = snapshot()
        try:
            with transaction.atomic():
                change()
        except ServiceError:
            assert snapshot() == before

    # Workers and time

    @rule(minutes=st.sampled_from([0, 0, 1, 5, 20, 60, 60 * 24 * 8]), beat=st.booleans())
    def wait(self, minutes: int, *, beat: bool) -> None:
        self.clock.forward(minutes=minutes)
        if beat:
            self.site.beat()
        dispatch.advance_due()

    # The site

    @rule(steps=st.sampled_from([0, 1, 2, 3, 6, 6, 6]), luck=LUCK, network=NETWORK)
    def work(self, steps: int, luck: int, network: str) -> None:
        """Fetch what is wanted and do some of it; the last step may go wrong."""
        dispatch.advance_due()
        order = self.site.workload(self.instance)
        if order is not None and self.line.take(order):
            self.note()
        for step in range(steps):
            if self.line.step(luck if step == steps - 1 else 0):
                self.note()
        self.deliver(network)

    @precondition(lambda self: self.line.state in {W.APPLYING, W.VERIFYING})
    @rule()
    def restart(self) -> None:
        """The agent dies in the middle of a change and goes back, as its journal tells it to."""
        self.line.state = W.REVERTING
        self.note()

    def note(self) -> None:
        """Write the report of the present state into the outbox."""
        order, state = self.line.order, self.line.state
        assert order is not None
        assert state is not None
        self.line.sequence += 1
        observed = None if state is W.REVERT_FAILED else self.line.good
        report = self.site.report(self.instance, state, sequence=self.line.sequence)
        self.outbox.append(
            replace(
                report,
                generation=order.generation,
                revision_id=order.revision_id,
                observed_revision_id=observed,
                failure=FAILURE if state in BAD else None,
            )
        )

    # The network

    @precondition(lambda self: self.outbox)
    @rule(which=st.integers(0, 20), twice=st.booleans())
    def deliver_one(self, which: int, *, twice: bool) -> None:
        report = self.outbox.pop(which % len(self.outbox))
        self.site.send(report)
        if twice:
            assert self.site.send(report) in (["stale"], ["ahead"], ["malformed"])

    @precondition(lambda self: self.outbox)
    @rule(network=NETWORK)
    def deliver(self, network: str) -> None:
        """What waits in the outbox arrives, more or less."""
        if network == "away":
            return
        arriving = {
            "loses all but the last": self.outbox[-1:],
            "repeats": [*self.outbox, *self.outbox],
            "backwards": self.outbox[::-1],
        }.get(network, self.outbox)
        for report in arriving:
            self.site.send(report)
        self.sent += arriving
        self.outbox = []

    @precondition(lambda self: self.sent)
    @rule(which=st.integers(0, 50))
    def haunt(self, which: int) -> None:
        """A report that has been answered before comes again, however much later."""
        before = snapshot()
        assert self.site.send(self.sent[which % len(self.sent)]) != []
        assert snapshot() == before

    # What must hold after each of them

    @invariant()
    def every_attempt_ends_or_is_looked_at(self) -> None:
        for deployment in Deployment.objects.all():
            final = DEPLOYMENT[deployment.state].final
            assert final == (deployment.next_action_at is None)
            assert final == (deployment.finished_at is not None)

    @invariant()
    def one_attempt_at_a_time(self) -> None:
        active = Deployment.objects.filter(state__in=ACTIVE_DEPLOYMENT).count()
        busy = self.instance.state in {InstanceState.DEPLOYING, InstanceState.UNINSTALLING}
        assert active == int(busy)

    @invariant()
    def generations_never_go_back(self) -> None:
        row = self.instance
        now = (row.generation, row.observed_generation, 0)
        assert now >= self.seen
        assert row.observed_generation <= row.generation
        assert row.observed_generation >= self.seen[1]
        self.seen = now
        assert self.line.applied == sorted(set(self.line.applied))

    @invariant()
    def every_transition_is_declared_and_has_one_event(self) -> None:
        walked = walks()
        for deployment in Deployment.objects.all():
            states = walked.pop(deployment.pk)
            assert states[0] == DeploymentState.PENDING
            assert states[-1] == deployment.state
            for at, to in pairwise(states):
                assert to in DEPLOYMENT[at].to
        assert not walked

    @invariant()
    def a_rollout_is_over_when_its_attempts_are(self) -> None:
        for rollout in Rollout.objects.all():
            states = set(rollout.deployments.values_list("state", flat=True))
            assert (rollout.state == "Running") == bool(
                states & set(ACTIVE_DEPLOYMENT) - {DeploymentState.DEFERRED}
            ) or rollout.state == "SucceededWithDeferred"
            if not states & set(ACTIVE_DEPLOYMENT):
                assert (rollout.state == "FinishedWithFailures") == bool(
                    states & set(FAILED_DEPLOYMENT)
                )

    @invariant()
    def what_runs_is_what_somebody_ordered(self) -> None:
        row = self.instance
        assert row.state in INSTANCE
        known = {None, *(revision.pk for revision in self.revisions)}
        assert row.current_id in known
        if row.state == InstanceState.DEPLOYED:
            assert row.current_id is not None


def walks() -> dict[int, list[str]]:
    """The states each attempt went through, as the audit trail tells it."""
    found: dict[int, list[str]] = {}
    events = Event.objects.filter(object_type="Deployment").order_by("pk")
    for pk, kind in events.values_list("object_id", "kind"):
        assert pk is not None
        word = kind.partition(".")[2]
        state = "".join(part.title() for part in word.split("-"))
        found.setdefault(pk, []).append("Pending" if word == "started" else state)
    return found


def snapshot() -> list[object]:
    """All that a refusal must leave alone."""
    return [
        list(model.objects.order_by("pk").values())
        for model in (Deployment, Rollout, SolutionInstance, Event)
    ]


@pytest.fixture
def life(company: Company, clock: Clock) -> type[LifeOfALine]:
    started = clock.at

    class Life(LifeOfALine):
        def __init__(self) -> None:
            clock.at = started
            super().__init__()

    Life.company, Life.clock = company, clock
    return Life


def test_whatever_happens_in_whatever_order(life: type[LifeOfALine]) -> None:
    run_state_machine_as_test(
        life,
        settings=settings(
            max_examples=50,
            stateful_step_count=20,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
