"""Injecting the configuration of dependents into a shared instance."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from orchestration.expressions import FAILED, Fault, Kind, Parts, Value, lookup, split_path
from orchestration.expressions.paths import join_path


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


class InjectionFault(Fault):
    """A section that cannot be injected; `to` is the key it was meant for."""

    def __init__(self, to: str, kind: Kind, message: str, hint: str = "") -> None:
        super().__init__(kind, message, hint)
        self.to = to


def inject(configuration: Mapping[str, Value], steps: Sequence[Injected]) -> dict[str, Value]:
    """Apply injections in order to the configuration of a shared instance.

    What the array holds by itself stays in front. Raises InjectionFault when there is no such
    section or no such key, or the key holds something other than an array.
    """
    return extended(configuration, gathered(steps))


def gathered(steps: Sequence[Injected]) -> dict[Parts, list[Value]]:
    """Give what is to be appended after all steps, by the path of the array."""
    arrays: dict[Parts, dict[str, Value]] = {}
    for step in steps:
        try:
            sections = arrays.setdefault(split_path(step.to), {})
            if step.action == "uninstall":
                sections.pop(step.target, None)
            else:
                sections[step.target] = _section(step)
        except Fault as fault:
            raise InjectionFault(step.to, fault.kind, fault.message, fault.hint) from None
    return {parts: list(sections.values()) for parts, sections in arrays.items()}


def extended(
    configuration: Mapping[str, Value], arrays: Mapping[Parts, list[Value]]
) -> dict[str, Value]:
    """Give a copy of a configuration with items appended to its arrays."""
    result = dict(configuration)
    for parts, items in arrays.items():
        _extend(result, parts, items)
    return result


def _section(step: Injected) -> Value:
    section = lookup(dict(step.config), split_path(step.source))
    if section is None:
        raise Fault(Kind.NOT_FOUND, f"{step.target} has no section {step.source} to inject")
    return section


def _extend(tree: dict[str, Value], parts: Parts, items: list[Value]) -> None:
    """Append to the array at a path, copying the maps on the way."""
    to = join_path(parts)
    for part in parts[:-1]:
        inner = tree.get(part)
        if inner is FAILED:
            return  # that is told already
        if not isinstance(inner, dict):
            raise _no_key(to)
        copied = dict(inner)
        tree[part] = copied
        tree = copied
    last = parts[-1]
    if last not in tree:
        raise _no_key(to)
    held = tree[last]
    if held is FAILED:
        return
    if held is not None and not isinstance(held, list):
        raise InjectionFault(to, Kind.TYPE, f"{to} is not a list to inject into")
    if items:
        tree[last] = [*(held or []), *items]


def _no_key(to: str) -> InjectionFault:
    return InjectionFault(to, Kind.NOT_FOUND, f"there is no key {to} to inject into")
