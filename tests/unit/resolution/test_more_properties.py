"""What holds for any schema, any specification and any edit."""

import json
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from orchestration.expressions import DocumentError, Value, load_yaml
from orchestration.resolution import (
    Edit,
    PathNode,
    Subject,
    check_template,
    compile_template,
    difference,
    impact,
    resolve,
    resolve_many,
)
from orchestration.resolution.model import ResolutionProblem
from orchestration.rules import Schema, SchemaError, parse_schema
from tests.unit.resolution.strategies import (
    KEYS,
    configurations,
    good_schemas,
    hierarchies,
    plain,
    schemas,
    specifications,
    templates,
)

many = settings(max_examples=60, deadline=None)


def schema_of(written: Any) -> Schema | None:
    try:
        return parse_schema(written)
    except SchemaError as error:
        assert error.found  # noqa: PT017 - whatever is refused says why
        return None


def reasons(problems: Iterable[ResolutionProblem]) -> list[tuple[str, str, str]]:
    """What targets that change alike have in common, whatever the level a value was set at."""
    return [(problem.key, str(problem.kind_or_rule), problem.message) for problem in problems]


@many
@given(schemas, configurations)
def test_any_schema_checks_anything_or_says_why_it_cannot(written: Any, config: Any) -> None:
    schema = schema_of(written)
    if schema is None:
        return
    for broken in schema.validate(config):
        assert broken.key
        assert broken.message
        json.dumps(broken.to_json())
    filled = schema.with_defaults(config)
    assert schema.with_defaults(filled) == filled
    json.dumps(schema.json_schema())


@many
@given(templates, schemas, specifications, hierarchies())
def test_any_template_with_any_schema_resolves_or_reports(
    template: Any, written: Any, specification: Any, path: list[PathNode]
) -> None:
    compiled = compile_template(
        {"configs": template}, schema_of(written), specification, tolerant=True
    )
    one, other = (resolve(compiled, path=path, target={"name": "t"}) for _ in range(2))
    assert one.ok is not bool(one.problems)
    assert (one.canonical, one.problems) == (other.canonical, other.problems)
    assert all(problem.message for problem in one.problems)
    if one.ok:
        content = json.loads(one.canonical)
        assert content == {"components": one.components, "configuration": one.configuration}


@many
@given(templates | plain, schemas | plain, specifications | plain)
def test_advice_is_always_given_in_lines(template: Any, schema: Any, specification: Any) -> None:
    findings = check_template({"configs": template}, schema, specification=specification)
    for finding in findings:
        assert finding.severity in {"error", "warning"}
        assert len(str(finding).splitlines()) == 1
    assert [one.severity for one in findings] == sorted(one.severity for one in findings)


@many
@given(
    hierarchies(), st.sampled_from(KEYS), st.sampled_from(KEYS), st.integers(), st.integers(0, 3)
)
def test_a_value_set_lower_wins_wherever_it_lies(
    path: list[PathNode], key: str, inner: str, value: int, depth: int
) -> None:
    """Whatever is set above, also where it is set in a map, and with nothing set below."""
    at = min(depth, len(path) - 1)
    node = replace(path[at], values={**path[at].values, key: {inner: value}})
    below = [replace(one, values={}, linked={}) for one in path[at + 1 :]]
    compiled = compile_template({"configs": {"k": f"${{{{$val({key}.{inner})}}}}"}})
    resolution = resolve(compiled, path=[*path[:at], node, *below])
    assert resolution.configuration == {"k": value}
    origin = resolution.provenance["k"]
    assert (origin.source, origin.node_ref) == ("value", node.ref)


@many
@given(
    templates,
    good_schemas,
    st.lists(hierarchies(), min_size=1, max_size=4),
    st.tuples(configurations, configurations, templates | st.none()),
)
def test_impact_is_the_difference_of_two_full_resolutions(
    template: Any, written: Any, hierarchy: list[list[PathNode]], edit: tuple[Any, Any, Any]
) -> None:
    """Of new values, another linked template and a new version at once, with rules and secrets."""
    values, linked, newer = edit
    schema = schema_of(written)
    old = compile_template({"configs": template}, schema, tolerant=True)
    new = compile_template({"configs": newer}, schema, tolerant=True) if newer else None
    root = hierarchy[0][0]
    edited = replace(root, values=values, linked={"L/1.0.0": linked})
    subjects = [Subject(number, [root, *path[1:]]) for number, path in enumerate(hierarchy)]
    told = {
        key: effect
        for effect in impact(old, subjects, Edit({root.ref: edited}, new))
        for key in effect.keys
    }
    for subject in subjects:
        before = resolve(old, path=subject.path)
        after = resolve(new or old, path=[edited, *subject.path[1:]])
        effect = told.get(subject.key)
        if effect is None:
            assert before.problems == after.problems
            assert before.configuration == after.configuration
        elif before.configuration is not None and after.configuration is not None:
            changed = {
                change.key for change in difference(before.configuration, after.configuration)
            }
            assert {change.key for change in effect.changes if not change.secret} <= changed
            assert reasons(effect.problems) == reasons(after.problems)


@many
@given(templates, st.lists(hierarchies(), max_size=4))
def test_many_targets_come_out_as_each_alone(template: Any, paths: list[list[PathNode]]) -> None:
    compiled = compile_template({"configs": template}, tolerant=True)
    subjects = [Subject(number, path) for number, path in enumerate(paths)]
    together = {subject.key: result for subject, result in resolve_many(compiled, subjects)}
    for subject in subjects:
        alone = resolve(compiled, path=subject.path)
        assert together[subject.key].canonical == alone.canonical
        assert together[subject.key].problems == alone.problems


@many
@given(templates)
def test_a_template_written_as_yaml_is_the_same_template(template: Any) -> None:
    def outcome(data: Value) -> Any:
        compiled = compile_template(data, tolerant=True)
        resolution = resolve(compiled, path=[PathNode("Line", "L", {"a": 1})])
        reasons = [(problem.key, str(problem.kind_or_rule)) for problem in resolution.problems]
        return resolution.canonical, sorted(reasons)

    data = {"configs": template}
    for text in (json.dumps(data), yaml.safe_dump(data, allow_unicode=True, width=1000)):
        try:
            read = load_yaml(text)
        except DocumentError as error:
            assert error.code == "too-deep"  # noqa: PT017 - nothing else is refused
            continue
        assert read == data
        assert outcome(read) == outcome(data)
