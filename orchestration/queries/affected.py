"""The installed and published copies that an edit may change, as the engine reads them."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby, islice
from typing import Any

from django.db.models import BigIntegerField, F, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from orchestration.models import (
    SolutionInstance,
    SolutionTemplate,
    SolutionTemplateVersion,
    SolutionVersion,
)
from orchestration.queries import sight
from orchestration.queries.injections import NOTHING, held
from orchestration.queries.linking import NOTHING_SUPPOSED, Supposed, read_by_name
from orchestration.queries.subjects import Subjects
from orchestration.resolution import CompiledTemplate, Subject
from orchestration.states import PublicationState
from rbac.models import User

BATCH = 500  # copies whose data is in memory at once


@dataclass(frozen=True)
class Copy:
    """An installed or published copy; ``deployed`` says that some revision of it runs."""

    instance: int
    target: int
    name: str
    solution: str
    line: str
    deployed: bool

    @classmethod
    def of(cls, row: SolutionInstance) -> "Copy":
        """Make the short form of a row."""
        runs = row.current_id is not None
        return cls(row.pk, row.target_id, row.name, str(row.template), str(row.target), runs)


def copies(by: User, template: SolutionTemplate | None = None) -> QuerySet[Any]:
    """The copies a person sees the values of, with the version each would be published in again.

    Of one solution, or of all.
    """
    newest = SolutionVersion.objects.filter(
        instance=OuterRef("pk"), state=PublicationState.READY_TO_DEPLOY
    ).order_by("-published_at", "-pk")
    own = Subquery(newest.values("template_version")[:1])
    runs = F("current__template_version")
    version = Coalesce(own, runs, output_field=BigIntegerField())
    rows = SolutionInstance.objects.select_related("target__node").defer("health")
    known = rows.annotate(version=version).exclude(version=None)
    ordered = known.order_by("version", "target__node__path", "pk")
    found = ordered.filter(template=template) if template else ordered
    return sight.seen(by, sight.VALUES, found, "target__node__path")


def batches(
    rows: QuerySet[Any],
) -> Iterator[tuple[SolutionTemplateVersion, list[SolutionInstance]]]:
    """Read the copies some hundred at a time, never of two versions together."""
    found = rows.iterator(chunk_size=BATCH)
    for pk, ones in groupby(found, key=_version_of):
        version = SolutionTemplateVersion.objects.select_related("template__node").get(pk=pk)
        while batch := list(islice(ones, BATCH)):
            for row in batch:
                row.template = version.template  # one for all: rows with their own cost twice
            yield version, batch


def subjects(
    batch: Sequence[SolutionInstance],
    templates: Iterable[CompiledTemplate],
    supposed: Supposed = NOTHING_SUPPOSED,
) -> list[Subject]:
    """What the templates read for some copies of one solution, each under the copy's id."""
    named = {name for template in templates for name in read_by_name(template)}
    targets = [row.target for row in batch]
    loaded = Subjects(batch[0].template, targets, named=named, supposed=supposed)
    holds = held(row.pk for row in batch)
    return [
        replace(loaded.of(row.target, row.name, holds.get(row.pk, NOTHING).steps), key=row.pk)
        for row in batch
    ]


def _version_of(row: Any) -> int:  # noqa: ANN401  a row with what `copies` adds to it
    return int(row.version)
