"""Help for authors: everything questionable in a template and its schema, together.

What cannot be used at all is an error, as `compile_template` finds it. What is listed here besides
works, but is probably not what its author meant.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from orchestration.expressions import KeyInfo, Kind, Parts, Problem, Value, join_path
from orchestration.expressions.nearest import Nearest
from orchestration.expressions.paths import overlaps
from orchestration.expressions.syntax import calls
from orchestration.resolution.branches import about_branches
from orchestration.resolution.circles import about_circles
from orchestration.resolution.compiled import CompiledTemplate, compile_template
from orchestration.resolution.findings import Finding, error, warning
from orchestration.resolution.kinds import Knowledge, read_path
from orchestration.resolution.uses import about_uses
from orchestration.rules import Schema, SchemaError, parse_schema
from orchestration.rules.checks import violations

__all__ = ["Finding", "check_template"]


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
    known = _knowledge(compiled)
    if compiled.schema:
        findings.extend(_about_rules(compiled, compiled.schema, known))
    findings.extend(_about_own_keys(compiled))
    findings.extend(about_circles(compiled.template.keys))
    for info in _expressions(compiled):
        findings.extend(about_uses(info, known))
        findings.extend(about_branches(info, known))
    return sorted(findings, key=lambda finding: finding.severity)


def _knowledge(compiled: CompiledTemplate) -> Knowledge:
    rules = compiled.schema.rules if compiled.schema else ()
    own = {info.parts: info for info in compiled.template.keys}
    return Knowledge({rule.parts: rule for rule in rules}, own)


def _expressions(compiled: CompiledTemplate) -> Iterator[KeyInfo]:
    """Give the keys of the template, then what else holds expressions, which no rule is about."""
    yield from compiled.template.keys
    for info in compiled.specification.keys if compiled.specification else ():
        yield replace(info, parts=())
    for condition in compiled.schema.conditions if compiled.schema else ():
        for info in condition.template.keys:
            yield replace(info, parts=(), key=condition.key)


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


def _about_rules(compiled: CompiledTemplate, schema: Schema, known: Knowledge) -> Iterator[Finding]:
    """Compare what the template reads and holds with what the rules declare."""
    ruled = _Paths(rule.parts for rule in schema.rules)
    nearest = Nearest(rule.key for rule in schema.rules)
    own = _Paths(info.parts for info in compiled.template.keys)
    for info in compiled.template.keys:
        for text, parts in info.inputs:
            elsewhere = own.meet(parts) and not overlaps(parts, info.parts)
            if not ruled.meet(parts) and not elsewhere:
                yield _undeclared(info, text, nearest)
        yield from _constant(info, known)
    for info in compiled.specification.keys if compiled.specification else ():
        for text, parts in info.inputs:
            if not ruled.meet(parts) and not own.meet(parts):
                yield _undeclared(info, text, nearest)
    used = _Paths(_used(compiled, schema))
    for rule in schema.rules:
        if not used.meet(rule.parts):
            problem = Problem(Kind.SCHEMA, rule.key, "nothing uses the key of this rule")
            yield Finding("warning", "unused-rule", problem)


def _undeclared(info: KeyInfo, text: str, nearest: Nearest) -> Finding:
    near = nearest.to(text)
    hint = f"did you mean {near}?" if near else "add a rule for it"
    return warning("undeclared", info, f"no rule declares {text}", hint)


def _about_own_keys(compiled: CompiledTemplate) -> Iterator[Finding]:
    """Notice a `$property` of a key that the template has not."""
    if compiled.problems:
        return  # what could not be included may hold it
    nearest = Nearest(info.key for info in compiled.template.keys)
    own = _Paths(info.parts for info in compiled.template.keys)
    specification = compiled.specification.keys if compiled.specification else ()
    for info in (*compiled.template.keys, *specification):
        for call in (call for node in info.nodes for call in calls(node)):
            parts = read_path(call) if call.function.name == "property" else ()
            if parts and not own.meet(parts):
                near = nearest.to(join_path(parts))
                hint = f"did you mean {near}?" if near else ""
                message = f"the template has no key {join_path(parts)}"
                yield error("missing-key", info, message, hint)


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


def _constant(info: KeyInfo, known: Knowledge) -> Iterator[Finding]:
    """Check a value that is written in the template itself."""
    rule = known.rules.get(info.parts)
    if rule is not None and info.constant is not None:
        for broken in violations(rule, info.constant):
            yield warning("breaks-rule", info, f"the value written here: {broken.message}")
