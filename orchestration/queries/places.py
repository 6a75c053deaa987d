"""The hierarchy as one person sees it."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Q, QuerySet
from django.utils import timezone

from orchestration.models import Context, Node, SolutionTemplate, Target
from orchestration.queries import sight
from orchestration.queries.agents import AWAY_AFTER
from orchestration.states import AgentState
from rbac.access import may
from rbac.models import User
from rbac.permissions import Perm

_DIGITS = re.compile(r"(\d+)")
KINDS = (Node.Kind.CONTEXT, Node.Kind.SITE, Node.Kind.TARGET)


@dataclass(frozen=True)
class Crumb:
    """One step of the way to a place; without a link where only the name is known."""

    node: Node
    visible: bool


def nodes(by: User, within: Node | None = None) -> QuerySet[Node]:
    """Sites, targets and context roots a person may see, parents before children."""
    rows = Node.objects.filter(kind__in=KINDS).select_related("context")
    return sight.seen(by, sight.PLACES, rows, "path", within).order_by("path")


def by_name(rows: QuerySet[Node]) -> list[int]:
    """The ids of places as a tree: parents before children, siblings by name, Line 2 before 10.

    Names above the rows count as well, whoever may see them: they only say what stands together.
    """
    columns = ("pk", "path", "name", "display_name")
    found = list(rows.order_by().values_list(*columns))
    names = {pk: shown or name for pk, _path, name, shown in found}
    ways = [[int(part) for part in path.strip("/").split("/")] for _pk, path, *_ in found]
    missing = {pk for way in ways for pk in way} - names.keys()
    above = Node.objects.only("name", "display_name").in_bulk(missing)
    names |= {pk: node.title for pk, node in above.items()}
    ways.sort(key=lambda way: [(natural(names[pk]), pk) for pk in way])
    return [way[-1] for way in ways]


def natural(name: str) -> list[tuple[int, str]]:
    """Return what to sort a name by so that Line 2 stands before Line 10."""
    parts = _DIGITS.split(name.casefold())
    return [(int(part), "") if part.isdecimal() else (-1, part) for part in parts]


def targets(
    by: User, within: Node | None = None, perms: tuple[Perm, ...] = sight.PLACES
) -> QuerySet[Target]:
    """Targets a person may see, or has one of the given rights at."""
    rows = Target.objects.select_related("node__context", "node__parent", "agent")
    return sight.seen(by, perms, rows, "node__path", within).order_by("node__path")


def contexts(by: User) -> QuerySet[Context]:
    """Contexts in which a person may see anything at all."""
    everything = sight.seen(by, tuple(Perm), Node.objects.all(), "path")
    return Context.objects.filter(pk__in=everything.values("context")).distinct()


def way_to(by: User, node: Node) -> list[Crumb]:
    """The places from the top down to a node, as a breadcrumb.

    Names above what a person was granted are plain labels: they say where a
    line stands, and nothing else of it.
    """
    above = Node.objects.select_related("context").in_bulk(node.path_ids())
    return [
        Crumb(above[pk], bool(may(by, Perm.VIEW_HIERARCHY, above[pk]))) for pk in node.path_ids()
    ]


def narrowed(
    rows: QuerySet[Target], *, text: str = "", level: str = "", capability: str = "", away: bool
) -> QuerySet[Target]:
    """Those of the targets that fit every filter that is set."""
    if text:
        rows = rows.filter(Q(node__name__icontains=text) | Q(node__display_name__icontains=text))
    if level.isdecimal():
        rows = rows.filter(node__level=int(level))
    if capability:
        rows = rows.filter(capabilities__name=capability)
    if away:
        rows = rows.filter(agent__state=AgentState.APPROVED).exclude(
            agent__last_seen_at__gte=timezone.now() - AWAY_AFTER
        )
    return rows


def level_names(by: User) -> list[tuple[int, str]]:
    """The levels at which a person sees targets, with the contexts' own names for them."""
    found = targets(by).order_by().values_list("node__level", "node__context").distinct()
    named = contexts(by).in_bulk()
    names: dict[int, set[str]] = {}
    for level, context in found:
        if level is not None and context in named:
            names.setdefault(level, set()).add(named[context].level_name(level))
    return [(level, " / ".join(sorted(names[level]))) for level in sorted(names)]


def capability_names(by: User) -> list[str]:
    """What the lines a person sees can do."""
    found = targets(by).order_by().exclude(capabilities=None)
    return sorted(set(found.values_list("capabilities__name", flat=True)))


def time_zone_of(node: Node) -> str:
    """The zone of a place: its own, or the nearest above that has one."""
    return time_zones([node])[node.pk]


def time_zones(nodes: Iterable[Node]) -> dict[int, str]:
    """The zones of several places by id, with one read."""
    ways = {node.pk: node.path_ids() for node in nodes}
    above = Node.objects.filter(pk__in={pk for way in ways.values() for pk in way})
    own = dict(above.exclude(time_zone="").values_list("pk", "time_zone"))
    return {
        pk: next((own[at] for at in reversed(way) if at in own), "") for pk, way in ways.items()
    }


def compatible(template: SolutionTemplate, target: Target) -> list[str]:
    """The capabilities a solution needs and a target lacks; empty when it fits."""
    offered = {capability.name for capability in target.capabilities.all()}
    needed = {capability.name for capability in template.capabilities.all()}
    return sorted(needed - offered)
