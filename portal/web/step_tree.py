"""The steps of a deployment as the tree that components/steps.html draws."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby

from orchestration.queries.deployments import StepView
from orchestration.states import STEP, StepStatus
from portal.web.words import step_name, word

ICONS = {StepStatus.WAITING: "waiting", StepStatus.SKIPPED: "none"}
# A part that failed or still goes on speaks for the whole.
_LOUDEST = (
    StepStatus.FAILED,
    StepStatus.RUNNING,
    StepStatus.SUCCEEDED,
    StepStatus.WAITING,
    StepStatus.SKIPPED,
)


@dataclass(frozen=True)
class Branch:
    """A step as the template reads it, with the steps below it."""

    label: str
    word: str
    severity: str
    started: datetime | None
    ended: datetime | None
    detail: str = ""
    icon: str = ""
    steps: list["Branch"] = field(default_factory=list)


def tree(steps: Sequence[StepView]) -> list[Branch]:
    """Return the steps; those of several components of one kind below one of their kind."""
    return [_branch(key, list(group)) for key, group in groupby(steps, key=lambda step: step.key)]


def _branch(key: str, group: list[StepView]) -> Branch:
    if len(group) == 1:
        return _leaf(group[0])
    status = min((step.status for step in group), key=_LOUDEST.index)
    if {step.status for step in group} == {StepStatus.SUCCEEDED, StepStatus.WAITING}:
        status = StepStatus.RUNNING
    starts = [step.started_at for step in group if step.started_at]
    ends = [step.ended_at for step in group if step.ended_at]
    return Branch(
        step_name(key),
        word(STEP[status]),
        STEP[status].severity,
        min(starts, default=None),
        max(ends) if len(ends) == len(group) else None,
        icon=ICONS.get(status, ""),
        steps=[_leaf(step) for step in group],
    )


def _leaf(step: StepView) -> Branch:
    return Branch(
        step_name(step.key, step.component),
        word(STEP[step.status]),
        STEP[step.status].severity,
        step.started_at,
        step.ended_at,
        step.detail,
        ICONS.get(step.status, ""),
    )
