"""Thin Celery wrappers around services. Nothing imports this."""

from celery import shared_task

from orchestration.services import deliveries, dispatch, operations_running
from orchestration.services import sweep as sweeping


@shared_task(ignore_result=True)
def advance_due() -> None:
    """Move due deployments on, because somebody just made some."""
    dispatch.advance_due()


@shared_task(ignore_result=True)
def deliver_due() -> None:
    """Bring out what webhooks are to hear, because something just happened."""
    deliveries.deliver_due()


@shared_task(ignore_result=True)
def advance_operations() -> None:
    """Work on operations for many lines, because somebody asked for one or one goes on."""
    operations_running.advance_due()


@shared_task(ignore_result=True)
def sweep() -> None:
    """Move whatever is due on, whether or not a message announced it."""
    sweeping.run()
