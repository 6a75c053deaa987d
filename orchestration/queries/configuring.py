"""Places and solutions as somebody sees them who sets values, for one person."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Count, Q, QuerySet, Value
from django.db.models.functions import Coalesce, Lower, NullIf

from orchestration.models import (
    AnyTemplate,
    ConfigurationRevision,
    Context,
    Node,
    SolutionInstance,
    SolutionTemplate,
    SolutionTemplateVersion,
    SolutionVersion,
    Target,
)
from orchestration.queries import sight
from orchestration.queries.revisions import newest_of
from orchestration.queries.solutions import instances, templates
from rbac.access import below
from rbac.models import User

_SHOWN_NAME = Coalesce(NullIf("node__display_name", Value("")), "node__name")
_WAITING = Count("pk", filter=Q(configuration_pending=True))
KINDS = (Node.Kind.CONTEXT, Node.Kind.SITE, Node.Kind.TARGET)


@dataclass
class Tally:
    """Copies at or below a place, how many of them wait for a review, and what is set there."""

    installed: int = 0
    pending: int = 0
    templates: int = 0


@dataclass(frozen=True)
class Batch:
    """Copies that can be reviewed together: of one version, under one name."""

    version: SolutionTemplateVersion
    name: str
    lines: list[int]


def nodes(by: User, within: Node | None = None) -> QuerySet[Node]:
    """The places and lines whose values a person may see, parents before children."""
    rows = Node.objects.filter(kind__in=KINDS).select_related("context", "parent")
    return sight.seen(by, sight.VALUES, rows, "path", within).order_by("path")


def lines(by: User, context: int, within: Node | None = None) -> QuerySet[Target]:
    """The lines of a context whose values a person may see."""
    rows = Target.objects.select_related("node__context", "node__parent")
    rows = rows.filter(node__context=context).prefetch_related("capabilities")
    return sight.seen(by, sight.VALUES, rows, "node__path", within).order_by("node__path")


def level_names(by: User, within: Node | None = None) -> list[tuple[int | None, str]]:
    """The levels that a person sees places at, from the top, as their contexts call them."""
    rows = list(nodes(by, within).order_by().values_list("level", "context").distinct())
    named = Context.objects.in_bulk({context for _level, context in rows})
    found: dict[int | None, set[str]] = {}
    for level, context in rows:
        name = str(named[context]) if level is None else named[context].level_name(level)
        found.setdefault(level, set()).add(name)
    order = sorted(found, key=lambda level: -1 if level is None else level)
    return [(level, " / ".join(sorted(found[level]))) for level in order]


def solutions(by: User) -> QuerySet[SolutionTemplate]:
    """The solutions of a person's catalog, and those on the lines they see, by the name shown."""
    installed = instances(by).order_by().values("template")
    known = Q(pk__in=templates(by).values("pk")) | Q(pk__in=installed)
    rows = SolutionTemplate.objects.filter(known).select_related("node__context")
    return rows.order_by(Lower(_SHOWN_NAME), "node__name")


def versions(by: User, template: SolutionTemplate) -> QuerySet[SolutionTemplateVersion]:
    """The versions of one of `solutions`, newest first."""
    rows = SolutionTemplateVersion.objects.filter(
        template=template, template__in=solutions(by)
    ).select_related("template__node__context", "schema__schema")
    return rows.order_by("-sort_key")


def versions_by_solution(
    shown: Iterable[SolutionTemplate],
) -> dict[int, list[SolutionTemplateVersion]]:
    """The versions of solutions the person sees, newest first, by solution."""
    found: dict[int, list[SolutionTemplateVersion]] = {}
    rows = SolutionTemplateVersion.objects.filter(template__in=[one.pk for one in shown])
    for version in rows.defer("config_text", "specification").order_by("-sort_key"):
        found.setdefault(version.template_id, []).append(version)
    return found


def installed(by: User, within: Node | None = None) -> dict[int, tuple[int, int]]:
    """How many copies a person sees of each solution, and how many of them wait for a review."""
    groups = instances(by, within).order_by().values_list("template")
    rows = groups.annotate(all=Count("pk"), waiting=_WAITING)
    return {pk: (count, waiting) for pk, count, waiting in rows}


def tallies(shown: Iterable[Node], template: SolutionTemplate | None = None) -> dict[int, Tally]:
    """What there is at and below places that a person sees; all of that is theirs to see."""
    by_path = {node.path: Tally() for node in shown}
    rows = SolutionInstance.objects.filter(below(list(by_path), "target__node__path"))
    if template:
        rows = rows.filter(template=template)
    groups = rows.order_by().values_list("target__node__path")
    for path, installed, pending in groups.annotate(all=Count("pk"), waiting=_WAITING):
        for tally in (by_path[start] for start in _starts(path) if start in by_path):
            tally.installed += installed
            tally.pending += pending
    saved = ConfigurationRevision.objects.filter(node__path__in=by_path).order_by()
    counts = saved.values_list("node__path").annotate(all=Count("template", distinct=True))
    for path, count in counts:
        by_path[path].templates = count
    return {node.pk: by_path[node.path] for node in shown}


def by_solution(node: Node) -> dict[int, Tally]:
    """The same for one place the person sees, by solution."""
    found: dict[int, Tally] = {}
    rows = SolutionInstance.objects.filter(below([node.path], "target__node__path")).order_by()
    groups = rows.values_list("template").annotate(all=Count("pk"), waiting=_WAITING)
    for pk, installed, pending in groups:
        found[pk] = Tally(installed, pending)
    return found


def last_saves(node: Node) -> dict[int, ConfigurationRevision]:
    """The newest save at one place the person sees, by solution."""
    rows = ConfigurationRevision.objects.filter(node=node).select_related("author")
    return {row.template_id: row for row in rows.order_by("number")}


def copies(
    by: User, template: SolutionTemplate, name: str, targets: Iterable[int]
) -> dict[int, SolutionInstance]:
    """The copies of a solution under one name on some lines, by line."""
    rows = instances(by).filter(template=template, name=name, target__in=list(targets))
    return {row.target_id: row for row in rows}


def has_copies(by: User, template: SolutionTemplate, name: str) -> bool:
    """Whether a person sees a copy of a solution under a name; none is empty."""
    return bool(name) and instances(by).filter(template=template, name=name).exists()


def pending(by: User, node: Node, template: AnyTemplate) -> list[Batch]:
    """The copies below a place that wait for a review, as they can be reviewed together.

    Of a config template they are those of all solutions: each may read it.
    """
    waiting = instances(by, node).filter(configuration_pending=True)
    if isinstance(template, SolutionTemplate):
        waiting = waiting.filter(template=template)
    rows = list(waiting.order_by("target__node__path"))
    newest = newest_of(rows)
    batches: dict[tuple[int, str], Batch] = {}
    for row in rows:
        revision: SolutionVersion | None = newest.get(row.pk) or row.current
        if revision is None:
            continue
        version = revision.template_version
        key = (version.pk, row.name)
        batches.setdefault(key, Batch(version, row.name, [])).lines.append(row.target_id)
    return list(batches.values())


def _starts(path: str) -> list[str]:
    parts = path.strip("/").split("/")
    return [f"/{'/'.join(parts[: depth + 1])}/" for depth in range(len(parts))]
