"""Giving and taking roles, on the record."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.contrib.auth.models import Group
from django.db import transaction
from django.utils import timezone

from orchestration import hints
from orchestration.models import Node
from orchestration.services import events
from rbac import grants
from rbac.access import may
from rbac.models import RoleAssignment, User
from rbac.permissions import Perm

KEPT_FOR = timedelta(days=30)  # how long a role that has ended is still shown
BATCH = 500


@transaction.atomic
def give(
    by: User,
    role: str,
    to: User | Group,
    node: Node,
    *,
    expires_at: datetime | None = None,
) -> RoleAssignment:
    """Assign a role, named by its key, at a node, to a user or a group.

    Raises:
        Denied: ``right-missing`` when the giver lacks a right of the role,
            ``role-outlasts-you`` when they have one of them for a shorter time,
            ``role-unknown``.
    """
    grants.hold(role)
    grants.may_give(by, role, node, expires_at).require()
    assignment = grants.give(role, to, node, by=by, expires_at=expires_at)
    events.record("role.given", assignment, node, by, **_told(assignment))
    hints.tell_rights(people_of([assignment]))
    return assignment


@transaction.atomic
def take(by: User, assignment: RoleAssignment) -> None:
    """Withdraw a role; takes effect at the next request and on open sockets."""
    node = Node.objects.get(pk=assignment.node_id)
    may(by, Perm.MANAGE_ACCESS, node).require()
    people = people_of([assignment])
    events.record("role.taken", assignment, node, by, **_told(assignment))
    grants.take(assignment)
    hints.tell_rights(people)


@transaction.atomic
def sweep_ended() -> int:
    """Clear away roles that ended a while ago; returns how many. They gave nothing since."""
    ended = RoleAssignment.objects.filter(expires_at__lte=timezone.now() - KEPT_FOR)
    rows = list(ended.select_related("role", "user", "group", "node")[:BATCH])
    for assignment in rows:
        events.record("role.ended", assignment, assignment.node, None, **_told(assignment))
        grants.take(assignment)
    return len(rows)


def _told(assignment: RoleAssignment) -> dict[str, str]:
    holder = assignment.user or assignment.group
    return {"role": assignment.role_id, "label": assignment.role.label, "to": str(holder)}


def people_of(assignments: Iterable[RoleAssignment]) -> list[int]:
    """The ids of everybody whom some assignments reach, directly or through a group."""
    rows = list(assignments)
    own = {one.user_id for one in rows if one.user_id is not None}
    groups = {one.group_id for one in rows if one.group_id is not None}
    members = User.objects.filter(groups__in=groups).values_list("pk", flat=True) if groups else ()
    return sorted(own | set(members))
