"""The values saved at places, as they are now. No rights here: whoever calls has asked."""

from collections.abc import Iterable
from datetime import datetime

from django.db.models import Exists, OuterRef, Q

from orchestration.models import (
    AnyTemplate,
    ConfigurationRevision,
    SolutionInstance,
    TemplateLink,
)


def current_values(template: AnyTemplate, nodes: Iterable[int]) -> dict[int, ConfigurationRevision]:
    """The newest configuration revision of a template at each node that has one."""
    return current_values_of([template.pk], nodes).get(template.pk, {})


def current_values_of(
    templates: Iterable[int], nodes: Iterable[int]
) -> dict[int, dict[int, ConfigurationRevision]]:
    """The same for several templates, by template and node."""
    newer = ConfigurationRevision.objects.filter(
        template=OuterRef("template"), node=OuterRef("node"), number__gt=OuterRef("number")
    )
    newest = ConfigurationRevision.objects.filter(
        ~Exists(newer), template__in=list(templates), node__in=list(nodes)
    ).select_related("author")
    found: dict[int, dict[int, ConfigurationRevision]] = {}
    for revision in newest:
        found.setdefault(revision.template_id, {})[revision.node_id] = revision
    return found


def changed_since(copy: SolutionInstance, moment: datetime) -> bool:
    """Whether anything was saved or linked since on the way to a copy that it may read."""
    way = copy.target.node.path_ids()
    readable = Q(template=copy.template_id) | Q(template__config_template__isnull=False)
    saved = ConfigurationRevision.objects.filter(readable, node__in=way, created_at__gt=moment)
    linked = TemplateLink.objects.filter(node__in=way, linked_at__gt=moment)
    return saved.exists() or linked.exists()
