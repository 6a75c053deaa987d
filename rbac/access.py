"""The two questions every page, call and socket asks: may I, and what do I see?

``may`` answers for one node and ``visible`` narrows a queryset. Both read the
same grants, and a grant reaches everything whose path starts with its node's.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol, TypeVar

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.db.models import Model, Q, QuerySet
from django.utils import timezone

from rbac.models import NodeGroupPermission, NodeUserPermission, User
from rbac.permissions import Perm
from rbac.reach import after, best_lookup
from rbac.scopes import scope_of

type_of_person = AbstractBaseUser | AnonymousUser | None
M = TypeVar("M", bound=Model)
_CACHE = "_granted_paths"


class Place(Protocol):
    """What this app knows of a node: an id, a path of ids, and as text what people call it."""

    pk: int
    path: str


@dataclass(frozen=True)
class Verdict:
    """Yes, or no with a code and parameters that a page turns into a sentence.

    Codes made here: ``signed-out``, ``inactive``, ``right-missing``
    (``perm``, ``node``, ``place``). Services add codes of their own.
    """

    ok: bool
    code: str = ""
    params: Mapping[str, object] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return self.ok

    def require(self) -> None:
        """Raise `Denied` unless the verdict is yes."""
        if not self.ok:
            raise Denied(self)


class Denied(Exception):
    """Somebody asked for what they may not do; carries the verdict."""

    def __init__(self, verdict: Verdict) -> None:
        super().__init__(verdict.code)
        self.verdict = verdict


YES = Verdict(ok=True)


def may(by: type_of_person, perm: Perm, node: Place) -> Verdict:
    """Whether a person has a right at a node, through any grant at or above it."""
    return may_each(by, perm, [node])


def may_each(by: type_of_person, perm: Perm, nodes: Iterable[Place]) -> Verdict:
    """Whether a person has a right at every one of many nodes; a no names the first without.

    Reads the person's grants once.
    """
    if not isinstance(by, User):
        return Verdict(ok=False, code="signed-out")
    if not by.is_active:
        return Verdict(ok=False, code="inactive")
    reach = tuple(granted_paths(by, perm))
    refused = next((node for node in nodes if not node.path.startswith(reach)), None)
    if refused is None:
        return YES
    params = {"perm": perm.value, "node": refused.pk, "place": str(refused)}
    return Verdict(ok=False, code="right-missing", params=params)


def may_until(by: User, perms: Iterable[Perm], node: Place, until: datetime | None) -> bool:
    """Whether somebody's rights at a node last as long as a moment; None: for good.

    A superuser's do. What narrows them here and now is `may`'s business.
    """
    wanted = tuple(perms)
    lasting = Q(assignment__expires_at__isnull=True)
    if until is not None:
        lasting |= Q(assignment__expires_at__gte=until)
    grants = {} if by.is_superuser else _read_grants(by, wanted, lasting)
    return by.is_superuser or all(
        node.path.startswith(tuple(grants.get(perm.value, ()))) for perm in wanted
    )


def may_administer(by: type_of_person) -> Verdict:
    """Whether a person looks after the whole installation: accounts, groups, new contexts."""
    if not isinstance(by, User):
        return Verdict(ok=False, code="signed-out")
    if scope_of(by) is not None:
        return Verdict(ok=False, code="token-limited")
    if by.is_active and by.is_superuser:
        return YES
    return Verdict(ok=False, code="superuser-only")


def may_as_oneself(by: type_of_person) -> Verdict:
    """Whether somebody may change their own account: a limited token may not, or it would grow."""
    if not isinstance(by, User):
        return Verdict(ok=False, code="signed-out")
    if not by.is_active:
        return Verdict(ok=False, code="inactive")
    if scope_of(by) is not None:
        return Verdict(ok=False, code="token-limited")
    return YES


def may_anywhere(by: type_of_person, *perms: Perm) -> bool:
    """Whether a person has one of the rights at any node at all."""
    return isinstance(by, User) and bool(granted_paths(by, *perms))


def visible(
    by: type_of_person, perms: Perm | tuple[Perm, ...], rows: QuerySet[M], path: str = "path"
) -> QuerySet[M]:
    """The rows a person may see, through any one of the given rights.

    ``path`` is the lookup that leads from a row to its node's path, for
    example ``target__node__path``. What it costs depends on the number of
    grants, not on how many rows there are.
    """
    if not isinstance(by, User):
        return rows.none()
    wanted = perms if isinstance(perms, tuple) else (perms,)
    return rows.filter(_reached(granted_paths(by, *wanted), path))


def below(paths: list[str], path: str = "path") -> Q:
    """A condition: the path is one of these or lies below one of them."""
    if "/" in paths:
        return Q()
    condition = Q(pk__in=())
    for start in paths:
        condition |= Q(**{f"{path}__gte": start, f"{path}__lt": after(start)})
    return condition


def granted_paths(user: User, *perms: Perm) -> list[str]:
    """The topmost node paths at which a user has one of the rights.

    A superuser has everything: the single path ``/``. A limited token leaves less.
    """
    if not user.is_active:
        return []
    scope = scope_of(user)
    if scope is not None:
        kept = scope.keeps(perms)
        return _topmost(scope.within(_granted_paths(user, *kept))) if kept else []
    return _granted_paths(user, *perms)


def _granted_paths(user: User, *perms: Perm) -> list[str]:
    if user.is_superuser:
        return ["/"]
    grants = _grants(user, perms)
    return _topmost({path for perm in perms for path in grants.get(perm.value, ())})


def remember(user: User) -> None:
    """Read a user's grants once and keep them on this object.

    For the one request, socket check or task that the object lives for.
    """
    user.__dict__[_CACHE] = _read_grants(user, tuple(Perm), _current())


def _grants(user: User, perms: tuple[Perm, ...]) -> Mapping[str, set[str]]:
    kept: Mapping[str, set[str]] | None = user.__dict__.get(_CACHE)
    return _read_grants(user, perms, _current()) if kept is None else kept


def _current() -> Q:
    return Q(assignment__expires_at__isnull=True) | Q(assignment__expires_at__gt=timezone.now())


def _read_grants(user: User, perms: tuple[Perm, ...], lasting: Q) -> Mapping[str, set[str]]:
    current = lasting & Q(permission__codename__in=[perm.value for perm in perms])
    columns = ("permission__codename", "content_object__path")
    own = NodeUserPermission.objects.filter(current, user=user).values_list(*columns)
    through_groups = NodeGroupPermission.objects.filter(
        current, group__in=user.groups.all()
    ).values_list(*columns)
    grants: dict[str, set[str]] = {}
    for codename, path in own.union(through_groups):
        grants.setdefault(codename, set()).add(path)
    return grants


def _reached(topmost: list[str], path: str) -> Q:
    """As `below`, for places that lie apart and may be hundreds."""
    lookup = "" if "/" in topmost else best_lookup(topmost)
    return Q(**{f"{path}__{lookup}": tuple(topmost)}) if lookup else below(topmost, path)


def _topmost(paths: set[str]) -> list[str]:
    top: list[str] = []
    for path in sorted(paths):
        if not top or not path.startswith(top[-1]):
            top.append(path)
    return top
