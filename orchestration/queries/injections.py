"""What dependents put into the copies they share, as the engine reads it.

No rights here: whoever calls has asked.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from orchestration.models import InjectedSection
from orchestration.resolution import Injected
from orchestration.resolution.canonical import canonical_json, digest


@dataclass(frozen=True)
class Held:
    """The sections a copy is to hold, in order: ``steps`` for the engine, ``record`` to store.

    ``digest`` is the hash of the record, without the revisions that the sections are read from:
    the same section from a newer revision is no change. It is empty where nothing is held.
    """

    steps: tuple[Injected, ...] = ()
    record: tuple[Mapping[str, object], ...] = ()

    @property
    def digest(self) -> str:
        """The hash that tells one set of sections from another."""
        return digest_of(self.record)


NOTHING = Held()


def held(instances: Iterable[int]) -> dict[int, Held]:
    """What each of some copies is to hold, by id; those that hold nothing are left out."""
    rows = (
        InjectedSection.objects.filter(shared__in=list(instances), revision__isnull=False)
        .exclude(dependent=None)
        .select_related("revision")
        .order_by("pk")
    )
    found: dict[int, list[InjectedSection]] = {}
    for row in rows:
        found.setdefault(row.shared_id, []).append(row)
    return {shared: _held(sections) for shared, sections in found.items()}


def digest_of(record: Sequence[Mapping[str, object]]) -> str:
    """The hash of a list of sections in the form that revisions keep; empty for none."""
    if not record:
        return ""
    told = [[one[name] for name in ("dependent", "from", "to", "digest")] for one in record]
    return digest(canonical_json(told))


def _held(sections: Sequence[InjectedSection]) -> Held:
    return Held(
        steps=tuple(
            Injected(
                f"{one.dependent_id}:{one.source}",
                "deploy",
                one.source,
                one.to,
                one.revision.configuration if one.revision else {},
            )
            for one in sections
        ),
        record=tuple(
            {
                "dependent": one.dependent_id,
                "revision": one.revision_id,
                "from": one.source,
                "to": one.to,
                "digest": one.digest,
            }
            for one in sections
        ),
    )
