"""Giving and taking roles, and changing what they carry. Records no event: the caller does."""

from collections.abc import Iterable
from datetime import datetime

from django.apps import apps
from django.conf import settings
from django.contrib.auth.models import Group, Permission
from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.db.models import Model

from rbac.access import Place, Verdict, may, may_until
from rbac.models import NodeGroupPermission, NodeUserPermission, Role, RoleAssignment, User
from rbac.permissions import Perm


def may_give(by: User, role: str, node: Place, until: datetime | None = None) -> Verdict:
    """Whether somebody may give a role, named by its key, at a node until a moment; None: for good.

    Nobody gives more than they have, nor for longer: every right of the role must be theirs.
    Codes: ``role-unknown``, ``right-missing``, ``role-outlasts-you``.
    """
    known = Role.objects.filter(key=role).first()
    if known is None:
        return Verdict(ok=False, code="role-unknown", params={"role": role})
    verdict = may_lend(by, known.perms, node)
    if verdict and not may_until(by, known.perms, node, until):
        return Verdict(ok=False, code="role-outlasts-you", params={"role": known.label})
    return verdict


def may_lend(by: User, perms: Iterable[Perm], node: Place) -> Verdict:
    """Whether somebody manages access at a node and has all of the rights there themselves."""
    for perm in (Perm.MANAGE_ACCESS, *sorted(perms)):
        verdict = may(by, perm, node)
        if not verdict:
            return verdict
    return Verdict(ok=True)


def hold(role: str) -> None:
    """Keep a role as it is until the transaction ends: what was asked about it stays true."""
    Role.objects.select_for_update().filter(key=role).first()


@transaction.atomic
def give(
    role: str,
    to: User | Group,
    node: Place,
    *,
    by: User | None = None,
    expires_at: datetime | None = None,
) -> RoleAssignment:
    """Assign a role, named by its key; giving it again only changes when it ends."""
    holder = {"user": to} if isinstance(to, User) else {"group": to}
    hold(role)  # a change of what it carries comes wholly before or wholly after this
    given = Role.objects.get(key=role)
    assignment, _ = RoleAssignment.objects.update_or_create(
        role=given,
        node_id=node.pk,
        **holder,
        defaults={"expires_at": expires_at},
        create_defaults={"expires_at": expires_at, "given_by": by},
    )
    _write_rights(given, [assignment])
    return assignment


@transaction.atomic
def take(assignment: RoleAssignment) -> None:
    """Withdraw a role; its permission rows go with it by the cascade."""
    assignment.delete()


@transaction.atomic
def rewrite(role: Role, *, label: str, description: str, perms: Iterable[Perm]) -> Role:
    """Change what a role is called and carries; whoever holds it has the new rights at once."""
    changed = Role.objects.select_for_update().get(pk=role.pk)
    changed.label, changed.description = label, description
    changed.rights = sorted(perm.value for perm in perms)
    changed.save()
    for rows in (NodeUserPermission.objects, NodeGroupPermission.objects):
        of_role = rows.filter(assignment__role=changed)
        of_role.exclude(permission__codename__in=changed.rights).delete()
    _write_rights(changed, changed.assignments.all())
    return changed


def _node_model() -> type[Model]:
    return apps.get_model(settings.RBAC_NODE_MODEL)


def _write_rights(role: Role, assignments: Iterable[RoleAssignment]) -> None:
    permissions = Permission.objects.filter(
        codename__in=[perm.value for perm in role.perms],
        content_type=ContentType.objects.get_for_model(_node_model()),
    )
    pairs = [(one, permission) for one in assignments for permission in permissions]
    NodeUserPermission.objects.bulk_create(
        [
            NodeUserPermission(
                assignment=one, user_id=one.user_id, permission=right, content_object_id=one.node_id
            )
            for one, right in pairs
            if one.user_id is not None
        ],
        ignore_conflicts=True,
    )
    NodeGroupPermission.objects.bulk_create(
        [
            NodeGroupPermission(
                assignment=one,
                group_id=one.group_id,
                permission=right,
                content_object_id=one.node_id,
            )
            for one, right in pairs
            if one.group_id is not None
        ],
        ignore_conflicts=True,
    )
