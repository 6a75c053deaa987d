"""Sites and targets: the hierarchy that people see."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction
from django.db.models import Q

from orchestration import hints
from orchestration.models import Agent, Node, Target
from orchestration.queries.time_zones import time_zones
from orchestration.services import desired, events
from orchestration.services.contexts import capabilities_named
from orchestration.services.dependencies import refuse_while_used
from orchestration.services.errors import Invalid, Refused
from orchestration.services.tree import plant
from orchestration.states import AgentState, InstanceState
from rbac.access import may
from rbac.models import User
from rbac.permissions import Perm

SYSTEM_SCOPES = frozenset(
    {"kube-system", "kube-public", "kube-node-lease", "azure-arc", "gatekeeper-system"}
)

_AWAY = {InstanceState.NOT_DEPLOYED, InstanceState.UNDEPLOYED}


@transaction.atomic
def create_site(
    by: User, parent: Node, name: str, *, display_name: str = "", time_zone: str = ""
) -> Node:
    """Add a site one level below its parent.

    Raises:
        Invalid: ``name-empty``, ``name-taken``, ``level-too-deep``,
            ``parent-not-a-place``, ``time-zone-unknown``.
    """
    may(by, Perm.EDIT_HIERARCHY, parent).require()
    check_time_zone(time_zone)
    level = _level_below(parent)
    if level >= len(parent.context.levels) - 1:
        raise Invalid("level-too-deep", level=parent.context.level_name(level))
    node = plant(
        parent.context,
        parent,
        Node.Kind.SITE,
        name,
        level=level,
        display_name=display_name,
        time_zone=time_zone,
    )
    events.record("site.created", node, node, by)
    hints.tell([f"node:{parent.pk}"], parent.path)
    return node


@transaction.atomic
def create_target(
    by: User,
    parent: Node,
    name: str,
    *,
    display_name: str = "",
    scope: str = "default",
    capabilities: Sequence[str] = (),
    specification: Mapping[str, Any] | None = None,
    level: int | None = None,
) -> Target:
    """Add a target below a site, or below the context's root.

    ``level`` may be the site's own, for a target that hosts what a whole
    factory shares; unset, it is the level below.

    Raises:
        Invalid: as for `create_site`, and ``scope-reserved``,
            ``capability-unknown``, ``level-wrong``.
    """
    may(by, Perm.EDIT_TARGETS, parent).require()
    check_scope(scope)
    level = target_level(parent, level)
    node = plant(
        parent.context,
        parent,
        Node.Kind.TARGET,
        name,
        level=level,
        display_name=display_name,
    )
    target = Target.objects.create(node=node, scope=scope, specification=dict(specification or {}))
    target.capabilities.set(capabilities_named(node.context, capabilities))
    events.record("target.created", target, node, by, capabilities=list(capabilities))
    hints.tell([f"node:{parent.pk}"], parent.path)
    return target


@transaction.atomic
def change_node(by: User, node: Node, *, name: str, display_name: str, time_zone: str) -> Node:
    """Rename a site or target, or change its time zone.

    Raises:
        Invalid: ``not-a-place``, ``name-empty``, ``name-taken``,
            ``time-zone-unknown``.
    """
    perm = Perm.EDIT_TARGETS if node.kind == Node.Kind.TARGET else Perm.EDIT_HIERARCHY
    may(by, perm, node).require()
    _check_place(node)
    check_time_zone(time_zone)
    if not name.strip():
        raise Invalid("name-empty")
    taken = Node.objects.filter(parent_id=node.parent_id, name=name.strip())
    if taken.exclude(pk=node.pk).exists():
        raise Invalid("name-taken", name=name)
    node.name, node.display_name, node.time_zone = name.strip(), display_name, time_zone
    node.save(update_fields=["name", "display_name", "time_zone"])
    events.record(f"{node.kind}.changed", node, node, by)
    hints.tell([f"node:{node.pk}", f"target:{node.pk}"], node.path)
    return node


@transaction.atomic
def change_target(
    by: User,
    target: Target,
    *,
    scope: str,
    capabilities: Sequence[str],
    specification: Mapping[str, Any],
    agent: Agent | None,
) -> Target:
    """Change what a target offers and who serves it.

    Raises:
        Invalid: ``scope-reserved``, ``capability-unknown``, ``agent-elsewhere``,
            ``agent-not-approved``.
        Refused: ``scope-in-use`` while something is installed.
    """
    may(by, Perm.EDIT_TARGETS, target.node).require()
    check_scope(scope)
    if agent is not None and not target.node.path.startswith(agent.node.path):
        raise Invalid("agent-elsewhere", agent=agent.name)
    if agent is not None and agent != target.agent and agent.state != AgentState.APPROVED:
        raise Invalid("agent-not-approved", agent=agent.name)
    installed = target.instances.filter(Q(current__isnull=False) | Q(desired__isnull=False))
    if scope != target.scope and installed.exists():
        raise Refused("scope-in-use", scope=target.scope)
    if agent != target.agent:
        may(by, Perm.MANAGE_AGENTS, target.node).require()
        desired.hand_over([target.pk])
    former = target.agent
    target.scope, target.specification = scope, dict(specification)
    target.agent = agent
    target.save()
    target.capabilities.set(capabilities_named(target.node.context, capabilities))
    events.record("target.changed", target, target.node, by)
    desired.bump(served.pk for served in (former, agent) if served is not None)
    hints.tell([f"target:{target.pk}"], target.node.path)
    return target


@transaction.atomic
def remove(by: User, node: Node) -> None:
    """Delete a site, or a target on which nothing runs any more.

    Its events stay, and are found at its parent from now on.

    Raises:
        Invalid: ``not-a-place``.
        Refused: ``place-not-empty``, ``place-has-agents``, ``still-installed``,
            ``still-used``, ``still-used-unseen``.
    """
    target = Target.objects.filter(node=node).first()
    perm = Perm.EDIT_TARGETS if target else Perm.EDIT_HIERARCHY
    may(by, perm, node).require()
    _check_place(node)
    if node.children.exists():
        raise Refused("place-not-empty", place=node.title)
    if node.agents.exists():
        raise Refused("place-has-agents", place=node.title)
    if target is not None:
        _forget_copies(by, target)
    parent = node.parent
    events.move(node, parent)
    events.record(f"{node.kind}.removed", node, parent, by)
    hints.tell([f"node:{node.parent_id}"], node.path)
    node.delete()


def _forget_copies(by: User, target: Target) -> None:
    """Delete copies that are not at the line: what was published, what was uninstalled."""
    copies = target.instances.select_for_update()
    refuse_while_used(by, copies)
    if any(copy.state not in _AWAY or copy.desired_id for copy in copies):
        raise Refused("still-installed", line=str(target))
    target.deployments.all().delete()
    target.instances.update(desired=None, current=None)
    target.instances.all().delete()


def _check_place(node: Node) -> None:
    """The root, the catalog and its solutions have services of their own."""
    if node.kind not in {Node.Kind.SITE, Node.Kind.TARGET}:
        raise Invalid("not-a-place", node=node.title)


def _level_below(parent: Node) -> int:
    if parent.kind == Node.Kind.CONTEXT:
        return 0
    if parent.kind != Node.Kind.SITE or parent.level is None:
        raise Invalid("parent-not-a-place", parent=parent.title)
    return parent.level + 1


def target_level(parent: Node, wanted: int | None) -> int:
    """The level of a target below a place; raises Invalid ``level-wrong``."""
    lowest, below = len(parent.context.levels) - 1, _level_below(parent)
    if wanted is None:
        return min(below, lowest)
    if not (parent.level or 0) <= wanted <= lowest:
        raise Invalid("level-wrong", level=wanted)
    return wanted


def check_scope(scope: str) -> None:
    """Refuse what belongs to the system; raises Invalid ``scope-reserved``."""
    if scope in SYSTEM_SCOPES or not scope:
        raise Invalid("scope-reserved", scope=scope)


def check_time_zone(name: str) -> None:
    """Refuse a zone that is not; raises Invalid ``time-zone-unknown``."""
    if name and name not in time_zones():
        raise Invalid("time-zone-unknown", name=name)
