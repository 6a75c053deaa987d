"""One row of the matrix: a call, and in the order of the product what it needs."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from http import HTTPStatus
from typing import Any

from tests.integration.matrix.oracle import PERMS, Standing
from tests.integration.matrix.things import ABSENT, World

NO_UUID = "00000000-0000-4000-8000-000000000000"


@dataclass(frozen=True)
class Id:
    """Stands in a body for the id of a thing."""

    thing: str


@dataclass(frozen=True)
class Need:
    """Any one of some rights; what is answered without. ``at`` nothing: anywhere at all."""

    perms: frozenset[str]
    at: str
    missing: int
    within: bool = False
    superuser: bool = False
    never: bool = False
    instead: Sequence["Need"] = ()

    def met(self, world: World, standing: Standing) -> bool:
        if self.never:
            return False
        if self.superuser:
            return standing.everything
        if any(other.met(world, standing) for other in self.instead):
            return True
        if not self.at:
            return standing.holds_below(self.perms, "/")
        path = world.things[self.at].path
        below = self.within and standing.holds_below(self.perms, path)
        return below or standing.holds(self.perms, path)

    @property
    def hides(self) -> bool:
        """Whether who lacks it must not learn that the thing is there."""
        return bool(self.at) and self.missing not in {HTTPStatus.OK, HTTPStatus.FORBIDDEN}


def sees(at: str, *perms: str) -> Need:
    """Without one of the rights the thing in the address is not there."""
    return Need(frozenset(perms), at, HTTPStatus.NOT_FOUND)


def knows(at: str, *perms: str) -> Need:
    """Without one of the rights the thing in the body is not there."""
    return Need(frozenset(perms), at, HTTPStatus.BAD_REQUEST)


def may(at: str, *perms: str) -> Need:
    """Without one of the rights at a thing that one sees it is said which right is missing."""
    return Need(frozenset(perms), at, HTTPStatus.FORBIDDEN)


def anywhere(*perms: str) -> Need:
    """One of the rights at any place opens the page."""
    return Need(frozenset(perms), "", HTTPStatus.FORBIDDEN)


def in_context(at: str, missing: int = HTTPStatus.NOT_FOUND) -> Need:
    """Any right at all in a context."""
    return Need(PERMS, at, missing, within=True)


def either(first: Need, *others: Need) -> Need:
    """Any one of several."""
    return replace(first, instead=others)


SUPERUSER = Need(frozenset(), "", HTTPStatus.FORBIDDEN, superuser=True)
NEVER = Need(frozenset(), "", HTTPStatus.FORBIDDEN, never=True)


@dataclass(frozen=True)
class Row:
    """A call. ``args`` and `Id` in the body name things; ``lists`` a kind:
    the answer holds those for which one has a right of ``listed``, all of them and no other.

    ``public`` calls need no sign-in. ``ok`` is what everybody gets who has what is needed.
    """

    method: str
    route: str
    needs: Sequence[Need] = ()
    args: Mapping[str, str] = field(default_factory=dict)
    body: Any = None
    query: Mapping[str, Any] = field(default_factory=dict)
    ok: int | tuple[int, ...] = HTTPStatus.OK
    lists: str = ""
    listed: tuple[str, ...] = ()
    public: bool = False
    form: bool = False
    brief: bool = False  # so plain that the most telling askers are enough
    tells: tuple[str, ...] = ()  # beginnings of words that it may tell whoever gets an answer

    def __str__(self) -> str:
        return f"{self.method} {self.route}"

    def first_missing(self, world: World, standing: Standing) -> Need | None:
        """What the oracle says is missing first."""
        return next((need for need in self.needs if not need.met(world, standing)), None)

    def address(self, world: World, absent: str = "") -> str:
        """The address with ids in it; the thing ``absent`` with an id that nothing has."""
        found = self.route.replace("<apps>", "rbac/")
        for name, thing in self.args.items():
            start = found.index(f":{name}>")
            begin, end = found.rindex("<", 0, start), start + len(name) + 2
            found = f"{found[:begin]}{_id(world, thing, absent)}{found[end:]}"
        return f"/{found}"

    def filled(self, world: World, value: Any, absent: str = "") -> Any:
        """A body or query with ids in it."""
        if isinstance(value, Id):
            return _id(world, value.thing, absent)
        if isinstance(value, Mapping):
            return {
                self.filled(world, key, absent): self.filled(world, inner, absent)
                for key, inner in value.items()
            }
        if isinstance(value, list):
            return [self.filled(world, inner, absent) for inner in value]
        return value

    def names(self, thing: str) -> bool:
        """Whether the call names a thing, so that it can also be asked of one that is not there."""
        return thing in {*self.args.values(), *_ids(self.body), *_ids(self.query)}


def _ids(value: Any) -> Iterator[str]:
    if isinstance(value, Id):
        yield value.thing
    elif isinstance(value, Mapping):
        for key, inner in value.items():
            yield from (*_ids(key), *_ids(inner))
    elif isinstance(value, list):
        for inner in value:
            yield from _ids(inner)


def _id(world: World, thing: str, absent: str) -> int | str:
    found = world.things[thing].id
    return absent_like(found) if thing == absent else found


def absent_like(found: int | str) -> int | str:
    """An id of the same kind that nothing has."""
    if isinstance(found, int):
        return ABSENT
    return NO_UUID if len(found) == len(NO_UUID) else f"absent{ABSENT}"


def get(route: str, *needs: Need, **more: Any) -> Row:
    return Row("GET", route, needs, **more)


def post(route: str, *needs: Need, **more: Any) -> Row:
    return Row("POST", route, needs, **more)


def with_method(method: str, row: Row) -> Row:
    return replace(row, method=method)


def patch(route: str, *needs: Need, **more: Any) -> Row:
    return with_method("PATCH", post(route, *needs, **more))


def put(route: str, *needs: Need, **more: Any) -> Row:
    return with_method("PUT", post(route, *needs, **more))


def delete(route: str, *needs: Need, **more: Any) -> Row:
    return with_method("DELETE", post(route, *needs, **{"ok": 204, **more}))
