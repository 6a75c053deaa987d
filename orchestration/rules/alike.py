"""Checking the values of many keys with like rules in one go, to find that nothing is wrong.

Of a target all of whose values are good, which is nearly every one, no rule has to be looked at
alone. What is wrong is told by the rules themselves, one by one.
"""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from orchestration.expressions import Value
from orchestration.rules.checks import acceptance, limits_of
from orchestration.rules.model import UNSET, Rule

_INTEGER, _TEXT = frozenset({int}), frozenset({str})
AllAccepted = Callable[[Sequence[Value]], bool]


@dataclass(frozen=True, slots=True)
class Alike:
    """Top keys whose rules accept the same; `required` says that none of them may be unset."""

    keys: tuple[str, ...]
    required: bool
    accept: AllAccepted

    def hold(self, shown: Mapping[str, Value], behind: Mapping[str, Value]) -> bool:
        """Say whether all values are good; those not shown are looked up behind."""
        values = [shown[key] if key in shown else behind.get(key) for key in self.keys]
        if None in values:
            if self.required:
                return False
            values = [value for value in values if value is not None]
        return self.accept(values)


def alike(rules: Iterable[Rule]) -> tuple[Alike, ...]:
    """Sort rules of top keys by what they accept."""
    groups: dict[str, list[Rule]] = {}
    for rule in rules:
        bare = replace(
            rule,
            key="",
            parts=(),
            required=False,
            default=UNSET,
            label="",
            description="",
            unit="",
            group="",
            placeholder=None,
            examples=(),
            message="",
            expression="",
        )
        groups.setdefault(f"{rule.required} {bare}", []).append(rule)
    return tuple(_alike(group) for group in groups.values())


def _alike(rules: Sequence[Rule]) -> Alike:
    first = rules[0]
    return Alike(tuple(rule.parts[0] for rule in rules), first.required, _accepting(first))


def _accepting(rule: Rule) -> AllAccepted:
    """Make the check of many values; of the commonest rules without a call for each value."""
    accepts = acceptance(rule)

    def each(values: Sequence[Value]) -> bool:
        return all(map(accepts, values))

    limits = {name for name, _, _ in limits_of(rule)}
    if rule.type == "int" and limits <= {"minValue", "maxValue"}:
        return _between(rule, each)
    if rule.type == "string" and limits == {"allowedValues"}:
        return _one_of(rule, each)
    return each


def _between(rule: Rule, each: AllAccepted) -> AllAccepted:
    low = -math.inf if rule.min_value is None else rule.min_value
    high = math.inf if rule.max_value is None else rule.max_value

    def between(values: Sequence[Value]) -> bool:
        if not values or not _INTEGER.issuperset(map(type, values)):
            return each(values)
        return bool(low <= min(values) and max(values) <= high)

    return between


def _one_of(rule: Rule, each: AllAccepted) -> AllAccepted:
    texts = frozenset(text for text in rule.allowed_values or () if isinstance(text, str))

    def one_of(values: Sequence[Value]) -> bool:
        if not _TEXT.issuperset(map(type, values)):
            return each(values)
        return texts.issuperset(values) or each(values)

    return one_of
