"""Resolving a solution for lines: loading the plain data, calling the engine.

No rights here: whoever calls has asked.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from orchestration.models import (
    AnyTemplate,
    ConfigurationRevision,
    Node,
    SolutionInstance,
    SolutionTemplate,
    SolutionTemplateVersion,
    SolutionVersion,
    Target,
)
from orchestration.queries.injections import NOTHING, Held, held
from orchestration.queries.kept_links import counting_in
from orchestration.queries.linking import read_by_name
from orchestration.queries.needs import Need
from orchestration.queries.secrets import with_own_secrets
from orchestration.queries.subjects import Subjects
from orchestration.queries.templates import compiled
from orchestration.resolution import (
    Change,
    CompiledTemplate,
    Resolution,
    ResolutionProblem,
    Veil,
    resolve_many,
    veil,
)

BATCH = 500  # lines whose data is in memory at once


@dataclass(frozen=True)
class LineReview:
    """What one line would get.

    ``missing`` names the capabilities the line lacks. ``needs`` are the shared copies it uses, and
    ``unmet`` what is wrong with them; ``held`` is what others have put into this one.
    """

    target: Target
    instance: SolutionInstance | None
    missing: tuple[str, ...]
    resolution: Resolution
    template: CompiledTemplate
    held: Held = NOTHING
    needs: tuple[Need, ...] = ()
    unmet: tuple[ResolutionProblem, ...] = ()

    @property
    def ok(self) -> bool:
        """Whether the line fits, every value is there and valid, and what it needs is chosen."""
        return not (self.missing or self.unmet) and self.resolution.ok

    @property
    def problems(self) -> tuple[ResolutionProblem, ...]:
        """Everything that keeps it from being published, but for capabilities."""
        return (*self.resolution.problems, *self.unmet)

    @cached_property
    def veil(self) -> Veil:
        """What masks those parts that people may not see."""
        return veil(
            self.template.secret_settings,
            self._running,
            self.resolution.configuration,
            blind=self.template.components_read_secrets,
        )

    @cached_property
    def changes(self) -> tuple[Change, ...]:
        """How it differs from what runs now."""
        if not self.resolution.ok:
            return ()
        return tuple(self.veil.changes(self._running, self.resolution.configuration))

    @cached_property
    def _running(self) -> dict[str, object] | None:
        current = self.instance.current if self.instance else None
        return current.configuration if current else None


def resolve_lines(
    version: SolutionTemplateVersion, targets: Sequence[Target], instance_name: str
) -> Iterator[LineReview]:
    """Resolve a template version for each target, in the order given, some hundred at a time."""
    needed = set(version.template.capabilities.values_list("name", flat=True))
    for start in range(0, len(targets), BATCH):
        yield from _resolve(version, targets[start : start + BATCH], instance_name, needed)


def resolve_again(revision: SolutionVersion, holds: Held) -> LineReview:
    """Resolve what a revision was made of with other sections put in.

    The values and config templates are those it was made of: what was saved or linked since waits
    for somebody to publish it.
    """
    version, instance = revision.template_version, revision.instance
    target, template = instance.target, compiled(version)
    named = read_by_name(template)
    subjects = Subjects(
        version.template,
        [target],
        _values_of(revision),
        named=named,
        counting=counting_in(revision),
    )
    subject = subjects.of(target, instance.name, holds.steps)
    resolved = resolve_many(template, [subject])
    (resolution,) = with_own_secrets(version.template_id, [target], resolved)
    return LineReview(target, instance, (), resolution, template, holds)


def first_stranger(template: AnyTemplate, nodes: Iterable[Node]) -> Node | None:
    """The first node that is of another context than the solution; None if there is none."""
    own = template.node.context_id
    return next((node for node in nodes if node.context_id != own), None)


def _values_of(revision: SolutionVersion) -> dict[int, ConfigurationRevision]:
    """The values that a revision was made of, by node."""
    path = revision.provenance.get("path", [])
    saved = [revision_ref for *_, revision_ref in path if revision_ref is not None]
    rows = ConfigurationRevision.objects.filter(pk__in=saved).select_related("author")
    return {row.node_id: row for row in rows}


def _resolve(
    version: SolutionTemplateVersion,
    targets: Sequence[Target],
    instance_name: str,
    needed: set[str],
) -> Iterator[LineReview]:
    template = compiled(version)
    subjects = Subjects(version.template, targets, named=read_by_name(template))
    installed = _installed(version.template, targets, instance_name)
    shared = held(instance.pk for instance in installed.values())
    holds = {pk: shared.get(instance.pk, NOTHING) for pk, instance in installed.items()}
    wanted = [
        subjects.of(target, instance_name, holds.get(target.pk, NOTHING).steps)
        for target in targets
    ]
    resolved = with_own_secrets(version.template_id, targets, resolve_many(template, wanted))
    for target, resolution in zip(targets, resolved, strict=True):
        missing = needed and needed - subjects.capabilities(target)
        instance = installed.get(target.pk)
        held_here = holds.get(target.pk, NOTHING)
        yield LineReview(target, instance, tuple(sorted(missing)), resolution, template, held_here)


def _installed(
    template: SolutionTemplate, targets: Sequence[Target], name: str
) -> dict[int, SolutionInstance]:
    """The copies of this name there are already, by target."""
    ids = [target.pk for target in targets]
    rows = SolutionInstance.objects.filter(target__in=ids, name=name, template=template)
    rows = rows.select_related("current__template_version", "target__node", "template__node")
    return {instance.target_id: instance for instance in rows}
