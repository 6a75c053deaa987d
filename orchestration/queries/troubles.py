"""What wants attention, for one person."""

from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.utils import timezone

from orchestration.models import Agent, Deployment, Node, SolutionInstance, Target
from orchestration.queries.agents import agents
from orchestration.queries.deployments import deployments
from orchestration.queries.solutions import ILL, instances
from orchestration.states import FAILED_DEPLOYMENT, AgentState, InstanceState
from rbac.access import visible
from rbac.models import User
from rbac.permissions import Perm

BROKEN = (InstanceState.FAILED, InstanceState.UNINSTALL_FAILED)


def lobby(by: User) -> QuerySet[Agent]:
    """Agents that knocked and wait for a person to let them in, longest first."""
    waiting = agents(by).filter(state=AgentState.PENDING)
    return visible(by, Perm.MANAGE_AGENTS, waiting, "node__path").order_by("enrolled_at")


def failures(by: User, within: Node | None = None) -> QuerySet[Deployment]:
    """The last attempt at every copy whose last attempt failed, newest first."""
    attempts = Deployment.objects.filter(instance=OuterRef("instance")).order_by("-pk")
    newest = Subquery(attempts.values("pk")[:1])
    failed = deployments(by, within).filter(state__in=FAILED_DEPLOYMENT, instance__state__in=BROKEN)
    return failed.filter(pk=newest)


def ill(by: User, within: Node | None = None) -> QuerySet[SolutionInstance]:
    """Copies that were deployed well and no longer run, by what their agent sees."""
    deployed = instances(by, within).filter(state=InstanceState.DEPLOYED)
    return deployed.filter(current__isnull=False, health__state__in=ILL)


def unserved(by: User, within: Node | None = None) -> QuerySet[Target]:
    """Lines on which something is installed and that no approved agent serves."""
    nobody = Q(target__agent=None) | ~Q(target__agent__state=AgentState.APPROVED)
    left = instances(by, within).filter(nobody, current__isnull=False).order_by()
    rows = Target.objects.filter(pk__in=left.values("target"))
    return rows.select_related("node__context", "node__parent").order_by("node__path")


def due(by: User) -> QuerySet[Deployment]:
    """Attempts a worker should have looked at by now, longest overdue first."""
    return deployments(by).filter(next_action_at__lte=timezone.now()).order_by("next_action_at")
