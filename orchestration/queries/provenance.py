"""Who set the values that a configuration is made of, as far as one person may know."""

from collections.abc import Iterable, Iterator

from orchestration.models import ConfigurationRevision
from orchestration.resolution import Origin
from rbac.access import may
from rbac.models import User
from rbac.permissions import Perm

Saves = dict[int, ConfigurationRevision]


def saves_of(by: User, found: Iterable[Origin]) -> Saves:
    """The saves that origins point to, by id.

    Those at places the person may not see are left out: of these they know the name and no more.
    """
    ids = {ref for origin in found for ref in _refs(origin) if isinstance(ref, int)}
    rows = ConfigurationRevision.objects.filter(pk__in=ids).select_related("node", "author")
    return {row.pk: row for row in rows if may(by, Perm.VIEW_VALUES, row.node)}


def _refs(origin: Origin) -> Iterator[object]:
    yield origin.revision_ref
    for shadow in origin.shadows:
        yield shadow.revision_ref
    for read in origin.inputs.values():
        yield from _refs(read)
