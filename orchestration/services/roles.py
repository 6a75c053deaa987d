"""Giving and taking roles, on the record."""

from datetime import datetime

from django.contrib.auth.models import Group
from django.db import transaction

from orchestration import hints
from orchestration.models import Node
from orchestration.services import events
from rbac import grants
from rbac.access import may
from rbac.models import RoleAssignment, User
from rbac.permissions import Perm


@transaction.atomic
def give(
    by: User,
    role: str,
    to: User | Group,
    node: Node,
    *,
    expires_at: datetime | None = None,
) -> RoleAssignment:
    """Assign a role at a node, to a user or a group.

    Raises:
        Denied: ``right-missing`` when the giver lacks a right of the role,
            ``role-unknown``.
    """
    grants.may_give(by, role, node).require()
    assignment = grants.give(role, to, node, by=by, expires_at=expires_at)
    events.record("role.given", assignment, node, by, role=role, to=str(to))
    hints.tell_rights(_people(assignment))
    return assignment


@transaction.atomic
def take(by: User, assignment: RoleAssignment) -> None:
    """Withdraw a role; takes effect at the next request and on open sockets."""
    node = Node.objects.get(pk=assignment.node_id)
    may(by, Perm.MANAGE_ACCESS, node).require()
    people = _people(assignment)
    events.record(
        "role.taken",
        assignment,
        node,
        by,
        role=assignment.role,
        to=str(assignment.user or assignment.group),
    )
    grants.take(assignment)
    hints.tell_rights(people)


def _people(assignment: RoleAssignment) -> list[int]:
    if assignment.user_id is not None:
        return [assignment.user_id]
    members = User.objects.filter(groups=assignment.group_id)
    return list(members.values_list("pk", flat=True))
