"""What the lines of a factory have in common, for one that shall be like it."""

from dataclasses import dataclass

from orchestration.models import Node
from orchestration.queries import places
from orchestration.queries.agents import agents
from orchestration.states import AgentState
from rbac.models import User


@dataclass(frozen=True)
class Likeness:
    """``capabilities`` all its lines have; ``scope`` is empty where they differ."""

    time_zone: str
    scope: str
    capabilities: list[str]
    agents: int


def likeness(by: User, factory: Node) -> Likeness:
    """Return what another factory can take over, as far as the person sees it."""
    lines = list(places.targets(by, factory).prefetch_related("capabilities"))
    scopes = {line.scope for line in lines}
    offered = [{one.name for one in line.capabilities.all()} for line in lines]
    shared = set.intersection(*offered) if offered else set()
    serving = agents(by, factory).filter(state=AgentState.APPROVED)
    scope = scopes.pop() if len(scopes) == 1 else ""
    return Likeness(factory.time_zone, scope, sorted(shared), serving.count())
