"""Checking the engine against vectors: files of cases with the outcome each must have.

A vector with a `path` is resolved, one with a `template` evaluated, any other is a schema and a
configuration to check. Only the public functions of the engine are used.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from orchestration.expressions import Context, Problem, SecretReference, Value, compile_value
from orchestration.resolution.compiled import compile_template
from orchestration.resolution.injections import Injected
from orchestration.resolution.model import Origin, PathNode
from orchestration.resolution.resolving import Resolution, resolve
from orchestration.resolution.secrets import opened
from orchestration.rules import Schema, SchemaError, Violation, parse_schema

_SURROUNDINGS = ("values", "configs", "target", "sites", "instance", "registry")


@dataclass(frozen=True, slots=True)
class Mismatch:
    """What a vector expects and what came instead."""

    expected: Value
    got: Value


def check_vector(vector: Mapping[str, Value]) -> Mismatch | None:
    """Run one vector; None means that it passes."""
    if "path" in vector:
        return _check_resolution(vector)
    if "template" in vector:
        return _check_expression(vector)
    return _check_rules(vector)


def _check_expression(vector: Mapping[str, Value]) -> Mismatch | None:
    template = compile_value(vector["template"], includes=vector.get("includes"))
    given = {name: _referring(vector[name]) for name in _SURROUNDINGS if name in vector}
    result = template.evaluate(Context(**given))
    got = result.problems or opened(result.value)
    if "expect" in vector:
        strict = bool(vector.get("strict"))
        fits = not result.problems and _alike(vector["expect"], got, strict=strict)
        return None if fits else Mismatch(vector["expect"], got)
    if "error" in vector:
        kinds = _choice(vector["error"]["kind"])
        fits = bool(result.problems) and all(problem.kind in kinds for problem in result.problems)
        return None if fits else Mismatch(vector["error"], got)
    fits = _matched(vector["errors"], result.problems, _is_problem)
    return None if fits else Mismatch(vector["errors"], got)


def _check_rules(vector: Mapping[str, Value]) -> Mismatch | None:
    try:
        schema = parse_schema(vector["schema"], includes=vector.get("schemas"))
    except SchemaError as error:
        refused = bool(vector.get("schema_error"))
        return None if refused else Mismatch("a schema that is accepted", error.found)
    if vector.get("schema_error"):
        return Mismatch("a schema that is refused", "it is accepted")
    if vector.get("warning") and not schema.warnings:
        return Mismatch("a warning about the older spelling", "no warning")
    return _check_configuration(vector, schema)


def _check_configuration(vector: Mapping[str, Value], schema: Schema) -> Mismatch | None:
    config = _referring(vector["config"])
    found = schema.validate(config)
    if vector["valid"] is bool(found) or not _matched(vector["errors"], found, _is_violation):
        return Mismatch(vector["errors"], found)
    filled = opened(schema.with_defaults(config))
    if "resolved" in vector and not _alike(vector["resolved"], filled):
        return Mismatch(vector["resolved"], filled)
    return None


def _check_resolution(vector: Mapping[str, Value]) -> Mismatch | None:
    schema = parse_schema(vector["schema"]) if "schema" in vector else None
    template = {"configs": vector["template"]}
    resolution = resolve(
        compile_template(template, schema, includes=vector.get("includes"), tolerant=True),
        path=[_path_node(node) for node in vector["path"]],
        levels=vector["levels"],
        target=vector.get("target"),
        injections=[_injected(step) for step in vector.get("injections", ())],
    )
    if "errors" in vector:
        found = [(problem.key, str(problem.kind_or_rule)) for problem in resolution.problems]
        fits = _matched(vector["errors"], found, _is_reason)
        return None if fits else Mismatch(vector["errors"], found or resolution.configuration)
    if not resolution.ok or not _alike(vector["expect"], opened(resolution.configuration)):
        return Mismatch(vector["expect"], resolution.problems or resolution.configuration)
    return _check_provenance(vector.get("provenance", {}), resolution)


def _check_provenance(expected: Mapping[str, Value], resolution: Resolution) -> Mismatch | None:
    for key, fields in expected.items():
        origin = resolution.provenance.get(key)
        if origin is None or not _is_origin(fields, origin):
            return Mismatch({key: fields}, origin)
    return None


def _path_node(node: Mapping[str, Value]) -> PathNode:
    return PathNode(
        node["level"],
        node["name"],
        node.get("values") or {},
        linked=node.get("linked") or {},
        time_zone=node.get("timeZone") or "",
        labels=node.get("labels") or {},
    )


def _injected(step: Mapping[str, Value]) -> Injected:
    config = step.get("config") or {}
    return Injected(step["target"], step["action"], step["from"], step["to"], config)


def _referring(value: Value) -> Value:
    """Read the plain form of secret references wherever it stands."""
    if isinstance(value, dict):
        reference = SecretReference.read(value)
        return reference or {key: _referring(item) for key, item in value.items()}
    return [_referring(item) for item in value] if isinstance(value, list) else value


def _is_problem(expected: Mapping[str, Value], got: Problem) -> bool:
    return got.at == expected["at"] and got.kind in _choice(expected["kind"])


def _is_violation(expected: Mapping[str, Value], got: Violation) -> bool:
    return got.key == expected["key"] and got.rule in _choice(expected["rule"])


def _is_reason(expected: Mapping[str, Value], got: tuple[str, str]) -> bool:
    key, reason = got
    return key == expected["key"] and reason in _choice(expected.get("rule", expected.get("kind")))


def _is_origin(expected: Mapping[str, Value], got: Origin) -> bool:
    names = {"from": "source"}
    return all(
        getattr(got, names.get(name, name), None) == value for name, value in expected.items()
    )


def _matched(
    expected: Iterable[Mapping[str, Value]],
    found: Iterable[Value],
    fits: Callable[[Mapping[str, Value], Value], bool],
) -> bool:
    """Compare as sets: each expected error was found, and each found one was expected."""
    wanted, got = list(expected), list(found)
    return all(any(fits(one, other) for other in got) for one in wanted) and all(
        any(fits(one, other) for one in wanted) for other in got
    )


def _choice(value: Value) -> list[Value]:
    return value if isinstance(value, list) else [value]


def _alike(one: Value, other: Value, *, strict: bool = False) -> bool:
    """Compare JSON values; 5 and 5.0 are alike unless strict."""
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(
            _alike(one[key], other[key], strict=strict) for key in one
        )
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(
            _alike(left, right, strict=strict) for left, right in zip(one, other, strict=True)
        )
    numbers = {type(one), type(other)} <= {int, float}
    if numbers and not strict:
        return bool(one == other)
    return type(one) is type(other) and bool(one == other)
