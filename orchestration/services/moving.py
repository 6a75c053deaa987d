"""Moving a place with all that is below it: names, rights, values and history go along."""

from django.db import transaction
from django.db.models import Value
from django.db.models.functions import Concat, Substr

from orchestration import hints
from orchestration.models import Node, SolutionInstance, Target
from orchestration.services import configuration, events
from orchestration.services.errors import Invalid
from orchestration.services.roles import people_of
from rbac.access import below, may
from rbac.models import RoleAssignment, User
from rbac.permissions import Perm

_PARENTS = {Node.Kind.CONTEXT, Node.Kind.SITE}


@transaction.atomic
def move(by: User, node: Node, parent: Node) -> Node:
    """Hang a site or target below another place of its context, on the level it is on.

    What it inherits differs from now on, so every copy below waits for a review.

    Raises:
        Invalid: ``not-a-place``, ``parent-not-a-place``, ``other-context``, ``level-wrong``,
            ``name-taken``, ``agent-elsewhere`` where an agent above serves a line below.
    """
    if node.kind not in {Node.Kind.SITE, Node.Kind.TARGET}:
        raise Invalid("not-a-place", node=node.title)
    perm = Perm.EDIT_TARGETS if node.kind == Node.Kind.TARGET else Perm.EDIT_HIERARCHY
    # Held first: what is published or saved meanwhile would go by the old place.
    configuration.hold_all(node.context_id)
    node.refresh_from_db()
    parent.refresh_from_db()
    for place in (node, parent):
        may(by, perm, place).require()
    if node.parent_id == parent.pk:
        return node
    _check(node, parent)
    former = node.path
    reached = _reached(former, parent.path)
    _rewrite(node, parent)
    configuration.mark(SolutionInstance.objects.filter(below([node.path], "target__node__path")))
    events.record(f"{node.kind}.moved", node, node, by, place=parent.title)
    hints.tell([f"node:{node.pk}", f"node:{parent.pk}"], node.path)
    hints.tell([f"node:{node.pk}"], former)
    hints.tell_rights(reached)
    return node


def _check(node: Node, parent: Node) -> None:
    if parent.kind not in _PARENTS:
        raise Invalid("parent-not-a-place", parent=parent.title)
    if parent.context_id != node.context_id:
        raise Invalid("other-context", place=parent.title, solution=node.title)
    lowest = 0 if parent.level is None else parent.level
    fits = node.level == (0 if parent.level is None else parent.level + 1)
    if node.kind == Node.Kind.TARGET:
        fits = node.level is not None and node.level >= lowest
    # Levels above are lower numbers, so nothing can come to hang below itself.
    if not fits or parent.path.startswith(node.path):
        raise Invalid("level-wrong", level=node.level_name)
    if parent.children.filter(name=node.name).exists():
        raise Invalid("name-taken", name=node.name)
    served = Target.objects.filter(below([node.path], "node__path")).exclude(agent=None)
    for target in served.select_related("agent__node"):
        agent = target.agent
        stays = agent is not None and not agent.node.path.startswith(node.path)
        if agent is not None and stays and not parent.path.startswith(agent.node.path):
            raise Invalid("agent-elsewhere", agent=agent.name)


def _reached(former: str, path: str) -> list[int]:
    """Everybody who holds a role above the place, before or after."""
    ids = {int(part) for way in (former, path) for part in way.strip("/").split("/")}
    held = RoleAssignment.objects.filter(node_id__in=ids).select_related("user", "group")
    return people_of(held)


def _rewrite(node: Node, parent: Node) -> None:
    """Give the place and all below it their new paths, in one update."""
    former, path = node.path, f"{parent.path}{node.pk}/"
    rest = Substr("path", len(former) + 1)
    Node.objects.filter(below([former])).exclude(pk=node.pk).update(path=Concat(Value(path), rest))
    Node.objects.filter(pk=node.pk).update(path=path, parent=parent)
    node.path, node.parent = path, parent
