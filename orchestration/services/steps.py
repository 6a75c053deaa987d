"""The steps of a deployment, as far as the site has told."""

from agent import wire
from orchestration.models import Deployment, Step
from orchestration.states import StepStatus

RECEIVED = "received"
LONGEST_NAME = 120  # characters of a component's name


def note(deployment: Deployment, report: wire.Report) -> None:
    """Write down the steps a report lists; saying a thing twice changes nothing."""
    if report.state is wire.ReportState.RECEIVED:
        _write(
            deployment,
            RECEIVED,
            "",
            status=StepStatus.SUCCEEDED,
            started_at=report.at,
            ended_at=report.at,
        )
    for step in report.steps:
        _write(
            deployment,
            step.key.value,
            (step.component or "")[:LONGEST_NAME],
            status=StepStatus(step.status.value),
            started_at=step.started_at,
            ended_at=step.ended_at,
            detail=step.detail or "",
        )


def _write(deployment: Deployment, key: str, component: str, **fields: object) -> None:
    position = deployment.steps.count()
    Step.objects.update_or_create(
        deployment=deployment,
        key=key,
        component=component,
        defaults=fields,
        create_defaults={**fields, "position": position},
    )
