"""What rules of keys inside each other must agree on."""

from collections.abc import Mapping, Sequence

from orchestration.expressions import Parts, lookup
from orchestration.rules.checks import TYPE_NAMES, violations
from orchestration.rules.model import Rule
from orchestration.rules.reading import Notes


def check_family(rules: Sequence[Rule], notes: Notes) -> None:
    """Note rules for the same key, keys below what is no map, and defaults that break the rules.

    That a default keeps the rule of its own key has been seen to where the rule was read.
    """
    known: dict[Parts, Rule] = {}
    for rule in rules:
        first = known.setdefault(rule.parts, rule)
        if first is not rule:
            notes.refuse(rule.key, f"{first.key} and {rule.key} are rules for the same key")
    for rule in rules:
        above = (known.get(rule.parts[:depth]) for depth in range(1, len(rule.parts)))
        for parent in filter(None, above):
            _check_below(parent, rule, notes)


def _check_below(parent: Rule, rule: Rule, notes: Notes) -> None:
    if parent.type != "object":
        kind = TYPE_NAMES[parent.type]
        notes.warn(rule.key, f"{parent.key} is {kind}, nothing can lie below it", "type: object")
    elif parent.has_default and isinstance(parent.default, Mapping):
        value = lookup(dict(parent.default), rule.parts[len(parent.parts) :])
        for broken in violations(rule, value) if value is not None else ():
            message = f"the default of {parent.key} breaks {broken.rule} here: {broken.message}"
            notes.refuse(rule.key, message)
