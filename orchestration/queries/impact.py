"""What an edit that is not saved yet would change, for one person: on which lines, and how.

Only copies at places whose values the person may see are looked at, and counted. No rights to edit
here: whoever calls has asked.
"""

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, TypeAlias

from django.db.models import Q, QuerySet

from orchestration.expressions import SecretReference, lookup
from orchestration.models import (
    ConfigTemplateVersion,
    Node,
    SolutionInstance,
    SolutionTemplate,
    SolutionTemplateVersion,
    TemplateLink,
)
from orchestration.queries.affected import Copy, batches, copies, subjects
from orchestration.queries.linking import Supposed
from orchestration.queries.templates import compiled, rules_of
from orchestration.resolution import (
    CompiledTemplate,
    Edit,
    Effect,
    PathNode,
    Subject,
    impact,
    overriding,
    together,
)
from orchestration.resolution.differences import identical
from orchestration.resolution.secrets import put
from rbac.access import below, may
from rbac.models import User
from rbac.permissions import Perm

Values: TypeAlias = Mapping[str, Any]
Edited: TypeAlias = Mapping[Hashable, PathNode]
NOWHERE: Edited = {}


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
        found: Sequence[Subject] = (),
        edited: Edited = NOWHERE,
    ) -> None:
        changed = {key for effect in effects for key in effect.keys}
        same = [subject for subject in found if subject.key not in changed]
        unreached = overriding(same, edited)
        self.looked_at += len(rows)
        self.effects.extend(effects)
        self.copies.update((row.pk, Copy.of(row)) for row in rows if row.pk in changed)
        self.overriding.extend(Copy.of(row) for row in rows if row.pk in unreached)

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

    With ``newer`` the copies would be published in that version, otherwise in their own.

    Raises:
        rbac.access.Denied: the right to see values is missing at a place.
    """
    wanted = {node.pk: dict(values) for node, values in edits.items()}
    rows = copies(by, template).filter(_at_or_below(by, edits))
    tally = _Tally()
    for version, batch in batches(rows):
        now = compiled(version)
        then = compiled(newer) if newer and newer != version else None
        found = subjects(batch, [now, then or now])
        edited = _with_values(found, wanted)
        effects = impact(now, found, Edit(edited, then))
        tally.take(batch, effects, found, edited)
    return tally.told(everywhere=True)


def of_shared_values(
    by: User, version: ConfigTemplateVersion, edits: Mapping[Node, Values]
) -> Impact:
    """What it would change to set these values of a config template at some places, whole.

    Raises:
        rbac.access.Denied: the right to see values is missing at a place.
    """
    wanted = {node.pk: _without_secrets(version, values) for node, values in edits.items()}
    return _of_supposed(by, list(edits), Supposed(values={version.template_id: wanted}))


def of_link(by: User, node: Node, version: ConfigTemplateVersion, *, linked: bool) -> Impact:
    """What it would change to link a version to a place, or to unlink its template there.

    Raises:
        rbac.access.Denied: the right to see values is missing at the place.
    """
    rows = TemplateLink.objects.filter(node=node).select_related("version__template__node")
    now = {row.version.template_id: row.version for row in rows.order_by("pk")}
    if linked:
        now[version.template_id] = version  # another version keeps its turn
    else:
        now.pop(version.template_id, None)
    return _of_supposed(by, [node], Supposed(links={node.pk: list(now.values())}))


def has_older(version: SolutionTemplateVersion) -> bool:
    """Whether there are versions that lines could come from."""
    return version.template.versions.filter(sort_key__lt=version.sort_key).exists()


def of_version(by: User, version: SolutionTemplateVersion) -> Impact:
    """What it would change to publish a version on the lines that have an older one."""
    older = SolutionTemplateVersion.objects.filter(
        template=version.template, sort_key__lt=version.sort_key
    )
    rows = copies(by, version.template).filter(version__in=older.values("pk"))
    return _of_template(by, version.template, compiled(version), rows)


def of_template(by: User, template: SolutionTemplate, newer: CompiledTemplate) -> Impact:
    """The same for a version that does not exist yet, on all lines with any."""
    return _of_template(by, template, newer, copies(by, template))


def _of_template(
    by: User, template: SolutionTemplate, newer: CompiledTemplate, rows: QuerySet[Any]
) -> Impact:
    tally = _Tally()
    for version, batch in batches(rows):
        now = compiled(version)
        tally.take(batch, impact(now, subjects(batch, [now, newer]), Edit(template=newer)))
    root = Node.objects.get(context=template.node.context_id, parent=None)
    return tally.told(everywhere=bool(may(by, Perm.VIEW_VALUES, root)))


def _of_supposed(by: User, nodes: Sequence[Node], supposed: Supposed) -> Impact:
    """What changes at places and below when config templates give something else there."""
    tally = _Tally()
    for version, batch in batches(copies(by).filter(_at_or_below(by, nodes))):
        now = compiled(version)
        found = subjects(batch, [now])
        edited = _given_otherwise(found, subjects(batch, [now], supposed))
        tally.take(batch, impact(now, found, Edit(edited)), found, edited)
    return tally.told(everywhere=True)


def _at_or_below(by: User, nodes: Iterable[Node]) -> Q:
    """A condition on copies; lines are told by their ids, of which there may be thousands."""
    wanted = list(nodes)
    for node in wanted:
        may(by, Perm.VIEW_VALUES, node).require()
    lines = [node.pk for node in wanted if node.kind == Node.Kind.TARGET]
    above = [node.path for node in wanted if node.kind != Node.Kind.TARGET]
    return Q(target__in=lines) | below(above, "target__node__path")


def _without_secrets(version: ConfigTemplateVersion, values: Values) -> dict[str, Any]:
    """The values as they would be kept: in the place of a new secret something that refers to it.

    What a solution makes of it has rules of its own, by which it may be none.
    """
    kept, rules = dict(values), rules_of(version)
    for parts in rules.secret_parts if rules else ():
        value = lookup(kept, parts)
        if value is not None and not (isinstance(value, Mapping) and "$secret" in value):
            kept = put(kept, parts, SecretReference("not saved yet").plain())
    return kept


def _with_values(found: Iterable[Subject], wanted: Mapping[int, Values]) -> Edited:
    """The places as they would be with other values, by id."""
    return {
        node.ref: replace(node, values=wanted[node.ref])
        for subject in found
        for node in subject.path
        if isinstance(node.ref, int) and node.ref in wanted
    }


def _given_otherwise(before: Iterable[Subject], after: Iterable[Subject]) -> Edited:
    """The places to which config templates would give something else, by id."""
    edited: dict[Hashable, PathNode] = {}
    seen: set[Hashable] = set()
    for one, other in zip(before, after, strict=True):
        for was, node in zip(one.path, other.path, strict=True):
            if was.ref not in seen and not _gives_the_same(was, node):
                edited[was.ref] = node
            seen.add(was.ref)
    return edited


def _gives_the_same(one: PathNode, other: PathNode) -> bool:
    return (
        identical(one.linked, other.linked)
        and identical(one.named, other.named)
        and one.problems == other.problems
    )
