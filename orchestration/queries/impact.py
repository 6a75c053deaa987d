"""What an edit that is not saved yet would change, for one person: on which lines, and how.

Only copies at places whose values the person may see are looked at, and counted.
"""

from collections.abc import Collection, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby, islice
from typing import Any, TypeAlias

from django.db.models import BigIntegerField, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from orchestration.expressions import Parts, lookup, split_path
from orchestration.models import (
    Node,
    SolutionInstance,
    SolutionTemplate,
    SolutionTemplateVersion,
    SolutionVersion,
)
from orchestration.queries import sight
from orchestration.queries.injections import NOTHING, held
from orchestration.queries.linking import read_by_name
from orchestration.queries.subjects import Subjects
from orchestration.queries.templates import compiled
from orchestration.resolution import (
    CompiledTemplate,
    Edit,
    Effect,
    PathNode,
    Subject,
    difference,
    impact,
    together,
)
from orchestration.states import PublicationState
from rbac.access import below, may
from rbac.models import User
from rbac.permissions import Perm

BATCH = 500  # copies whose data is in memory at once

Values: TypeAlias = Mapping[str, Any]
Edited: TypeAlias = Mapping[Hashable, PathNode]


@dataclass(frozen=True)
class Copy:
    """An installed or published copy; ``deployed`` says that some revision of it runs."""

    instance: int
    target: int
    name: str
    line: str
    deployed: bool


@dataclass(frozen=True)
class Group:
    """Copies that would change in the same way."""

    effect: Effect
    copies: tuple[Copy, ...]

    @property
    def deployed(self) -> int:
        """How many of them run something."""
        return sum(copy.deployed for copy in self.copies)

    @property
    def breaks(self) -> bool:
        """Whether their configuration is good now and would no longer be."""
        return bool(self.effect.problems) and not self.effect.was_broken

    @property
    def mends(self) -> bool:
        """Whether their configuration is not good now and would be."""
        return self.effect.was_broken and not self.effect.problems


@dataclass(frozen=True)
class Impact:
    """Everything an edit would change; the largest group first.

    ``looked_at`` counts the copies below the edited places, ``overriding`` those of them that do
    not change because a place nearer to them sets its own value. ``everywhere`` is false where
    there may be more that the person does not see.
    """

    groups: tuple[Group, ...]
    looked_at: int
    overriding: tuple[Copy, ...]
    everywhere: bool

    @property
    def changed(self) -> int:
        """How many copies would change in any way."""
        return sum(len(group.copies) for group in self.groups)

    @property
    def deployed(self) -> int:
        """How many of those run something."""
        return sum(group.deployed for group in self.groups)

    @property
    def breaking(self) -> int:
        """How many are good now and would no longer be."""
        return sum(len(group.copies) for group in self.groups if group.breaks)

    @property
    def mending(self) -> int:
        """How many are not good now and would be."""
        return sum(len(group.copies) for group in self.groups if group.mends)

    @property
    def untouched(self) -> int:
        """How many stay as they are though nothing nearer to them sets the values."""
        return self.looked_at - self.changed - len(self.overriding)


@dataclass
class _Tally:
    """What is known after some batches; of copies that do not change only their number."""

    looked_at: int = 0
    effects: list[Effect] = field(default_factory=list)
    copies: dict[Hashable, Copy] = field(default_factory=dict)
    overriding: list[Copy] = field(default_factory=list)

    def take(
        self,
        rows: Sequence[SolutionInstance],
        effects: Sequence[Effect],
        overriding: Collection[Hashable] = (),
    ) -> None:
        changed = {key for effect in effects for key in effect.keys}
        self.looked_at += len(rows)
        self.effects.extend(effects)
        self.copies.update((row.pk, _copy(row)) for row in rows if row.pk in changed)
        self.overriding.extend(
            _copy(row) for row in rows if row.pk in overriding and row.pk not in changed
        )

    def told(self, *, everywhere: bool) -> Impact:
        groups = tuple(
            Group(effect, tuple(self.copies[key] for key in effect.keys))
            for effect in together(self.effects)
        )
        return Impact(groups, self.looked_at, tuple(self.overriding), everywhere)


def of_values(
    by: User,
    template: SolutionTemplate,
    edits: Mapping[Node, Values],
    newer: SolutionTemplateVersion | None = None,
) -> Impact:
    """What it would change to set these values of a solution at some places, whole.

    With ``newer`` the copies would be published in that version, otherwise in their own. No rights
    to edit here: whoever calls has asked.

    Raises:
        rbac.access.Denied: the right to see values is missing at a place.
    """
    for node in edits:
        may(by, Perm.VIEW_VALUES, node).require()
    wanted = {node.pk: dict(values) for node, values in edits.items()}
    rows = _copies(by, template).filter(_at_or_below(edits))
    tally = _Tally()
    for version, batch in _batches(rows):
        now = compiled(version)
        then = compiled(newer) if newer and newer != version else None
        subjects = _subjects(batch, [now, then or now])
        edited = _edited(subjects, wanted)
        effects = impact(now, subjects, Edit(edited, then))
        tally.take(batch, effects, _overriding(subjects, edited))
    return tally.told(everywhere=True)


def of_version(by: User, version: SolutionTemplateVersion) -> Impact:
    """What it would change to publish a version on the lines that have an older one."""
    older = SolutionTemplateVersion.objects.filter(
        template=version.template, sort_key__lt=version.sort_key
    )
    rows = _copies(by, version.template).filter(version__in=older.values("pk"))
    return _of_template(by, version.template, compiled(version), rows)


def of_template(by: User, template: SolutionTemplate, newer: CompiledTemplate) -> Impact:
    """The same for a version that does not exist yet, on all lines with any."""
    return _of_template(by, template, newer, _copies(by, template))


def _of_template(
    by: User, template: SolutionTemplate, newer: CompiledTemplate, rows: QuerySet[Any]
) -> Impact:
    tally = _Tally()
    for version, batch in _batches(rows):
        now = compiled(version)
        subjects = _subjects(batch, [now, newer])
        tally.take(batch, impact(now, subjects, Edit(template=newer)))
    root = Node.objects.get(context=template.node.context_id, parent=None)
    return tally.told(everywhere=bool(may(by, Perm.VIEW_VALUES, root)))


def _at_or_below(nodes: Iterable[Node]) -> Q:
    """A condition on copies; lines are told by their ids, of which there may be thousands."""
    lines = [node.pk for node in nodes if node.kind == Node.Kind.TARGET]
    above = [node.path for node in nodes if node.kind != Node.Kind.TARGET]
    return Q(target__in=lines) | below(above, "target__node__path")


def _copies(by: User, template: SolutionTemplate) -> QuerySet[Any]:
    """The copies a person sees the values of, with the version each would be published in again."""
    newest = SolutionVersion.objects.filter(
        instance=OuterRef("pk"), state=PublicationState.READY_TO_DEPLOY
    ).order_by("-published_at", "-pk")
    rows = SolutionInstance.objects.filter(template=template).select_related(
        "target__node", "template__node"
    )
    own = Subquery(newest.values("template_version")[:1])
    runs = F("current__template_version")
    version = Coalesce(own, runs, output_field=BigIntegerField())
    known = rows.annotate(version=version).exclude(version=None)
    ordered = known.order_by("version", "target__node__path", "pk")
    return sight.seen(by, sight.VALUES, ordered, "target__node__path")


def _batches(
    rows: QuerySet[Any],
) -> Iterator[tuple[SolutionTemplateVersion, list[SolutionInstance]]]:
    """Read the copies some hundred at a time, never of two versions together."""
    found = rows.iterator(chunk_size=BATCH)
    for pk, copies in groupby(found, key=_version_of):
        version = SolutionTemplateVersion.objects.get(pk=pk)
        while batch := list(islice(copies, BATCH)):
            yield version, batch


def _version_of(row: Any) -> int:  # noqa: ANN401  a row with what `_copies` adds to it
    return int(row.version)


def _subjects(
    batch: Sequence[SolutionInstance], templates: Iterable[CompiledTemplate]
) -> list[Subject]:
    """What the templates read on the lines of some copies of one solution."""
    named = {name for template in templates for name in read_by_name(template)}
    loaded = Subjects(batch[0].template, [row.target for row in batch], named=named)
    holds = held(row.pk for row in batch)
    return [
        replace(loaded.of(row.target, row.name, holds.get(row.pk, NOTHING).steps), key=row.pk)
        for row in batch
    ]


def _copy(row: SolutionInstance) -> Copy:
    return Copy(row.pk, row.target_id, row.name, str(row.target), row.current_id is not None)


def _edited(subjects: Iterable[Subject], wanted: Mapping[int, Values]) -> Edited:
    """The places as they would be, by id."""
    return {
        node.ref: replace(node, values=wanted[node.ref])
        for subject in subjects
        for node in subject.path
        if isinstance(node.ref, int) and node.ref in wanted
    }


def _overriding(subjects: Sequence[Subject], edited: Edited) -> set[Hashable]:
    """The copies for which places nearer to them set everything that the edit changes."""
    before = {node.ref: node for one in subjects for node in one.path if node.ref in edited}
    changed = {
        ref: [split_path(change.key) for change in difference(before[ref].values, after.values)]
        for ref, after in edited.items()
    }
    return {one.key for one in subjects if _is_overridden(one, edited, changed)}


def _is_overridden(
    subject: Subject, edited: Edited, changed: Mapping[Hashable, Sequence[Parts]]
) -> bool:
    path = [edited.get(node.ref, node) for node in subject.path]
    wanted = [(at, parts) for at, node in enumerate(path) for parts in changed.get(node.ref, ())]
    return bool(wanted) and all(
        any(_sets(node, parts) for node in path[at + 1 :]) for at, parts in wanted
    )


def _sets(node: PathNode, parts: Parts) -> bool:
    layers = (node.values, *node.linked.values())
    return any(lookup(dict(layer), parts) is not None for layer in layers)
