"""Help for authors: everything questionable in a template and its schema, together.

What cannot be used at all is an error, as `compile_template` finds it. What is listed here besides
works, but is probably not what its author meant.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from orchestration.expressions import Fault, KeyInfo, Kind, Parts, Problem, Value, join_path
from orchestration.expressions.paths import overlaps
from orchestration.expressions.syntax import Call, Literal, Node, calls
from orchestration.resolution.compiled import CompiledTemplate, compile_template
from orchestration.rules import Rule, Schema, SchemaError, parse_schema
from orchestration.rules.checks import TYPE_NAMES, violations

_COMPARING = frozenset({"gt", "ge", "lt", "le", "between", "min", "max", "round"})
_TEXTUAL = frozenset({"lower", "upper", "trim", "replace", "split", "matches"})


@dataclass(frozen=True, slots=True)
class Finding:
    """One remark: `severity` is error or warning, `code` says what kind of remark it is."""

    severity: str
    code: str
    problem: Problem

    def to_json(self) -> dict[str, Value]:
        """Give the finding as plain data."""
        return {**self.problem.to_json(), "severity": self.severity, "code": self.code}

    def __str__(self) -> str:
        """Give the finding as one line."""
        return f"{self.severity}: {self.problem}"


def check_template(
    template: Mapping[str, Value] | str,
    schema: Value = None,
    *,
    specification: Value = None,
    includes: Mapping[str, Value] | None = None,
    schemas: Mapping[str, Value] | None = None,
    name: str = "template",
) -> list[Finding]:
    """Report every problem of a template and its schema; errors come first. Never raises.

    `schema` is a raw schema as `load_yaml` gives it; without one, inline rules count. `includes`
    are raw `configs` mappings, `schemas` raw schemas, both by Name/Version.
    """
    findings: list[Finding] = []
    parsed = _schema(schema, schemas, findings)
    compiled = compile_template(
        template,
        parsed,
        specification,
        includes=includes,
        schemas=schemas,
        name=name,
        tolerant=True,
    )
    findings.extend(Finding("error", str(problem.kind), problem) for problem in compiled.problems)
    findings.extend(Finding("warning", "spelling", problem) for problem in compiled.warnings)
    if compiled.schema:
        findings.extend(_about_rules(compiled, compiled.schema))
    findings.extend(_about_branches(compiled))
    return sorted(findings, key=lambda finding: finding.severity)


def _schema(
    written: Value, schemas: Mapping[str, Value] | None, findings: list[Finding]
) -> Schema | None:
    if written is None:
        return None
    try:
        parsed = parse_schema(written, name="schema", includes=schemas)
    except SchemaError as error:
        findings.extend(Finding("error", str(one.kind), one) for one in error.found)
        return None
    findings.extend(Finding("warning", "spelling", warning) for warning in parsed.warnings)
    return parsed


def _about_rules(compiled: CompiledTemplate, schema: Schema) -> Iterator[Finding]:
    """Compare what the template reads and holds with what the rules declare."""
    keys = compiled.template.keys
    ruled = _Paths(rule.parts for rule in schema.rules)
    own = _Paths(info.parts for info in keys)
    for info in keys:
        for text, parts in info.inputs:
            elsewhere = own.meet(parts) and not overlaps(parts, info.parts)
            if not ruled.meet(parts) and not elsewhere:
                yield _warning("undeclared", info, f"no rule declares {text}", "add a rule for it")
        yield from _constant(info, schema)
        yield from _types(info, schema)
    used = _Paths(_used(compiled, schema))
    for rule in schema.rules:
        if not used.meet(rule.parts):
            problem = Problem(Kind.SCHEMA, rule.key, "nothing uses the key of this rule")
            yield Finding("warning", "unused-rule", problem)


class _Paths:
    """A set of paths that knows what lies on, above or below one of them."""

    def __init__(self, paths: Iterable[Parts]) -> None:
        self._ends = set(paths)
        self._above = {path[:depth] for path in self._ends for depth in range(1, len(path) + 1)}

    def meet(self, parts: Parts) -> bool:
        begins = (parts[:depth] for depth in range(1, len(parts) + 1))
        return parts in self._above or any(path in self._ends for path in begins)


def _used(compiled: CompiledTemplate, schema: Schema) -> Iterator[Parts]:
    """Give the paths that template, specification and conditions of other keys use."""
    for info in compiled.template.keys:
        yield info.parts
        yield from (parts for _, parts in info.inputs)
    for info in compiled.specification.keys if compiled.specification else ():
        yield from (parts for _, parts in info.inputs)
    for condition in schema.conditions:
        reads = (parts for info in condition.template.keys for _, parts in info.inputs)
        yield from (parts for parts in reads if join_path(parts) != condition.key)


def _constant(info: KeyInfo, schema: Schema) -> Iterator[Finding]:
    """Check a value that is written in the template itself."""
    rule = schema.rule_for(info.key)
    if rule is not None and info.constant is not None:
        for broken in violations(rule, info.constant):
            yield _warning("breaks-rule", info, f"the value written here: {broken.message}")


def _types(info: KeyInfo, schema: Schema) -> Iterator[Finding]:
    """Notice values used as something that their rules do not allow."""
    target = schema.rule_for(info.key)
    source = schema.rule_for(join_path(info.value_of)) if info.value_of else None
    if target and source and not _fits(source, target):
        message = f"{source.key} is {TYPE_NAMES[source.type]}, {TYPE_NAMES[target.type]} is due"
        yield _warning("type", info, message)
    for call in (call for node in info.nodes for call in calls(node)):
        name = call.function.name
        for rule in filter(None, (_rule_read(item, schema) for item in call.arguments)):
            numeric = name in _COMPARING and rule.type in {"boolean", "object"}
            if numeric or (name in _TEXTUAL and rule.type != "string"):
                due = "a number" if numeric else "text"
                message = f"${name} needs {due}, {rule.key} is {TYPE_NAMES[rule.type]}"
                yield _warning("type", info, message)


def _fits(source: Rule, target: Rule) -> bool:
    if source.type == "int" and target.type == "float":
        return True
    return (source.type, source.item_type) == (target.type, target.item_type)


def _rule_read(node: Node, schema: Schema) -> Rule | None:
    """Give the rule of the key that an argument is a plain `$val` of."""
    if not isinstance(node, Call) or node.function.name != "val":
        return None
    path = node.arguments[0]
    if not isinstance(path, Literal) or not isinstance(path.value, str):
        return None
    try:
        return schema.rule_for(path.value)
    except Fault:
        return None  # not a path, which is an error of its own


def _about_branches(compiled: CompiledTemplate) -> Iterator[Finding]:
    """Notice branches that no value can reach."""
    for info in compiled.template.keys:
        for call in (call for node in info.nodes for call in calls(node)):
            first = call.arguments[0] if call.arguments else None
            if isinstance(first, Literal) and _decides(call.function.name, first.value):
                message = f"${call.function.name} always decides the same: its condition is fixed"
                yield _warning("unreachable", info, message)


def _decides(function: str, value: Value) -> bool:
    if function == "if":
        return value is None or value in {True, False, "true", "false"}
    if function == "default":
        return value is not None
    if function in {"and", "all"}:
        return value in {None, False, "false"}
    return function in {"or", "any"} and value in {True, "true"}


def _warning(code: str, info: KeyInfo, message: str, hint: str = "") -> Finding:
    place = info.place
    problem = Problem(Kind.SCHEMA, info.key, message, hint, place.line, place.column, place.source)
    return Finding("warning", code, problem)
