"""Who set the values that a configuration is made of, as far as one person may know."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from orchestration.models import ConfigurationRevision
from orchestration.queries.setters import Setters, setters_of
from orchestration.resolution import Origin, Shadow
from rbac.access import may
from rbac.models import User
from rbac.permissions import Perm


@dataclass(frozen=True)
class Saves:
    """The saves that origins point to, as far as one person may see them."""

    rows: Mapping[int, ConfigurationRevision]
    setters: Setters

    def whole(self, origin: Origin | Shadow) -> ConfigurationRevision | None:
        """The save that counts at the place; None where the person may not see it."""
        ref = origin.revision_ref
        return self.rows.get(ref) if isinstance(ref, int) else None

    def of(self, origin: Origin | Shadow, key: str) -> ConfigurationRevision | None:
        """The save in which ``key`` got its value there; without values."""
        save = self.whole(origin)
        return self.setters.of(save, key) if save else None


def saves_of(by: User, found: Iterable[Origin]) -> Saves:
    """The saves that origins point to.

    Those at places the person may not see are left out: of these they know the name and no more.
    """
    ids = {ref for origin in found for ref in _refs(origin) if isinstance(ref, int)}
    rows = ConfigurationRevision.objects.filter(pk__in=ids).select_related("node", "author")
    seen = {row.pk: row for row in rows if may(by, Perm.VIEW_VALUES, row.node)}
    return Saves(seen, setters_of(seen.values()))


def _refs(origin: Origin) -> Iterator[object]:
    yield origin.revision_ref
    for shadow in origin.shadows:
        yield shadow.revision_ref
    for read in origin.inputs.values():
        yield from _refs(read)
