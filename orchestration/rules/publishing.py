"""Rules as JSON Schema 2020-12: what the API publishes and other tools can check."""

import re
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet

from orchestration.expressions import Parts, Value
from orchestration.rules.model import Rule

_DIALECT = "https://json-schema.org/draft/2020-12/schema"
_TYPES: Mapping[str, str] = {
    "string": "string",
    "boolean": "boolean",
    "int": "integer",
    "float": "number",
    "object": "object",
    "array": "array",
}
# Signs that mean the same in RE2, ECMAScript and Python: no escapes, no dot, no flags.
_PORTABLE = re.compile(
    r"\^?(?:[A-Za-z0-9 _:/@%=,;~-]|\[\^?[A-Za-z0-9 _:/@%=,;~-]+\]"
    r"|\((?!\?)|[)|?*+]|\{\d+(?:,\d*)?\})*\$?"
)
_FORMATS: Mapping[str, Mapping[str, Value]] = {
    "ip": {"anyOf": [{"format": "ipv4"}, {"format": "ipv6"}]},
    "hostname": {"format": "hostname"},
    "url": {"format": "uri"},
    "email": {"format": "email"},
}


def json_schema(title: str, rules: Sequence[Rule]) -> dict[str, Value]:
    """Give rules as one schema; expressions and what RE2 alone understands are left out."""
    root: dict[str, Value] = {"$schema": _DIALECT, "title": title, "type": "object"}
    ruled = {rule.parts for rule in rules}
    for rule in sorted(rules, key=lambda rule: len(rule.parts)):
        node = root
        for depth, part in enumerate(rule.parts[:-1], start=1):
            above = node.setdefault("properties", {}).setdefault(part, {})
            if rule.required and not _has_rule_from(rule.parts, depth, ruled):
                _require(node, part)
                above["type"] = "object"
            node = above
        last = rule.parts[-1]
        node.setdefault("properties", {})[last] = _property(rule)
        if rule.required:
            _require(node, last)
    return root


def _has_rule_from(parts: Parts, depth: int, ruled: AbstractSet[Parts]) -> bool:
    """Say whether a parent this deep or deeper has a rule, which says if it must be there."""
    return any(parts[:at] in ruled for at in range(depth, len(parts)))


def _require(node: dict[str, Value], key: str) -> None:
    required = node.setdefault("required", [])
    if key not in required:
        required.append(key)


def _property(rule: Rule) -> dict[str, Value]:
    published = _limits(rule)
    for name, value in (
        ("title", rule.label),
        ("description", rule.description),
        ("examples", list(rule.examples)),
        ("writeOnly", rule.secret),
        ("readOnly", rule.disabled),
        ("x-unit", rule.unit),
        ("x-group", rule.group),
        ("x-placeholder", rule.placeholder),
    ):
        if value:
            published[name] = value
    published["x-editableBy"] = sorted(rule.editable_by)
    if rule.has_default:
        published["default"] = None if rule.secret else rule.default
    return published


def _limits(rule: Rule) -> dict[str, Value]:
    kind = _TYPES[rule.type]
    limits: dict[str, Value] = {"type": kind if rule.required else [kind, "null"]}
    if rule.allowed_values is not None:
        null = () if rule.required else (None,)
        limits["enum"] = [*rule.allowed_values, *null]
    if rule.disallowed_values:
        limits["not"] = {"enum": list(rule.disallowed_values)}
    if rule.type in {"int", "float"}:
        limits |= _present(minimum=rule.min_value, maximum=rule.max_value)
    if rule.type == "string":
        limits |= _present(minLength=rule.min_length, maxLength=rule.max_length)
        limits |= _FORMATS.get(rule.format or "", {})
        if rule.pattern is not None and _PORTABLE.fullmatch(rule.pattern):
            limits["pattern"] = f"^(?:{rule.pattern.removeprefix('^').removesuffix('$')})$"
    if rule.format == "port" and rule.type == "int":
        limits = {"minimum": 1, "maximum": 65535} | limits
    if rule.type == "array":
        limits |= _present(minItems=rule.min_length, maxItems=rule.max_length)
        if rule.items:
            limits["items"] = _limits(rule.items) | {"type": _TYPES[rule.item_type]}
    return limits


def _present(**limits: float | None) -> dict[str, Value]:
    return {name: value for name, value in limits.items() if value is not None}
