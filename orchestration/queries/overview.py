"""The hierarchy with what runs below each place, for one person."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db.models import Count, Q

from orchestration.models import Node
from orchestration.queries import places
from orchestration.queries.solutions import ILL, instances, loudness
from orchestration.states import InstanceState, Word, instance_word
from rbac.models import User

MOST_LINES = 200  # beyond, the tree ends above the lines
_WANTED = Q(state__in=[s for s in InstanceState if s != InstanceState.UNDEPLOYED])


@dataclass
class Standing:
    """One place: ``running`` of ``installed`` copies below it run, and the loudest of their words.

    ``visible`` is false for a place above the person's own: a name and nothing else.
    """

    node: Node
    depth: int
    visible: bool
    installed: int = 0
    running: int = 0
    words: set[Word] = field(default_factory=set)

    @property
    def worst(self) -> Word | None:
        """The word that wants attention most, None when nothing is installed below."""
        return min(self.words, key=loudness, default=None)


def hierarchy(by: User, within: Node | None = None) -> list[Standing]:
    """Every place the person sees from the top down, and plain names above those."""
    seen = places.nodes(by, within)
    with_lines = seen.filter(kind=Node.Kind.TARGET).count() <= MOST_LINES
    nodes = list(seen if with_lines else seen.exclude(kind=Node.Kind.TARGET))
    rows = [
        *(Standing(node, 0, visible=False) for node in _above(nodes)),
        *(Standing(node, 0, visible=True) for node in nodes),
    ]
    ordered = _in_tree_order(rows)
    _count(
        by, within, ordered, "target__node__path" if with_lines else "target__node__parent__path"
    )
    return ordered


def _above(nodes: Iterable[Node]) -> list[Node]:
    """The places on the way to those a person sees, which they do not see themselves."""
    known = {node.pk for node in nodes}
    missing = {pk for node in nodes for pk in node.path_ids()} - known
    return list(Node.objects.filter(pk__in=missing).select_related("context"))


def _in_tree_order(rows: list[Standing]) -> list[Standing]:
    children: dict[int | None, list[Standing]] = defaultdict(list)
    for row in sorted(
        rows, key=lambda r: (r.node.kind == Node.Kind.TARGET, r.node.title.casefold())
    ):
        children[row.node.parent_id].append(row)
    ordered: list[Standing] = []
    waiting = [(row, 0) for row in reversed(children[None])]
    while waiting:
        row, row.depth = waiting.pop()
        ordered.append(row)
        waiting += [(child, row.depth + 1) for child in reversed(children[row.node.pk])]
    return ordered


def _count(by: User, within: Node | None, rows: list[Standing], path: str) -> None:
    by_path = {row.node.path: row for row in rows if row.visible}
    groups = (
        instances(by, within)
        .filter(_WANTED)
        .order_by()
        .values_list(path, "state", "configuration_pending", "publication")
        .annotate(
            installed=Count("pk"),
            current_ones=Count("current"),
            ill=Count("pk", filter=Q(current__isnull=False, health__state__in=ILL)),
        )
    )
    for at, state, pending, publication, installed, current, ill in groups:
        word = instance_word(state, configuration_pending=pending, publication=publication)
        for start in _paths_to(at):
            if row := by_path.get(start):
                row.installed += installed
                row.running += current - ill
                row.words.add(word)


def _paths_to(path: str) -> Iterable[str]:
    """``/1/4/`` and every path above it."""
    parts = path.strip("/").split("/")
    return ("/" + "/".join(parts[: end + 1]) + "/" for end in range(len(parts)))
