"""What holds for any template, any values and any hierarchy."""

import json
from dataclasses import replace
from typing import Any

import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from orchestration.expressions import DocumentError, compile_value, load_yaml, write_yaml
from orchestration.resolution import (
    Edit,
    PathNode,
    Resolution,
    Subject,
    TemplateError,
    compile_template,
    difference,
    impact,
    resolve,
)
from tests.unit.resolution.strategies import (
    KEYS,
    configurations,
    hierarchies,
    plain,
    templates,
    texts,
)

many = settings(max_examples=60, deadline=None)


def resolution_of(template: Any, path: list[PathNode], included: Any = None) -> Resolution:
    includes = {"I/1.0.0": included or {}}
    compiled = compile_template({"configs": template}, includes=includes, tolerant=True)
    return resolve(compiled, path=path, target={"name": "t"}, instance="i")


@many
@given(templates, hierarchies(), templates)
def test_any_template_resolves_or_reports_and_never_raises(
    template: Any, path: list[PathNode], included: Any
) -> None:
    resolution = resolution_of(template, path, included)
    assert resolution.ok is not bool(resolution.problems)
    for problem in resolution.problems:
        assert problem.message
        assert problem.kind_or_rule
    if resolution.ok:
        assert json.loads(resolution.canonical)["configuration"] == resolution.configuration
        assert set(json.loads(json.dumps(resolution.provenance_json()))) == {
            "path",
            "reads",
            "keys",
        }
        assert all(origin.source for origin in resolution.provenance.values())


@many
@given(templates, hierarchies(), templates)
def test_resolving_twice_gives_identical_bytes(
    template: Any, path: list[PathNode], included: Any
) -> None:
    one, other = (resolution_of(template, path, included) for _ in range(2))
    assert (one.canonical, one.digest, one.problems) == (
        other.canonical,
        other.digest,
        other.problems,
    )


@many
@given(hierarchies(), st.sampled_from(KEYS), st.integers())
def test_a_value_set_lower_always_wins(path: list[PathNode], key: str, value: int) -> None:
    *above, last = path
    lowest = replace(last, values={**last.values, key: value})
    resolution = resolution_of({key: f"${{{{$val({key})}}}}"}, [*above, lowest])
    assert resolution.configuration == {key: value}
    origin = resolution.provenance[key]
    assert (origin.source, origin.node_ref) == ("value", last.ref)


@many
@given(templates, st.lists(hierarchies(), min_size=1, max_size=4), configurations, templates)
def test_impact_is_the_difference_of_two_full_resolutions(
    template: Any, hierarchy: list[list[PathNode]], values: Any, newer: Any
) -> None:
    compiled = compile_template({"configs": template}, tolerant=True)
    root = hierarchy[0][0]
    paths = [[root, *path[1:]] for path in hierarchy]
    subjects = [Subject(number, path) for number, path in enumerate(paths)]
    edited = replace(root, values=values)
    told = {
        key: effect.changes
        for effect in impact(compiled, subjects, Edit({root.ref: edited}))
        for key in effect.keys
    }
    for subject, path in zip(subjects, paths, strict=True):
        before = resolve(compiled, path=path)
        after = resolve(compiled, path=[edited, *path[1:]])
        if before.configuration is None or after.configuration is None:
            continue
        changes = difference(before.configuration, after.configuration)
        assert list(told.get(subject.key, ())) == changes


@many
@given(plain)
def test_rendering_and_reading_yaml_gives_the_same(value: Any) -> None:
    for text in (
        json.dumps(value),
        write_yaml(value),
        yaml.safe_dump(value, default_flow_style=True),
    ):
        try:
            read = load_yaml(text)
        except DocumentError as error:
            assert error.code == "empty"  # noqa: PT017 - a document of one empty scalar
            continue
        assert read == value


@many
@given(plain, configurations)
def test_a_configuration_differs_from_itself_in_nothing(value: Any, other: Any) -> None:
    one = {"k": value}
    assert difference(one, {"k": value}) == []
    changed = {change.key for change in difference(one, other)}
    assert bool(changed) is not (
        json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True)
    )


@many
@given(st.text(max_size=60) | texts)
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        load_yaml(text)
    except DocumentError as error:
        assert error.message  # noqa: PT017 - the refusal is the point
    try:
        compile_template(text)
    except TemplateError as error:
        assert error.problems  # noqa: PT017


@many
@given(texts)
def test_places_of_errors_lie_in_the_text(text: str) -> None:
    for problem in compile_value(text).problems:
        lines = text.split("\n")
        assert 1 <= problem.line <= len(lines)
        assert 1 <= problem.column <= len(lines[problem.line - 1]) + 2
