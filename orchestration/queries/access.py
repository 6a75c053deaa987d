"""Who holds which role where."""

from collections.abc import Iterable, Sequence

from django.contrib.auth.models import Group
from django.db.models import Q, QuerySet
from django.utils import timezone

from orchestration.models import Node
from rbac.access import granted_paths, may_administer, may_anywhere, visible
from rbac.models import Role, RoleAssignment, User
from rbac.permissions import Perm


def roles(by: User) -> QuerySet[Role]:
    """The roles there are, for who may give any."""
    known = may_administer(by) or may_anywhere(by, Perm.MANAGE_ACCESS)
    return Role.objects.all() if known else Role.objects.none()


def assignments(by: User) -> QuerySet[RoleAssignment]:
    """Role assignments at the places whose access a person manages, also those that have ended."""
    rows = RoleAssignment.objects.select_related("role", "user", "group", "node", "given_by")
    return visible(by, Perm.MANAGE_ACCESS, rows, "node__path")


def holding(by: User, role: Role) -> QuerySet[RoleAssignment]:
    """Who holds a role, as far as the person manages access there."""
    return assignments(by).filter(role=role).order_by("node__path", "pk")


def people(by: User) -> QuerySet[User]:
    """Everybody for a superuser; for others those who hold roles where they manage access."""
    if may_administer(by):
        return User.objects.all()
    held = assignments(by).order_by()
    direct = Q(pk__in=held.exclude(user=None).values("user"))
    through_groups = Q(groups__in=held.exclude(group=None).values("group"))
    return User.objects.filter(direct | through_groups).distinct()


def groups(by: User) -> QuerySet[Group]:
    """Every group for a superuser; for others those that hold roles where they manage access."""
    if may_administer(by):
        return Group.objects.all()
    held = assignments(by).order_by().exclude(group=None)
    return Group.objects.filter(pk__in=held.values("group"))


def places(by: User) -> QuerySet[Node]:
    """The places and solutions at which a person may give and take roles."""
    return visible(by, Perm.MANAGE_ACCESS, Node.objects.select_related("context"))


def held_by(by: User, person: User) -> QuerySet[RoleAssignment]:
    """The roles somebody holds, also through groups, as far as the asking person manages them."""
    return assignments(by).filter(_holder(person)).order_by("node__path", "role")


def reaching(node: Node) -> QuerySet[RoleAssignment]:
    """Every assignment that counts at a place now, from the top down; the caller has asked."""
    rows = RoleAssignment.objects.select_related("role", "user", "group", "node")
    current = rows.filter(Q(expires_at=None) | Q(expires_at__gt=timezone.now()))
    return current.filter(node__in=node.path_ids()).order_by("node__path", "role", "pk")


def lacking_together(by: User, perms: Sequence[Perm]) -> list[str]:
    """The rights that somebody lacks for having all of some at one place; empty if there is one."""
    together = ["/"]
    for perm in perms:
        together = _common(together, granted_paths(by, perm))
    if together:
        return []
    nowhere = [perm.value for perm in perms if not granted_paths(by, perm)]
    return nowhere or [perm.value for perm in perms]


def _common(some: Iterable[str], others: Sequence[str]) -> list[str]:
    """What lies below a path of either: the longer of each two that lie on one line."""
    return [
        max(one, other, key=len)
        for one in some
        for other in others
        if one.startswith(other) or other.startswith(one)
    ]


def _holder(person: User) -> Q:
    return Q(user=person) | Q(group__in=person.groups.all())
