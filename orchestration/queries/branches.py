"""The hierarchy one place at a time: what hangs directly below, with what is below that."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import CharField, Count, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce, Concat
from django.utils import timezone

from orchestration.models import Node, Target
from orchestration.queries import places, sight
from orchestration.queries.agents import AWAY_AFTER, agents
from orchestration.states import AgentState
from rbac.access import granted_paths
from rbac.models import User

# Sorts behind every path that begins with the one it is put after: paths are digits and slashes.
_AFTER = "~"


@dataclass(frozen=True)
class Branch:
    """One place or line, with counts of what is below it.

    ``agents`` counts the approved agents at it and below, of which ``away`` are silent; ``waiting``
    those in the lobby. ``target`` is set for a line.
    """

    node: Node
    inside: int
    lines: int
    agents: int
    away: int
    waiting: int
    target: Target | None = None


def tops(by: User) -> list[int]:
    """The ids of the topmost places a person sees."""
    paths = granted_paths(by, *sight.PLACES)
    seen = places.nodes(by)
    rows = seen.filter(parent=None) if "/" in paths else seen.filter(path__in=paths)
    return _named(rows)


def directly_below(by: User, node: Node) -> list[int]:
    """The ids of what hangs directly below a place: places first, each kind by name."""
    return _named(places.nodes(by).filter(parent=node))


def matching(by: User, text: str) -> QuerySet[Node]:
    """Places and lines with a text in one of their names."""
    named = Q(name__icontains=text) | Q(display_name__icontains=text)
    return places.nodes(by).filter(named)


def branches(by: User, ids: Sequence[int]) -> list[Branch]:
    """The places with these ids, in this order, as far as the person sees them."""
    away = ~Q(last_seen_at__gte=timezone.now() - AWAY_AFTER) | Q(last_seen_at=None)
    lines = Node.objects.filter(kind=Node.Kind.TARGET)
    known = agents(by)
    approved = known.filter(state=AgentState.APPROVED)
    rows = (
        places.nodes(by)
        .filter(pk__in=ids)
        .annotate(
            inside=_count(places.nodes(by).filter(parent=OuterRef("pk"))),
            lines=_below(lines, "path"),
            agents_below=_below(approved, "node__path"),
            away_below=_below(approved.filter(away), "node__path"),
            waiting_below=_below(known.filter(state=AgentState.PENDING), "node__path"),
        )
    )
    found = {row.pk: row for row in rows}
    targets = _targets(found)
    return [_branch(found[pk], targets.get(pk)) for pk in ids if pk in found]


def names_above(nodes: Iterable[Node]) -> dict[int, list[str]]:
    """What the places above each node are called, from the top down, by node id."""
    ways = {node.pk: node.path_ids()[:-1] for node in nodes}
    above = Node.objects.only("name", "display_name").in_bulk(
        {pk for way in ways.values() for pk in way}
    )
    return {pk: [above[one].title for one in way] for pk, way in ways.items()}


def _branch(row: Any, target: Target | None) -> Branch:  # noqa: ANN401  a node with its counts
    return Branch(
        node=row,
        inside=row.inside,
        lines=row.lines,
        agents=row.agents_below,
        away=row.away_below,
        waiting=row.waiting_below,
        target=target,
    )


def _targets(nodes: Mapping[int, Node]) -> dict[int, Target]:
    lines = [pk for pk, node in nodes.items() if node.kind == Node.Kind.TARGET]
    rows = Target.objects.filter(pk__in=lines).select_related("agent")
    return rows.prefetch_related("capabilities").in_bulk()


def _below(rows: QuerySet[Any], path: str) -> Coalesce:
    end = Concat(OuterRef("path"), Value(_AFTER), output_field=CharField())
    return _count(rows.filter(**{f"{path}__gte": OuterRef("path"), f"{path}__lt": end}))


def _count(rows: QuerySet[Any]) -> Coalesce:
    grouped = rows.order_by().annotate(every=Value(1)).values("every")
    return Coalesce(Subquery(grouped.annotate(count=Count("pk")).values("count")), 0)


def _named(rows: QuerySet[Node]) -> list[int]:
    """Ids in the order people expect: Line 2 stands before Line 10."""
    found = rows.order_by().values_list("pk", "kind", "name", "display_name")
    ordered = sorted(
        (kind == Node.Kind.TARGET, places.natural(shown or name), pk)
        for pk, kind, name, shown in found
    )
    return [pk for _line, _name, pk in ordered]
