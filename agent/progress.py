"""The steps of the work in hand, as lists that are replaced and never changed."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from agent.wire import StepKey, StepReport, StepStatus

Steps = tuple[StepReport, ...]


def start(steps: Steps, key: StepKey, component: str | None, now: datetime) -> Steps:
    """Note that a step runs; one begun before a restart begins anew."""
    others = tuple(step for step in steps if (step.key, step.component) != (key, component))
    return (*others, StepReport(key, component, StepStatus.RUNNING, now, None, None))


def succeed(steps: Steps, now: datetime) -> Steps:
    """Note that what runs has succeeded."""
    return _end(steps, StepStatus.SUCCEEDED, now, None)


def fail(steps: Steps, now: datetime, detail: str) -> Steps:
    """Note that what runs has failed, and why."""
    return _end(steps, StepStatus.FAILED, now, detail)


def _end(steps: Steps, status: StepStatus, now: datetime, detail: str | None) -> Steps:
    return tuple(
        replace(step, status=status, ended_at=now, detail=detail)
        if step.status is StepStatus.RUNNING
        else step
        for step in steps
    )
