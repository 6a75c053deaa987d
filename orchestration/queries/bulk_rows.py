"""Sites, targets and values as rows of a sheet, as far as one person may see them."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet

from orchestration.expressions import Parts, join_path
from orchestration.models import AnyTemplate, AnyVersion, ConfigurationRevision, Node, Target
from orchestration.queries import config_templates, places, sight, solutions
from orchestration.queries.bulk_columns import Kind
from orchestration.queries.ownership import Ownership
from orchestration.resolution.leaves import leaves
from orchestration.resolution.secrets import as_reference, secret_leaves
from rbac.access import visible
from rbac.models import User

Exported = Mapping[str, Any]
_AT_ONCE = 500


def rows(by: User, kind: Kind, within: Node | None = None) -> Iterator[Exported]:
    """The rows of one kind, inside one place if one is named, parents before children."""
    return {Kind.SITES: _sites, Kind.TARGETS: _targets, Kind.VALUES: _values}[kind](by, within)


def _sites(by: User, within: Node | None) -> Iterator[Exported]:
    found = list(places.nodes(by, within).filter(kind=Node.Kind.SITE))
    ways = _Ways(found)
    for node in found:
        yield {
            "path": ways.of(node),
            "display_name": node.display_name,
            "time_zone": node.time_zone,
        }


def _targets(by: User, within: Node | None) -> Iterator[Exported]:
    found: QuerySet[Target] = places.targets(by, within).prefetch_related("capabilities")
    ways = _Ways(target.node for target in found)
    for target in found:
        node = target.node
        yield {
            "path": ways.of(node),
            "display_name": node.display_name,
            "time_zone": node.time_zone,
            "level": node.level_name,
            "scope": target.scope,
            "capabilities": sorted(capability.name for capability in target.capabilities.all()),
            "specification": target.specification,
        }


def _values(by: User, within: Node | None) -> Iterator[Exported]:
    """One row for each value that somebody set at a place; secrets never leave this way."""
    catalogs: tuple[tuple[str, Iterable[AnyTemplate]], ...] = (
        ("solution", solutions.templates(by).order_by("node__name")),
        ("config_template", config_templates.templates(by).order_by("node__name")),
    )
    for column, templates in catalogs:
        for template in templates:
            named = {"solution": "", "config_template": "", column: template.node.name}
            yield from _values_of(by, template, within, named)


def _values_of(
    by: User, template: AnyTemplate, within: Node | None, named: Exported
) -> Iterator[Exported]:
    found = list(_saves(by, template, within))
    secret = _secret_parts(template) if found else ()
    ways = _Ways(save.node for save in found)
    for save in found:
        at, hidden = ways.of(save.node), secret_leaves(save.values, secret)
        for parts, value in leaves(save.values):
            # A value of null is not set; one inside a secret map is as secret as the map.
            if value is None or parts in hidden or as_reference(value):
                continue
            yield {"at": at, **named, "key": join_path(parts), "value": value}


def _saves(by: User, template: AnyTemplate, within: Node | None) -> QuerySet[ConfigurationRevision]:
    newer = ConfigurationRevision.objects.filter(
        template=OuterRef("template"), node=OuterRef("node"), number__gt=OuterRef("number")
    )
    current = ConfigurationRevision.objects.filter(~Exists(newer), template=template.pk)
    seen = sight.seen(by, sight.VALUES, current, "node__path", within)
    # An import finds places by their names, which takes the right to see them.
    seen = visible(by, sight.PLACES, seen, "node__path").filter(node__kind__in=places.KINDS)
    return seen.select_related("node").order_by("node__path")


def _secret_parts(template: AnyTemplate) -> tuple[Parts, ...]:
    newest: AnyVersion | None = template.versions.order_by("-sort_key").first()
    return Ownership(newest).secret_parts if newest else ()


class _Ways:
    """The names from the context down to each of some places; those above are plain labels."""

    def __init__(self, nodes: Iterable[Node]) -> None:
        wanted = {pk for node in nodes for pk in node.path_ids()}
        self._names: dict[int, str] = {}
        ids = sorted(wanted)
        for start in range(0, len(ids), _AT_ONCE):
            found = Node.objects.filter(pk__in=ids[start : start + _AT_ONCE])
            self._names |= dict(found.filter(parent__isnull=False).values_list("pk", "name"))
            roots = found.filter(parent__isnull=True)
            self._names |= dict(roots.values_list("pk", "context__name"))

    def of(self, node: Node) -> str:
        return "/".join(self._names[pk] for pk in node.path_ids())
