"""Agents and whether they are there, for one person."""

from datetime import timedelta

from django.db.models import QuerySet
from django.utils import timezone

from orchestration.models import Agent, EnrolmentToken, Node
from orchestration.queries import sight
from orchestration.states import AgentState
from rbac.access import visible
from rbac.models import User
from rbac.permissions import Perm

AWAY_AFTER = timedelta(seconds=45)


def agents(by: User, within: Node | None = None) -> QuerySet[Agent]:
    """Agents at the places a person may see."""
    rows = Agent.objects.select_related("node__context")
    return sight.seen(by, sight.AGENTS, rows, "node__path", within)


def tokens(by: User) -> QuerySet[EnrolmentToken]:
    """Enrolment tokens at the places whose agents a person manages."""
    rows = EnrolmentToken.objects.select_related("node", "created_by")
    return visible(by, Perm.MANAGE_AGENTS, rows, "node__path")


def away(agent: Agent) -> bool:
    """Whether an approved agent has been silent for longer than it should be."""
    if agent.state != AgentState.APPROVED:
        return False
    return agent.last_seen_at is None or agent.last_seen_at < timezone.now() - AWAY_AFTER


def away_agents(by: User, within: Node | None = None) -> QuerySet[Agent]:
    """The approved agents that are away, longest first."""
    silent = agents(by, within).filter(state=AgentState.APPROVED)
    return silent.exclude(last_seen_at__gte=timezone.now() - AWAY_AFTER).order_by("last_seen_at")
