"""What a person keeps of their rights when somebody acts for them with less than all.

An API token may be good for some rights only, or for one place and below. It then narrows the
person's grants, wherever these are read; it never adds to them.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from rbac.models import User
from rbac.permissions import Perm

_KEPT = "_scope"
EVERYWHERE = "/"
READING = frozenset(
    {Perm.VIEW_HIERARCHY, Perm.VIEW_SOLUTIONS, Perm.VIEW_VALUES, Perm.VIEW_DEPLOYMENTS}
)


@dataclass(frozen=True)
class Scope:
    """The rights that are left (None: all of them), and the path of the place they end at."""

    rights: frozenset[Perm] | None = None
    path: str = EVERYWHERE

    @property
    def limits(self) -> bool:
        """Whether anything is taken away at all."""
        return self.rights is not None or self.path != EVERYWHERE

    def keeps(self, perms: Iterable[Perm]) -> tuple[Perm, ...]:
        """Return those of some rights that are left."""
        return tuple(p for p in perms if self.rights is None or p in self.rights)

    def within(self, paths: Iterable[str]) -> set[str]:
        """Return what is left of granted paths: each, or the part of it inside the scope."""
        return {max(path, self.path, key=len) for path in paths if _on_one_line(path, self.path)}

    def stored(self) -> dict[str, object]:
        """As plain data, for work that goes on after the request."""
        rights = None if self.rights is None else sorted(perm.value for perm in self.rights)
        return {"rights": rights, "path": self.path}


def scope_from(stored: Mapping[str, object]) -> Scope:
    """Return what `Scope.stored` wrote; a right that is no longer known is gone."""
    rights = stored.get("rights")
    known = frozenset(p for p in Perm if p.value in rights) if isinstance(rights, list) else None
    return Scope(known, str(stored.get("path", EVERYWHERE)))


def narrow(user: User, scope: Scope) -> None:
    """Let this object of a person have no more than the scope leaves."""
    user.__dict__[_KEPT] = scope


def scope_of(user: User) -> Scope | None:
    """Return what narrows a person's rights here, if anything does."""
    scope: Scope | None = user.__dict__.get(_KEPT)
    return scope if scope is not None and scope.limits else None


def _on_one_line(one: str, other: str) -> bool:
    return one.startswith(other) or other.startswith(one)
