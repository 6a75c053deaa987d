"""What the tests of services play: a clock, and the agent at a site."""

import uuid
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.utils import timezone

from agent import wire
from orchestration.models import (
    Agent,
    Deployment,
    Rollout,
    SolutionInstance,
    SolutionTemplateVersion,
    SolutionVersion,
)
from orchestration.services import desired, dispatch, heartbeats, reports, rollouts
from tests.integration.conftest import Company

W = wire.ReportState
GOOD_WAY = (W.RECEIVED, W.STAGING, W.STAGED, W.APPLYING, W.VERIFYING, W.COMMITTED)
REMOVAL = (W.RECEIVED, W.REMOVING, W.REMOVED)
FAILURE = wire.Failure(
    phase=wire.Phase.APPLY,
    component="web",
    element=None,
    category="process",
    code="exited",
    message="exited with code 3",
    log_tail="",
    retryable=True,
)


def mixer(company: Company) -> SolutionTemplateVersion:
    """The company's one solution, made when first asked for."""
    return SolutionTemplateVersion.objects.first() or company.solution()


@dataclass
class Clock:
    """The time it is; `forward` lets some pass."""

    at: datetime

    def now(self) -> datetime:
        return self.at

    def seconds(self) -> float:
        return self.at.timestamp()

    def forward(self, **kwargs: float) -> None:
        self.at += timedelta(**kwargs)


@dataclass
class Site:
    """An agent in the hands of a test. Sequences grow by themselves."""

    company: Company
    agent: Agent
    sequence: dict[int, int] = field(default_factory=dict)

    def report(
        self,
        instance: SolutionInstance,
        state: W,
        *,
        generation: int | None = None,
        sequence: int | None = None,
        observed: int | None = None,
        failure: wire.Failure | None = None,
        steps: tuple[wire.StepReport, ...] = (),
    ) -> wire.Report:
        """The next report about an instance, of its newest generation unless told."""
        instance.refresh_from_db()
        if sequence is None:
            sequence = self.sequence.get(instance.pk, 0) + 1
            self.sequence[instance.pk] = sequence
        if state is W.COMMITTED and observed is None:
            observed = instance.desired_id
        return wire.Report(
            id=uuid.uuid4(),
            instance=instance.pk,
            generation=instance.generation if generation is None else generation,
            revision_id=instance.desired_id,
            sequence=sequence,
            state=state,
            at=timezone.now(),
            observed_revision_id=observed,
            failure=failure,
            steps=steps,
        )

    def send(self, *items: wire.Report) -> list[str]:
        """Hand reports in as one batch; returns the codes of those not taken."""
        batch = wire.ReportBatch(version=wire.WIRE_VERSION, batch=uuid.uuid4(), reports=items)
        answer = reports.accept(self.agent, batch)
        assert len(answer.accepted) + len(answer.rejected) == len(items)
        return [rejected.code for rejected in answer.rejected]

    def say(self, instance: SolutionInstance, *states: W) -> None:
        """Report one state after the other, each taken in."""
        for state in states:
            assert self.send(self.report(instance, state)) == []

    def fail(
        self, instance: SolutionInstance, state: W = W.FAILED, *, observed: int | None = None
    ) -> None:
        """Report an end that is not the one wished for."""
        assert self.send(self.report(instance, state, failure=FAILURE, observed=observed)) == []

    def beat(self, *health: wire.InstanceHealth) -> wire.HeartbeatAnswer:
        """Give a sign of life."""
        return heartbeats.accept(
            self.agent,
            wire.Heartbeat(
                version=wire.WIRE_VERSION, epoch=1, seq=0, applied_at=None, health=health
            ),
        )

    def document(self) -> wire.DesiredDocument:
        """What the agent is told to run, as it is now."""
        self.agent.refresh_from_db()
        signed = desired.signed(self.agent)
        return wire.DesiredDocument.from_json(wire.parse(signed.document))

    def workload(self, instance: SolutionInstance) -> wire.Workload | None:
        """The document's line about one instance."""
        found = [w for w in self.document().workloads if w.instance == instance.pk]
        return found[0] if found else None

    def offer(self, revision: SolutionVersion) -> Deployment:
        """Have a deployment started and offered."""
        rollout = rollouts.deploy(self.company.root_user, [revision])
        dispatch.advance_due()
        return rollout.deployments.get()

    def install(self, revision: SolutionVersion) -> SolutionInstance:
        """Have a revision deployed and running."""
        self.offer(revision)
        self.say(revision.instance, *GOOD_WAY)
        revision.instance.refresh_from_db()
        return revision.instance

    def offer_removal(self, instance: SolutionInstance) -> Deployment:
        """Have an uninstall started and offered."""
        instance.refresh_from_db()
        rollout: Rollout = rollouts.uninstall(self.company.root_user, [instance])
        dispatch.advance_due()
        return rollout.deployments.get()
