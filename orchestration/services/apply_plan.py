"""What `apply` did, or would do: one item an object."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from orchestration.models import Context, Node, Target
from orchestration.queries import places
from orchestration.services.apply_files import Document
from orchestration.services.errors import Invalid, ServiceError
from rbac.access import Denied, may
from rbac.models import User
from rbac.permissions import Perm


class Action(StrEnum):
    """What is done with an object."""

    CREATE = "create"
    UPDATE = "update"
    DELETE = "delete"
    UNCHANGED = "unchanged"
    ERROR = "error"


@dataclass(frozen=True)
class Difference:
    """One field that differs; of a secret only that it does."""

    field: str
    before: Any = None
    after: Any = None
    secret: bool = False


@dataclass(frozen=True)
class Item:
    """What is done with one object, or why it cannot be. ``file`` is empty for what goes."""

    kind: str
    name: str
    action: Action
    file: str = ""
    line: int = 0
    changes: tuple[Difference, ...] = ()
    error: ServiceError | Denied | None = None


@dataclass(frozen=True)
class Plan:
    """Everything that is done; nothing is, where ``ok`` is false or it was a dry run."""

    items: tuple[Item, ...]
    dry_run: bool

    @property
    def ok(self) -> bool:
        """Whether every object can be made as it is wanted."""
        return all(item.action != Action.ERROR for item in self.items)

    @property
    def changed(self) -> int:
        """How many objects differ from what is wanted."""
        same = {Action.UNCHANGED, Action.ERROR}
        return sum(item.action not in same for item in self.items)


@dataclass(frozen=True)
class Outcome:
    """What a document came to: the object's name and ids, and how it differed before."""

    name: str
    ids: tuple[int, int]
    changes: tuple[Difference, ...] = ()
    created: bool = False

    @property
    def action(self) -> Action:
        """What was done."""
        if self.created:
            return Action.CREATE
        return Action.UPDATE if self.changes else Action.UNCHANGED


@dataclass
class Run:
    """One apply on its way: who asks, and the places it has come across."""

    by: User
    _contexts: dict[str, Context] = field(default_factory=dict)
    _roots: dict[str, Node] = field(default_factory=dict)
    _children: dict[int, dict[str, Node]] = field(default_factory=dict)
    _offers: dict[int | None, dict[int, list[str]]] = field(default_factory=dict)

    def context(self, name: str) -> Context:
        """The context of this name; raises Invalid ``context-unknown``."""
        if name not in self._contexts:
            found = places.contexts(self.by).filter(name=name).first()
            if found is None:
                raise Invalid("context-unknown", name=name)
            self._contexts[name] = found
        return self._contexts[name]

    def place(self, path: str) -> Node:
        """The place of this way of names, if the person may see it.

        Places on the way are no more than labels: nobody needs a right to name them.

        Raises:
            Invalid: ``place-unknown``, ``context-unknown``.
        """
        node = self._at(path)
        if node is None or not may(self.by, Perm.VIEW_HIERARCHY, node):
            raise Invalid("place-unknown", place=path)
        return node

    def around(self, path: str) -> tuple[Node, str]:
        """The place above a way of names, and the last name.

        Raises:
            Invalid: ``path-wrong``; ``place-unknown`` where the person may see neither the place
                above nor what is there by this name.
        """
        above, _, name = path.rpartition("/")
        name = name.strip()
        if not above or not name:
            raise Invalid("path-wrong", path=path)
        parent = self._at(above)
        seen = parent and (may(self.by, Perm.VIEW_HIERARCHY, parent) or self.child(parent, name))
        if parent is None or not seen:
            raise Invalid("place-unknown", place=above)
        return parent, name

    def _at(self, path: str) -> Node | None:
        context, *rest = [part.strip() for part in path.split("/")]
        node: Node | None = self._root(context)
        for name in rest:
            node = self._below(node).get(name) if node else None
        return node

    def _root(self, name: str) -> Node:
        if name not in self._roots:
            self._roots[name] = self.context(name).nodes.get(parent=None)
        return self._roots[name]

    def child(self, parent: Node, name: str) -> Node | None:
        """The place of this name below another, if the person may see it."""
        node = self._below(parent).get(name)
        return node if node is not None and may(self.by, Perm.VIEW_HIERARCHY, node) else None

    def _below(self, parent: Node) -> dict[str, Node]:
        if parent.pk not in self._children:
            rows = Node.objects.filter(parent=parent).select_related("context", "target")
            self._children[parent.pk] = {row.name: row for row in rows}
        return self._children[parent.pk]

    def holds(self, parent: Node, name: str) -> bool:
        """Whether a name is taken below a place, whoever may see by what."""
        return name in self._below(parent)

    def learn(self, parent: Node, made: Node) -> None:
        """Take in a place that was made; reading all beside it anew would take ever longer."""
        self._below(parent)[made.name] = made

    def offers(self, target: Target) -> list[str]:
        """The names of what a target can do, read for all targets of its place together."""
        place = target.node.parent_id
        if place not in self._offers:
            pairs = Target.capabilities.through.objects.filter(target__node__parent=place)
            found = self._offers[place] = defaultdict[int, list[str]](list)
            for pk, name in pairs.values_list("target_id", "capability__name"):
                found[pk].append(name)
        return sorted(self._offers[place][target.pk])

    def unlearn_offers(self, place: int | None) -> None:
        """What targets of a place can do has changed: read it anew when asked."""
        self._offers.pop(place, None)


def differences(before: Mapping[str, Any], wanted: Mapping[str, Any]) -> tuple[Difference, ...]:
    """The wanted fields that are not so yet."""
    return tuple(
        Difference(key, before[key], value) for key, value in wanted.items() if before[key] != value
    )


def as_new(wanted: Mapping[str, Any]) -> tuple[Difference, ...]:
    """The fields of something that was not there before."""
    return tuple(Difference(key, None, value) for key, value in wanted.items())


def given(document: Document, readers: Mapping[str, Any]) -> dict[str, Any]:
    """The fields that a document says something of, read; the others stay as they are."""
    return {key: read(key) for key, read in readers.items() if key in document.data}


def names(rows: Iterable[Any]) -> list[str]:
    """The names of rows, sorted."""
    return sorted(row.name for row in rows)
