"""Is anything wrong, where, since when, and what can I do?"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from orchestration.models import Deployment, Node
from orchestration.queries import possible, sight, troubles
from orchestration.queries.agents import away_agents
from orchestration.queries.deployments import deployments
from orchestration.queries.overview import Standing, hierarchy
from orchestration.queries.places import time_zones
from orchestration.states import ACTIVE_DEPLOYMENT, DEPLOYMENT, Severity
from portal.web.copies import copies
from portal.web.needs import WATCH, needs
from portal.web.requests import PortalRequest
from portal.web.scope import scope_of
from portal.web.troubles import Hold, Trouble, hold_of, trouble_of
from rbac.access import Verdict, granted_paths
from rbac.models import User

MOST_FAILURES = 3  # boxes; the rest is one click away
MOST_ROWS = 20


@dataclass(frozen=True)
class Failure:
    """A failed attempt with what one may do about it."""

    deployment: Deployment
    trouble: Trouble
    retry: Verdict

    @property
    def key(self) -> str:
        """Part of an id on the page."""
        return str(self.deployment.pk)


@dataclass(frozen=True)
class Attempt:
    """An attempt that goes on, and why it waits if it does."""

    deployment: Deployment
    hold: Hold | None

    @property
    def state(self) -> object:
        """The state, with its word."""
        return DEPLOYMENT[self.deployment.state]


@needs(*WATCH)
@require_safe
def overview(request: PortalRequest) -> HttpResponse:
    """Show what wants attention first, then what goes on, then every place."""
    within = scope_of(request)
    attention = _attention(request.user, within)
    active = deployments(request.user, within).filter(state__in=ACTIVE_DEPLOYMENT)
    attempts = [Attempt(one, hold_of(one)) for one in active[: MOST_ROWS + 1]]
    places = hierarchy(request.user, within)
    known = _nodes(attention, [one.deployment for one in attempts])
    context = attention | {
        "zones": time_zones(known),
        "attention": any(attention.values()),
        "well": not any(attention.values()) and _well(request.user, places),
        "running": attempts[:MOST_ROWS],
        "more_running": len(attempts) > MOST_ROWS,
        "places": places,
    }
    return render(request, "monitor/overview.html", context)


def _nodes(attention: Mapping[str, Any], active: Iterable[Deployment]) -> Iterator[Node]:
    """The places at which what the page tells of has happened."""
    yield from (one.deployment.target.node for one in attention["failures"])
    yield from (one.instance.target.node for one in attention["ill"])
    yield from (agent.node for agent in attention["away"])
    yield from (one.target.node for one in active)


def _well(by: User, places: Iterable[Standing]) -> bool:
    """Whether a person sees what is installed, and none of its words says that it is broken."""
    words = {word for row in places for word in row.words}
    broken = any(word.severity is Severity.DANGER for word in words)
    return bool(granted_paths(by, *sight.INSTALLED)) and not broken


def _attention(by: User, within: Node | None) -> dict[str, Any]:
    failed = troubles.failures(by, within)
    count = failed.count()
    return {
        "failures": list(_failures(by, failed[:MOST_FAILURES])),
        "more_failures": max(count - MOST_FAILURES, 0),
        "ill": copies(by, troubles.ill(by, within)[:MOST_ROWS]),
        "unserved": list(troubles.unserved(by, within)[:MOST_ROWS]),
        "away": list(away_agents(by, within).annotate(lines=Count("targets"))[:MOST_ROWS]),
    }


def _failures(by: User, failed: Iterable[Deployment]) -> Iterable[Failure]:
    for deployment in failed:
        trouble = trouble_of(deployment)
        if trouble is not None:
            yield Failure(deployment, trouble, possible.retry(by, deployment, newest=True))
