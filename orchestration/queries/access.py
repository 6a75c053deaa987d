"""Who holds which role, and what a role lets somebody do at a place."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.contrib.auth.models import Group
from django.db.models import Q, QuerySet
from django.utils import timezone

from orchestration.models import Node
from rbac.access import may_administer, visible
from rbac.models import RoleAssignment, User
from rbac.permissions import Perm
from rbac.roles import ROLES


@dataclass(frozen=True)
class Right:
    """One right at a place, and the roles it comes from; without any, it is not there."""

    perm: Perm
    through: tuple[RoleAssignment, ...]


def assignments(by: User) -> QuerySet[RoleAssignment]:
    """Role assignments at the places whose access a person manages."""
    rows = RoleAssignment.objects.select_related("user", "group", "node", "given_by")
    return visible(by, Perm.MANAGE_ACCESS, rows, "node__path")


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
    rows = RoleAssignment.objects.select_related("user", "group", "node")
    current = rows.filter(Q(expires_at=None) | Q(expires_at__gt=timezone.now()))
    return current.filter(node__in=node.path_ids()).order_by("node__path", "role", "pk")


def rights_at(person: User, node: Node) -> list[Right]:
    """Every right there is, and why a person has it at a place; the caller has asked."""
    held = list(reaching(node).filter(_holder(person))) if person.is_active else []
    return [Right(perm, _granting(perm, held)) for perm in Perm]


def _granting(perm: Perm, held: Iterable[RoleAssignment]) -> tuple[RoleAssignment, ...]:
    return tuple(one for one in held if perm in ROLES[one.role].perms)


def _holder(person: User) -> Q:
    return Q(user=person) | Q(group__in=person.groups.all())
