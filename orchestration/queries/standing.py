"""What the asking person themselves may do, and where."""

from datetime import datetime

from django.db.models import Q, QuerySet
from django.utils import timezone

from orchestration.models import Node
from rbac.access import granted_paths
from rbac.models import RoleAssignment, User
from rbac.permissions import Perm


def roles(by: User) -> QuerySet[RoleAssignment]:
    """The roles somebody holds now, directly or through a group."""
    current = Q(expires_at=None) | Q(expires_at__gt=timezone.now())
    rows = _held(by).filter(current).select_related("role", "node")
    return rows.order_by("node__path", "role")


def next_end(by: User) -> datetime | None:
    """When the next of somebody's roles ends; None when none will."""
    rows = _held(by).filter(expires_at__gt=timezone.now())
    return rows.order_by("expires_at").values_list("expires_at", flat=True).first()


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


def _held(by: User) -> QuerySet[RoleAssignment]:
    return RoleAssignment.objects.filter(Q(user=by) | Q(group__in=by.groups.all()))
