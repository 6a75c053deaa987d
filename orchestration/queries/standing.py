"""What the asking person themselves may do, and where."""

from django.db.models import Q, QuerySet
from django.utils import timezone

from orchestration.models import Node
from rbac.access import granted_paths
from rbac.models import RoleAssignment, User
from rbac.permissions import Perm


def roles(by: User) -> QuerySet[RoleAssignment]:
    """The roles somebody holds now, directly or through a group."""
    current = Q(expires_at=None) | Q(expires_at__gt=timezone.now())
    held = Q(user=by) | Q(group__in=by.groups.all())
    rows = RoleAssignment.objects.filter(current, held).select_related("role", "node")
    return rows.order_by("node__path", "role")


def rights(by: User) -> dict[Perm, list[Node]]:
    """By right: the topmost nodes at which somebody has it; a superuser has all at every root."""
    paths = {perm: granted_paths(by, perm) for perm in Perm}
    wanted = {path for found in paths.values() for path in found}
    rows = Node.objects.filter(Q(path__in=wanted) | Q(parent=None)).order_by("path")
    nodes = {node.path: node for node in rows}
    roots = [node for node in nodes.values() if node.parent_id is None]
    return {
        perm: roots if "/" in found else [nodes[path] for path in found if path in nodes]
        for perm, found in paths.items()
        if found
    }
