"""The place that every screen is narrowed to, kept in the session until another is chosen."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.http import HttpRequest

from orchestration.models import Node
from orchestration.queries import places
from rbac.models import User

KEY = "scope"
MOST = 500  # a longer list is searched, not scrolled
_CACHE = "_scope"


@dataclass(frozen=True)
class ScopeNode:
    """A place in the picker; ``depth`` counts from 0 at the top of what one may see."""

    id: int
    name: str
    depth: int


@dataclass(frozen=True)
class Scope:
    """Which place every screen is narrowed to, and where the picker sends another choice."""

    action: str
    nodes: Sequence[ScopeNode]
    current: int | None = None


def scope_of(request: HttpRequest) -> Node | None:
    """Return the chosen place, None for all; a place one may no longer see is forgotten."""
    if _CACHE not in request.__dict__:
        request.__dict__[_CACHE] = _read(request)
    node: Node | None = request.__dict__[_CACHE]
    return node


def picker(request: HttpRequest, action: str) -> Scope | None:
    """Return what the picker offers: the places above the lines; None when there is no choice."""
    if not isinstance(request.user, User):
        return None
    rows = list(places.nodes(request.user).exclude(kind=Node.Kind.TARGET)[:MOST])
    here = scope_of(request)
    if here and all(row.pk != here.pk for row in rows):
        rows.append(here)
    if len(rows) < 2:  # noqa: PLR2004  one place is no choice
        return None
    top = min(row.path.count("/") for row in rows)
    nodes = [ScopeNode(row.pk, row.title, row.path.count("/") - top) for row in rows]
    return Scope(action, nodes, here.pk if here else None)


def _read(request: HttpRequest) -> Node | None:
    chosen = request.session.get(KEY)
    if chosen is None or not isinstance(request.user, User):
        return None
    node = places.nodes(request.user).filter(pk=chosen).first()
    if node is None:
        del request.session[KEY]
    return node
