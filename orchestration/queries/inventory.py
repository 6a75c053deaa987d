"""How much there is of everything, and how much of it wants attention, for one person."""

from dataclasses import dataclass

from django.db.models import Count, Q

from orchestration.models import Agent, Node, SolutionInstance, Target
from orchestration.queries import places, solutions
from orchestration.queries.agents import agents, away_agents
from orchestration.queries.troubles import BROKEN, ill
from orchestration.states import AgentState, InstanceState
from rbac.models import User

_GONE = (InstanceState.NOT_DEPLOYED, InstanceState.UNDEPLOYED)


@dataclass(frozen=True)
class Inventory:
    """Counts of what a person sees.

    ``installed`` counts copies on lines; of these ``failed`` are those whose last attempt failed,
    ``ill`` those that were deployed well and no longer run.
    """

    agents: int
    waiting: int
    away: int
    sites: int
    lines: int
    unserved: int
    installed: int
    failed: int
    ill: int
    solutions: int
    versions: int


def inventory(by: User) -> Inventory:
    """Count, each noun with one read."""
    known = _counted_agents(by)
    at = _counted_places(by)
    copies = _counted_copies(by)
    return Inventory(
        agents=known["approved"],
        waiting=known["pending"],
        away=away_agents(by).order_by().count(),
        sites=at["sites"],
        lines=at["lines"],
        unserved=_without_agent(by),
        installed=copies["installed"],
        failed=copies["failed"],
        ill=ill(by).order_by().count(),
        solutions=solutions.templates(by).order_by().count(),
        versions=solutions.template_versions(by).order_by().count(),
    )


def _counted_agents(by: User) -> dict[str, int]:
    rows = Agent.objects.filter(pk__in=agents(by).order_by().values("pk"))
    return rows.aggregate(
        approved=Count("pk", filter=Q(state=AgentState.APPROVED)),
        pending=Count("pk", filter=Q(state=AgentState.PENDING)),
    )


def _counted_places(by: User) -> dict[str, int]:
    rows = Node.objects.filter(pk__in=places.nodes(by).order_by().values("pk"))
    return rows.aggregate(
        sites=Count("pk", filter=Q(kind=Node.Kind.SITE)),
        lines=Count("pk", filter=Q(kind=Node.Kind.TARGET)),
    )


def _without_agent(by: User) -> int:
    rows = Target.objects.filter(pk__in=places.targets(by).order_by().values("pk"))
    return rows.exclude(agent__state=AgentState.APPROVED).count()


def _counted_copies(by: User) -> dict[str, int]:
    seen = solutions.instances(by).order_by().values("pk")
    return SolutionInstance.objects.filter(pk__in=seen).aggregate(
        installed=Count("pk", filter=~Q(state__in=_GONE)),
        failed=Count("pk", filter=Q(state__in=BROKEN)),
    )
