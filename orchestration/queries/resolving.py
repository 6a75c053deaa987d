"""Resolving a solution for lines: loading the plain data, calling the engine.

No rights here: whoever calls has asked.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from orchestration.models import (
    AnyTemplate,
    ConfigurationRevision,
    Node,
    SolutionInstance,
    SolutionTemplateVersion,
    Target,
)
from orchestration.queries.saved import current_values
from orchestration.queries.templates import compiled
from orchestration.resolution import (
    Change,
    PathNode,
    Resolution,
    Veil,
    resolve,
    veil,
)


@dataclass(frozen=True)
class LineReview:
    """What one line would get.

    ``missing`` names the capabilities the line lacks. ``changes`` compares with
    what runs now. ``resolution.ok`` says whether it could be published. ``veil`` masks what
    people may not see of it.
    """

    target: Target
    instance: SolutionInstance | None
    missing: tuple[str, ...]
    resolution: Resolution
    changes: tuple[Change, ...]
    veil: Veil

    @property
    def ok(self) -> bool:
        """Whether the line fits and every value is there and valid."""
        return not self.missing and self.resolution.ok


def resolve_lines(
    version: SolutionTemplateVersion, targets: Sequence[Target], instance_name: str
) -> list[LineReview]:
    """Resolve a template version for each target, in the order given."""
    nodes = _nodes_above(targets)
    values = current_values(version.template, nodes)
    installed = {
        instance.target_id: instance
        for instance in SolutionInstance.objects.filter(
            target__in=targets, name=instance_name, template=version.template
        ).select_related("current__template_version", "target__node", "template__node")
    }
    needed = set(version.template.capabilities.values_list("name", flat=True))
    return [
        _review(version, target, installed.get(target.pk), nodes, values, needed, instance_name)
        for target in targets
    ]


def first_stranger(template: AnyTemplate, nodes: Iterable[Node]) -> Node | None:
    """The first node that is of another context than the template; None if there is none."""
    own = template.node.context_id
    return next((node for node in nodes if node.context_id != own), None)


def path_nodes(
    node: Node, nodes: dict[int, Node], values: dict[int, ConfigurationRevision]
) -> list[PathNode]:
    """The way from the context's root to a node, with the values set on it."""
    way = []
    for pk in node.path_ids():
        at, revision = nodes[pk], values.get(pk)
        way.append(
            PathNode(
                level=at.level_name or at.kind,
                name=at.title,
                values=revision.values if revision else {},
                ref=at.pk,
                revision_ref=revision.pk if revision else None,
                time_zone=at.time_zone,
                labels=at.labels,
            )
        )
    return way


def _nodes_above(targets: Sequence[Target]) -> dict[int, Node]:
    wanted = {pk for target in targets for pk in target.node.path_ids()}
    return Node.objects.select_related("context").in_bulk(wanted)


def _review(
    version: SolutionTemplateVersion,
    target: Target,
    instance: SolutionInstance | None,
    nodes: dict[int, Node],
    values: dict[int, ConfigurationRevision],
    needed: set[str],
    instance_name: str,
) -> LineReview:
    node = target.node
    offered = {capability.name for capability in target.capabilities.all()}
    template = compiled(version)
    resolution = resolve(
        template,
        levels=node.context.levels,
        path=path_nodes(node, nodes, values),
        target=target_properties(target, offered),
        instance=instance_name,
    )
    running = instance.current.configuration if instance and instance.current else None
    shown = veil(
        template.secret_settings,
        running,
        resolution.configuration,
        blind=template.components_read_secrets,
    )
    changes = shown.changes(running, resolution.configuration) if resolution.ok else []
    missing = tuple(sorted(needed - offered))
    return LineReview(target, instance, missing, resolution, tuple(changes), shown)


def target_properties(target: Target, capabilities: Iterable[str]) -> dict[str, object]:
    """What ``$target(…)`` may ask for."""
    node = target.node
    return {
        "name": node.name,
        "displayName": node.title,
        "id": node.pk,
        "level": node.level_name,
        "scope": target.scope,
        "capabilities": sorted(capabilities),
        "site": node.parent.name if node.parent else "",
        "labels": node.labels,
    }
