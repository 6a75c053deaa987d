"""Resolving a solution for lines: loading the plain data, calling the engine.

No rights here: whoever calls has asked.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from orchestration.models import (
    AnyTemplate,
    Node,
    SolutionInstance,
    SolutionTemplate,
    SolutionTemplateVersion,
    Target,
)
from orchestration.queries.subjects import Subjects
from orchestration.queries.templates import compiled
from orchestration.resolution import (
    Change,
    CompiledTemplate,
    Resolution,
    Veil,
    resolve_many,
    veil,
)

BATCH = 500  # lines whose data is in memory at once


@dataclass(frozen=True)
class LineReview:
    """What one line would get.

    ``missing`` names the capabilities the line lacks. ``resolution.ok`` says whether it could be
    published.
    """

    target: Target
    instance: SolutionInstance | None
    missing: tuple[str, ...]
    resolution: Resolution
    template: CompiledTemplate

    @property
    def ok(self) -> bool:
        """Whether the line fits and every value is there and valid."""
        return not self.missing and self.resolution.ok

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


def first_stranger(template: AnyTemplate, nodes: Iterable[Node]) -> Node | None:
    """The first node that is of another context than the solution; None if there is none."""
    own = template.node.context_id
    return next((node for node in nodes if node.context_id != own), None)


def _resolve(
    version: SolutionTemplateVersion,
    targets: Sequence[Target],
    instance_name: str,
    needed: set[str],
) -> Iterator[LineReview]:
    template, subjects = compiled(version), Subjects(version.template, targets)
    installed = _installed(version.template, targets, instance_name)
    wanted = [subjects.of(target, instance_name) for target in targets]
    resolved = resolve_many(template, wanted)
    for target, (_, resolution) in zip(targets, resolved, strict=True):
        missing = needed - {capability.name for capability in target.capabilities.all()}
        instance = installed.get(target.pk)
        yield LineReview(target, instance, tuple(sorted(missing)), resolution, template)


def _installed(
    template: SolutionTemplate, targets: Sequence[Target], name: str
) -> dict[int, SolutionInstance]:
    """The copies of this name there are already, by target."""
    rows = SolutionInstance.objects.filter(target__in=targets, name=name, template=template)
    rows = rows.select_related("current__template_version", "target__node", "template__node")
    return {instance.target_id: instance for instance in rows}
