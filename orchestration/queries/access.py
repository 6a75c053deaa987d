"""Who holds which role, and what a role lets somebody do at a place."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from django.contrib.auth.models import Group
from django.db.models import Q, QuerySet
from django.utils import timezone

from orchestration.models import Node
from rbac.access import granted_paths, may, may_administer, may_anywhere, visible
from rbac.models import Role, RoleAssignment, User
from rbac.permissions import Perm


@dataclass(frozen=True)
class Right:
    """One right at a place, and why somebody has it; or who could give it, when they do not.

    ``everywhere`` is for who looks after the whole installation. ``askable`` are people who could
    give the right there, the nearest first.
    """

    perm: Perm
    through: tuple[RoleAssignment, ...]
    everywhere: bool = False
    askable: tuple[User, ...] = ()

    @property
    def held(self) -> bool:
        """Whether they have it."""
        return self.everywhere or bool(self.through)


@dataclass(frozen=True)
class Holder:
    """Somebody who has a right at a place, and through what."""

    person: User
    through: tuple[RoleAssignment, ...]
    everywhere: bool = False


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


def rights_at(person: User, node: Node) -> list[Right]:
    """Every right there is, and why a person has it at a place or whom to ask; the caller asked."""
    reach = list(reaching(node))
    mine = set(person.groups.values_list("pk", flat=True))
    held = [one for one in reach if one.user_id == person.pk or one.group_id in mine]
    through = {perm: _granting(perm, held if person.is_active else ()) for perm in Perm}
    everywhere = person.is_active and person.is_superuser
    givers = _Givers(reach)
    return [
        Right(
            perm,
            through[perm],
            everywhere,
            () if everywhere or through[perm] else givers.of(perm, person),
        )
        for perm in Perm
    ]


def holders(node: Node, perm: Perm) -> list[Holder]:
    """Everybody who has a right at a place now, by user name; the caller has asked."""
    through = _by_person(_granting(perm, reaching(node)))
    everywhere = set(User.objects.filter(is_superuser=True).values_list("pk", flat=True))
    people = User.objects.filter(pk__in=through.keys() | everywhere, is_active=True)
    return [
        Holder(person, tuple(through.get(person.pk, ())), person.pk in everywhere)
        for person in people.order_by("username")
    ]


def lacking_together(by: User, perms: Sequence[Perm]) -> list[str]:
    """The rights that somebody lacks for having all of some at one place; empty if there is one."""
    together = ["/"]
    for perm in perms:
        together = _common(together, granted_paths(by, perm))
    if together:
        return []
    nowhere = [perm.value for perm in perms if not granted_paths(by, perm)]
    return nowhere or [perm.value for perm in perms]


def may_ask_about(by: User, node: Node) -> bool:
    """Whether somebody may know who can do what at a place: who manages access there."""
    return bool(may(by, Perm.MANAGE_ACCESS, node))


class _Givers:
    """Who could give a right at one place: who manages access there and has the right, too."""

    def __init__(self, reach: Collection[RoleAssignment]) -> None:
        self._reach = reach
        self._managing = _by_person(_granting(Perm.MANAGE_ACCESS, reach))
        administrators = User.objects.filter(is_superuser=True, is_active=True)
        self._administrators = tuple(administrators.order_by("username"))
        active = User.objects.filter(pk__in=self._managing, is_active=True)
        self._people = {person.pk: person for person in active}

    def of(self, perm: Perm, person: User) -> tuple[User, ...]:
        """People beside the one who lacks it, the nearest first; else the administrators."""
        able = _by_person(_granting(perm, self._reach)).keys() & self._people.keys() - {person.pk}
        near = sorted(able, key=lambda pk: (-self._depth(pk), self._people[pk].username))
        return tuple(self._people[pk] for pk in near) or self._administrators

    def _depth(self, pk: int) -> int:
        return max(len(one.node.path) for one in self._managing[pk])


def _by_person(rows: Iterable[RoleAssignment]) -> dict[int, list[RoleAssignment]]:
    """The assignments by each person they reach, directly or through a group."""
    found: dict[int, list[RoleAssignment]] = {}
    through_groups: dict[int, list[RoleAssignment]] = {}
    for one in rows:
        if one.user_id is not None:
            found.setdefault(one.user_id, []).append(one)
        elif one.group_id is not None:
            through_groups.setdefault(one.group_id, []).append(one)
    if not through_groups:
        return found
    members = User.groups.through.objects.filter(group__in=through_groups)
    for user, group in members.values_list("user_id", "group_id"):
        found.setdefault(user, []).extend(through_groups[group])
    return found


def _granting(perm: Perm, held: Iterable[RoleAssignment]) -> tuple[RoleAssignment, ...]:
    return tuple(one for one in held if perm in one.role.perms)


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
