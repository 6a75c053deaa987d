"""The values saved at places, as they are now. No rights here: whoever calls has asked."""

from collections.abc import Iterable

from django.db.models import Exists, OuterRef

from orchestration.models import ConfigurationRevision, SolutionTemplate


def current_values(
    template: SolutionTemplate, nodes: Iterable[int]
) -> dict[int, ConfigurationRevision]:
    """The newest configuration revision of a solution at each node that has one."""
    newer = ConfigurationRevision.objects.filter(
        template=OuterRef("template"), node=OuterRef("node"), number__gt=OuterRef("number")
    )
    newest = ConfigurationRevision.objects.filter(
        ~Exists(newer), template=template, node__in=list(nodes)
    ).select_related("author")
    return {revision.node_id: revision for revision in newest}
