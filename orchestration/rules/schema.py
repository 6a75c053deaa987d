"""A parsed schema: checks configurations, fills defaults, publishes itself."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from orchestration.expressions import (
    FAILED,
    Context,
    Parts,
    Problem,
    SealedValue,
    Value,
    reads_any,
    split_path,
)
from orchestration.rules.alike import Alike, alike
from orchestration.rules.checks import Check, acceptance, is_opaque, violations
from orchestration.rules.model import Condition, Rule, Violation
from orchestration.rules.publishing import json_schema


@dataclass(frozen=True, slots=True)
class _Compiled:
    """A rule with its quick check and the ancestors that may be absent.

    `top_key` is the key of a rule that has no ancestors.
    """

    rule: Rule
    top_key: str | None
    accepts: Check
    optional_above: tuple[Parts, ...]
    ruled_above: tuple[Parts, ...]

    @property
    def is_plain(self) -> bool:
        """Say whether it is about a top key with nothing opaque in it."""
        return self.top_key is not None and not self.rule.secret


@dataclass(frozen=True)
class Schema:
    """The rules of a configuration. `warnings` tell about older spellings."""

    name: str
    rules: tuple[Rule, ...]
    conditions: tuple[Condition, ...]
    warnings: tuple[Problem, ...]
    defaults: dict[str, Value] = field(init=False)
    secret_parts: tuple[Parts, ...] = field(init=False)
    _by_parts: dict[Parts, Rule] = field(init=False)
    _inside: dict[Parts, list[Rule]] = field(init=False)
    _compiled: tuple[_Compiled, ...] = field(init=False)
    _alike: tuple[Alike, ...] = field(init=False)
    _single: tuple[_Compiled, ...] = field(init=False)

    def __post_init__(self) -> None:
        by_parts = {rule.parts: rule for rule in self.rules}
        set_field = object.__setattr__
        set_field(self, "_by_parts", by_parts)
        set_field(self, "_inside", _inside(self.rules))
        compiled = tuple(_compile(rule, by_parts) for rule in self.rules)
        set_field(self, "_compiled", compiled)
        set_field(self, "_alike", alike(one.rule for one in compiled if one.is_plain))
        set_field(self, "_single", tuple(one for one in compiled if not one.is_plain))
        set_field(self, "defaults", _default_tree(self.rules))
        secrets = tuple(rule.parts for rule in self.rules if rule.secret)
        set_field(self, "secret_parts", secrets)

    def rule_for(self, key: str) -> Rule | None:
        """Give the rule of a dotted key; None where the schema has none."""
        return self._by_parts.get(split_path(key))

    def over(self, parts: Parts) -> list[Rule]:
        """Give the rules a key is under: its own first, then those of the objects it lies in."""
        ways = (parts[:end] for end in range(len(parts), 0, -1))
        return [rule for way in ways if (rule := self._by_parts.get(way)) is not None]

    def inside(self, parts: Parts) -> list[Rule]:
        """Give the rules of what lies in a key: a value for the whole of it is theirs too."""
        return self._inside.get(parts, [])

    def check_value(self, key: str, value: Value) -> list[Violation]:
        """Check one value while it is typed: everything but expressions over several keys."""
        rule = self.rule_for(key)
        if rule is None or value is None or is_opaque(value):
            return []
        return violations(rule, value)

    def with_defaults(self, config: Mapping[str, Value]) -> dict[str, Value]:
        """Give a configuration with every unset leaf that has a default filled in."""
        return _filled(config, self.defaults)

    def validate(self, config: Mapping[str, Value]) -> list[Violation]:
        """Check a whole configuration, defaults filled in: rules, expressions, validations."""
        filled = self.with_defaults(config)
        return self.check(Context(configuration=filled))

    def check(self, context: Context) -> list[Violation]:
        """Check what the context holds: the configuration, and values it does not show.

        A rule may be about a key that people set and the template shows under another name; such
        a key is looked up among the values.
        """
        found = list(self._rule_violations(context))
        for condition in self.conditions:
            broken = _broken(condition, context)
            if broken:
                found.append(broken)
        return found

    def about(self, keys: frozenset[str]) -> "Schema":
        """Give the rules and validations that a change below these top keys can break."""
        return Schema(
            self.name,
            tuple(rule for rule in self.rules if rule.parts[0] in keys),
            tuple(one for one in self.conditions if reads_any(one.template.keys, keys)),
            (),
        )

    def json_schema(self) -> dict[str, Value]:
        """Give the rules as JSON Schema 2020-12, as far as it can say them."""
        return json_schema(self.name, self.rules)

    def _rule_violations(self, context: Context) -> Iterator[Violation]:
        shown = context.configuration if isinstance(context.configuration, dict) else {}
        behind = context.values
        good = all(one.hold(shown, behind) for one in self._alike)
        for compiled in self._single if good else self._compiled:
            key = compiled.top_key
            if key is None:
                value = effective(context, compiled.rule.parts)
            else:  # as `effective` does, without a call for each of the many plain keys
                value = shown[key] if key in shown else behind.get(key)
            if value is None:
                if compiled.rule.required and _is_needed(compiled, context):
                    rule = compiled.rule
                    yield Violation(rule.key, "required", "a value is needed", accepted=rule.type)
            elif not compiled.accepts(value) and value is not FAILED:
                yield from _violations(compiled.rule, value)


def _violations(rule: Rule, value: Value) -> Iterator[Violation]:
    """Check the value inside a seal without ever giving it away; a reference has none."""
    if isinstance(value, SealedValue):
        for broken in violations(rule, value.value):
            yield replace(broken, given=None)
    elif not is_opaque(value):
        yield from violations(rule, value)


def effective(context: Context, parts: Parts) -> Value:
    """Give the value a rule is about: the configuration's, or a value it does not show."""
    tree = context.configuration
    if len(parts) > 1:
        for part in parts[:-1]:
            tree = tree.get(part) if isinstance(tree, dict) else None
        if tree is FAILED:
            return FAILED
    if isinstance(tree, dict) and parts[-1] in tree:
        return tree[parts[-1]]
    value: Value = context.values
    for part in parts:
        value = value.get(part) if isinstance(value, Mapping) else None
    return value


def _inside(rules: Iterable[Rule]) -> dict[Parts, list[Rule]]:
    found: dict[Parts, list[Rule]] = {}
    for rule in rules:
        for end in range(1, len(rule.parts)):
            found.setdefault(rule.parts[:end], []).append(rule)
    return found


def _compile(rule: Rule, by_parts: Mapping[Parts, Rule]) -> _Compiled:
    above = [rule.parts[:depth] for depth in range(1, len(rule.parts))]
    ruled = tuple(parts for parts in above if parts in by_parts)
    optional = tuple(parts for parts in ruled if not by_parts[parts].required)
    top_key = None if len(rule.parts) > 1 else rule.parts[0]
    return _Compiled(rule, top_key, acceptance(rule), optional, ruled)


def _is_needed(compiled: _Compiled, context: Context) -> bool:
    """Say whether a missing key must be there: its parents are present, or required themselves."""
    if any(effective(context, parts) is None for parts in compiled.optional_above):
        return False
    # A parent that is no map, or failed, has its own error; its children add nothing to it.
    above = (effective(context, parts) for parts in compiled.ruled_above)
    return all(value is None or isinstance(value, dict) for value in above)


def _broken(condition: Condition, context: Context) -> Violation | None:
    result = condition.template.evaluate(context)
    if result.problems:
        message = condition.message or f"cannot be checked: {result.problems[0].message}"
    elif result.value is True or result.value == "true" or result.value is FAILED:
        return None  # FAILED without a problem: a key it reads has an error of its own
    else:
        message = condition.message or "the condition does not hold"
    return Violation(condition.key, condition.rule, message, accepted=condition.text)


def _default_tree(rules: tuple[Rule, ...]) -> dict[str, Value]:
    """Put defaults into one tree; a key's own default wins over its parent's."""
    tree: dict[str, Value] = {}
    for rule in sorted(rules, key=lambda rule: len(rule.parts)):
        if not rule.has_default:
            continue
        node = tree
        for part in rule.parts[:-1]:
            inner = node.get(part)
            node[part] = dict(inner) if isinstance(inner, dict) else {}
            node = node[part]
        node[rule.parts[-1]] = rule.default
    return tree


def _filled(config: Mapping[str, Value], defaults: Mapping[str, Value]) -> dict[str, Value]:
    filled = dict(config)
    for key, default in defaults.items():
        value = filled.get(key)
        if value is None:
            filled[key] = default
        elif isinstance(value, dict) and isinstance(default, dict):
            filled[key] = _filled(value, default)
    return filled
