"""GET /healthz: whether this server can do its work, for probes and scripts."""

from collections.abc import Callable
from datetime import timedelta

from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from orchestration.models import WorkerHeartbeat
from orchestration.services import rotation

SWEEP = "sweep"
SILENT_AFTER = timedelta(seconds=30)
OK = "ok"


def database() -> str:
    """Whether the database answers."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return OK


def migrations() -> str:
    """Whether every migration has been applied."""
    executor = MigrationExecutor(connection)
    missing = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return f"{len(missing)} not applied" if missing else OK


def workers() -> str:
    """Whether the sweep, which workers run and beat starts, has run lately."""
    last = WorkerHeartbeat.objects.filter(name=SWEEP).values_list("at", flat=True).first()
    if last is None:
        return "no sweep yet"
    silent = timezone.now() - last
    return OK if silent <= SILENT_AFTER else f"no sweep for {silent.total_seconds():.0f} s"


def secrets() -> str:
    """Whether the keys of all secrets in the database are there."""
    missing = rotation.missing_keys()
    return f"key missing: {', '.join(missing)}" if missing else OK


CHECKS: tuple[Callable[[], str], ...] = (database, migrations, workers, secrets)


@require_safe
@never_cache
def healthz(request: HttpRequest) -> JsonResponse:
    """Answer 200 when all is well, else 503; the body names each part and its state."""
    parts = {check.__name__: _state(check) for check in CHECKS}
    healthy = all(state == OK for state in parts.values())
    return JsonResponse(
        {"status": OK if healthy else "failing", **parts}, status=200 if healthy else 503
    )


def _state(check: Callable[[], str]) -> str:
    try:
        return check()
    except DatabaseError:
        return "unreachable"  # details are for the log of whoever runs the database, not for probes
