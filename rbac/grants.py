"""Giving and taking roles. Records no event: the service that calls does."""

from datetime import datetime

from django.apps import apps
from django.conf import settings
from django.contrib.auth.models import Group, Permission
from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.db.models import Model

from rbac.access import Place, Verdict, may
from rbac.models import NodeGroupPermission, NodeUserPermission, RoleAssignment, User
from rbac.permissions import Perm
from rbac.roles import ROLES


def may_give(by: User, role: str, node: Place) -> Verdict:
    """Whether somebody may give a role at a node.

    Nobody gives more than they have: every right of the role must be theirs.
    Codes: ``role-unknown``, ``right-missing``.
    """
    known = ROLES.get(role)
    if known is None:
        return Verdict(ok=False, code="role-unknown", params={"role": role})
    for perm in (Perm.MANAGE_ACCESS, *sorted(known.perms)):
        verdict = may(by, perm, node)
        if not verdict:
            return verdict
    return Verdict(ok=True)


@transaction.atomic
def give(
    role: str,
    to: User | Group,
    node: Place,
    *,
    by: User | None = None,
    expires_at: datetime | None = None,
) -> RoleAssignment:
    """Assign a role; giving it again only changes when it ends."""
    holder = {"user": to} if isinstance(to, User) else {"group": to}
    assignment, _ = RoleAssignment.objects.update_or_create(
        role=role,
        node_id=node.pk,
        **holder,
        defaults={"expires_at": expires_at},
        create_defaults={"expires_at": expires_at, "given_by": by},
    )
    _write_rights(assignment)
    return assignment


@transaction.atomic
def take(assignment: RoleAssignment) -> None:
    """Withdraw a role; its permission rows go with it by the cascade."""
    assignment.delete()


def _node_model() -> type[Model]:
    return apps.get_model(settings.RBAC_NODE_MODEL)


def _write_rights(assignment: RoleAssignment) -> None:
    wanted = ROLES[assignment.role].perms
    permissions = Permission.objects.filter(
        codename__in=[perm.value for perm in wanted],
        content_type=ContentType.objects.get_for_model(_node_model()),
    )
    at = {"content_object_id": assignment.node_id, "assignment": assignment}
    if assignment.user is not None:
        NodeUserPermission.objects.bulk_create(
            [NodeUserPermission(user=assignment.user, permission=p, **at) for p in permissions],
            ignore_conflicts=True,
        )
    elif assignment.group is not None:
        NodeGroupPermission.objects.bulk_create(
            [NodeGroupPermission(group=assignment.group, permission=p, **at) for p in permissions],
            ignore_conflicts=True,
        )
