"""Signs of life from agents: who is there, and how their workloads feel."""

from django.db import transaction
from django.utils import timezone

from agent import wire
from orchestration import hints
from orchestration.models import Agent, Deployment, SolutionInstance
from orchestration.services import events
from orchestration.states import DeploymentState

INTERVAL = 10
_WATCHED = ("state", "revision_id", "generation", "detail")


@transaction.atomic
def accept(agent: Agent, beat: wire.Heartbeat) -> wire.HeartbeatAnswer:
    """Note that the agent is there and what changed in the health it reports."""
    now = timezone.now()
    _welcome_back(agent)
    instances = {
        instance.pk: instance
        for instance in SolutionInstance.objects.filter(
            pk__in=[health.instance for health in beat.health], target__agent=agent
        ).select_related("target__node", "template__node")
    }
    for health in beat.health:
        instance = instances.get(health.instance)
        if instance is not None:
            _note_health(instance, health, agent)
    # Last, as everybody locks: attempts, then instances, then the agent.
    Agent.objects.filter(pk=agent.pk).update(last_seen_at=now, applied_seq=beat.seq)
    return wire.HeartbeatAnswer(server_time=now, interval=INTERVAL)


def _welcome_back(agent: Agent) -> None:
    """Let what waited for contact go on at once."""
    Deployment.objects.filter(
        target__agent=agent,
        state=DeploymentState.DEFERRED,
        next_action_at__gt=timezone.now(),
    ).update(next_action_at=timezone.now(), hold={"code": "contact"})


def _note_health(instance: SolutionInstance, health: wire.InstanceHealth, agent: Agent) -> None:
    told = health.to_json()
    if all(instance.health.get(name) == told[name] for name in _WATCHED):
        return
    before = instance.health.get("known")
    known = before if health.state is wire.HealthState.UNKNOWN else told["state"]
    SolutionInstance.objects.filter(pk=instance.pk).update(health=told | {"known": known})
    node = instance.target.node
    # Unknown is what a copy is while it is being changed; what it becomes is worth a line.
    if before is not None and before != known:
        events.record("instance.health", instance, node, agent, before=before, after=known)
    hints.tell([f"target:{node.pk}", f"solution:{instance.template_id}"], node.path)
