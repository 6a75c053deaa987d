"""Injecting the configuration of dependents into a shared instance."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from orchestration.expressions import Fault, Kind, Parts, Value, lookup, split_path


@dataclass(frozen=True, slots=True)
class Injected:
    """One step of a dependent: `deploy` puts a section in, `uninstall` takes it out.

    `target` is any text that tells dependents apart; deploying again under it replaces. `config`
    is the dependent's resolved configuration, `source` the section of it, `to` the array.
    """

    target: str
    action: str
    source: str
    to: str
    config: Mapping[str, Value] = field(default_factory=dict)


def inject(configuration: Mapping[str, Value], steps: Sequence[Injected]) -> dict[str, Value]:
    """Apply injections in order to the configuration of a shared instance.

    What the array holds by itself stays in front. Raises Fault when there is no such section or
    no such key, or the key holds something other than an array.
    """
    arrays: dict[Parts, dict[str, Value]] = {}
    for step in steps:
        sections = arrays.setdefault(split_path(step.to), {})
        if step.action == "uninstall":
            sections.pop(step.target, None)
            continue
        section = lookup(dict(step.config), split_path(step.source))
        if section is None:
            raise Fault(Kind.NOT_FOUND, f"{step.target} has no section {step.source} to inject")
        sections[step.target] = section
    result = dict(configuration)
    for parts, sections in arrays.items():
        _extend(result, parts, list(sections.values()))
    return result


def _extend(tree: dict[str, Value], parts: Parts, items: list[Value]) -> None:
    """Append to the array at a path, copying the maps on the way."""
    for part in parts[:-1]:
        inner = tree.get(part)
        if not isinstance(inner, dict):
            raise Fault(Kind.NOT_FOUND, f"there is no key {'.'.join(parts)} to inject into")
        copied = dict(inner)
        tree[part] = copied
        tree = copied
    last = parts[-1]
    if last not in tree:
        raise Fault(Kind.NOT_FOUND, f"there is no key {'.'.join(parts)} to inject into")
    held = tree[last]
    if held is not None and not isinstance(held, list):
        raise Fault(Kind.TYPE, f"{'.'.join(parts)} is not a list to inject into")
    if items:
        tree[last] = [*(held or []), *items]
