"""How the installation is doing, as the health page shows it."""

from typing import Any

from orchestration.models import WorkerHeartbeat
from orchestration.queries import agents, troubles
from portal.web.health import CHECKS, OK
from rbac.models import User

SHOWN = 20


def state(by: User) -> dict[str, Any]:
    """Return the parts of /healthz, signs of life, and what is late among what the person sees."""
    due = troubles.due(by)
    return {
        "parts": [{"name": check.__name__, "state": check(), "ok": OK} for check in CHECKS],
        "workers": WorkerHeartbeat.objects.order_by("name"),
        "due": due[:SHOWN],
        "due_count": due.count(),
        "away": agents.away_agents(by),
    }
