"""The recurring look at everything that is due, whatever messages were lost."""

from django.utils import timezone

from orchestration.models import WorkerHeartbeat
from orchestration.services import (
    deliveries,
    dispatch,
    idempotency,
    operations_running,
    roles,
    validations,
)

NAME = "sweep"


def run() -> int:
    """Move due work on, and leave a sign of life; returns rows looked at."""
    WorkerHeartbeat.objects.update_or_create(name=NAME, defaults={"at": timezone.now()})
    roles.sweep_ended()
    validations.time_out_due()
    deliveries.tidy()
    operations_running.wake_if_due()
    idempotency.sweep()
    return dispatch.advance_due()
