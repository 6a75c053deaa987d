"""What somebody may do at a place and why, and who may do something there."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from django.db.models import QuerySet

from orchestration.models import Node
from orchestration.queries.access import places, reaching
from rbac.access import may, visible
from rbac.models import RoleAssignment, User
from rbac.permissions import Perm

ANY = tuple(Perm)


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


def explainable(by: User, person: User) -> QuerySet[Node]:
    """The places at which somebody may ask what a person may do, and why.

    About oneself wherever one may anything, about others where one manages access.
    """
    if by.pk == person.pk:
        return visible(by, ANY, Node.objects.select_related("context"))
    return places(by)


def rights_at(person: User, node: Node) -> list[Right]:
    """Every right there is, and why a person has it at a place or whom to ask; the caller asked."""
    reach = list(reaching(node))
    mine = set(person.groups.values_list("pk", flat=True))
    held = [one for one in reach if one.user_id == person.pk or one.group_id in mine]
    everywhere = person.is_active and person.is_superuser
    givers = _Givers(reach)
    rights = []
    for perm in Perm:
        through = _granting(perm, held) if person.is_active else ()
        askable = () if everywhere or through else givers.of(perm, person)
        rights.append(Right(perm, through, everywhere, askable))
    return rights


def holders(node: Node, perm: Perm) -> list[Holder]:
    """Everybody who has a right at a place now, by user name; the caller has asked."""
    through = _by_person(_granting(perm, reaching(node)))
    everywhere = set(User.objects.filter(is_superuser=True).values_list("pk", flat=True))
    people = User.objects.filter(pk__in=through.keys() | everywhere, is_active=True)
    return [
        Holder(person, tuple(through.get(person.pk, ())), person.pk in everywhere)
        for person in people.order_by("username")
    ]


def known_places(by: User, rows: Iterable[RoleAssignment]) -> set[int]:
    """Where roles were given, as far as somebody may see or manage the place itself.

    The others are names to them and nothing more: plain labels.
    """
    nodes = {one.node_id: one.node for one in rows}
    seen = (Perm.VIEW_HIERARCHY, Perm.VIEW_SOLUTIONS, Perm.MANAGE_ACCESS)
    return {pk for pk, node in nodes.items() if any(may(by, perm, node) for perm in seen)}


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
        having = _by_person(_granting(perm, self._reach)).keys()
        able = having & self._people.keys() - {person.pk}
        near = sorted(able, key=lambda pk: (-self._depth(pk), self._people[pk].username))
        return tuple(self._people[pk] for pk in near) or self._administrators

    def _depth(self, pk: int) -> int:
        return max(one.node.path.count("/") for one in self._managing[pk])


def _by_person(rows: Iterable[RoleAssignment]) -> dict[int, list[RoleAssignment]]:
    """The assignments by each person they reach, directly or through a group."""
    found: dict[int, list[RoleAssignment]] = {}
    through_groups: dict[int, list[RoleAssignment]] = {}
    for one in rows:
        if one.user_id is not None:
            found.setdefault(one.user_id, []).append(one)
        elif one.group_id is not None:
            through_groups.setdefault(one.group_id, []).append(one)
    if through_groups:
        members = User.groups.through.objects.filter(group__in=through_groups)
        for user, group in members.values_list("user_id", "group_id"):
            found.setdefault(user, []).extend(through_groups[group])
    return found


def _granting(perm: Perm, held: Iterable[RoleAssignment]) -> tuple[RoleAssignment, ...]:
    return tuple(one for one in held if perm in one.role.perms)
