"""The values saved at places, as they are now. No rights here: whoever calls has asked."""

from collections.abc import Iterable

from django.db.models import Exists, OuterRef

from orchestration.models import AnyTemplate, ConfigurationRevision


def current_values(template: AnyTemplate, nodes: Iterable[int]) -> dict[int, ConfigurationRevision]:
    """The newest configuration revision of a template at each node that has one."""
    newer = ConfigurationRevision.objects.filter(
        template=OuterRef("template"), node=OuterRef("node"), number__gt=OuterRef("number")
    )
    newest = ConfigurationRevision.objects.filter(
        ~Exists(newer), template=template.pk, node__in=list(nodes)
    ).select_related("author")
    return {revision.node_id: revision for revision in newest}
