"""The short way to the effect of an edit gives what two whole resolutions give."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orchestration.resolution import (
    CompiledTemplate,
    Edit,
    PathNode,
    ResolutionProblem,
    Subject,
    compile_template,
    difference,
    impact,
    resolve,
)
from orchestration.rules import SchemaError, parse_schema
from tests.unit.resolution.strategies import (
    KEYS,
    LEVELS,
    configurations,
    good_schemas,
    specifications,
    templates,
)

many = settings(max_examples=150, deadline=None)
flat = st.dictionaries(
    st.sampled_from(KEYS), st.integers(0, 9) | st.sampled_from(["x", "5", None]), max_size=4
)
reading = st.dictionaries(
    st.sampled_from(KEYS),
    st.sampled_from(
        [
            "${{$val(a)}}",
            "${{$val(b)}}-${{$val(c)}}",
            "${{$default($val(missing), $val(d))}}",
            "${{$property(a)}}",
            "${{$val($default($val(e), a))}}",
            "${{$target(name)}}/${{$site(City, name)}}",
            ["${{$val(b)}}", 1],
            {"b": "${{$val(c)}}", "c": "${{$val(a.b)}}"},
            {"b": {"c": "${{$property(b)}}"}},
            7,
        ]
    ),
    max_size=5,
)


def compiled(template: Any, schema: Any, specification: Any) -> CompiledTemplate:
    try:
        rules = parse_schema(schema)
    except SchemaError:
        rules = None
    return compile_template(
        {"configs": template}, rules, specification=specification, tolerant=True
    )


def path_of(values: list[Any], name: str) -> tuple[PathNode, ...]:
    return tuple(
        PathNode(level, f"{level} {name}", one, ref=f"{level} {name}", revision_ref=1)
        for level, one in zip(LEVELS, values, strict=False)
    )


def reasons(problems: tuple[ResolutionProblem, ...]) -> list[Any]:
    """What puts targets into one group: not the value that was given."""
    return [(one.key, one.kind_or_rule, one.message) for one in problems]


def told_by_two(template: CompiledTemplate, subject: Subject, edit: Edit) -> Any:
    """The effect of an edit on one target, by its definition."""
    edited = [edit.nodes.get(node.ref, node) for node in subject.path]
    before, after = (
        resolve(template, path=path, target=subject.target, instance=subject.instance)
        for path in (subject.path, edited)
    )
    changes = []
    if before.configuration is not None and after.configuration is not None:
        changes = difference(before.configuration, after.configuration)
    told = [(c.key, c.kind, c.before, c.after) for c in changes]
    if before.ok and after.ok and before.components != after.components:
        told.append(("components", "changed", None, None))
    if not told and before.problems == after.problems:
        return None
    return told, reasons(after.problems), not before.ok


def compare(template: CompiledTemplate, subjects: list[Subject], edit: Edit) -> None:
    told = {
        key: (
            [(c.key, c.kind, c.before, c.after) for c in effect.changes],
            reasons(effect.problems),
            effect.was_broken,
        )
        for effect in impact(template, subjects, edit)
        for key in effect.keys
    }
    for subject in subjects:
        assert told.get(subject.key) == told_by_two(template, subject, edit)


@many
@given(
    reading, good_schemas, specifications, st.lists(flat, min_size=4, max_size=4), flat, st.data()
)
def test_of_plain_values(
    template: Any,
    schema: Any,
    specification: Any,
    values: list[Any],
    other: Any,
    data: st.DataObject,
) -> None:
    above = path_of(values[:3], "x")
    lines = [
        Subject(name, (*above, PathNode("Line", name, own, ref=name)), {"name": name}, "i")
        for name, own in (("one", values[3]), ("two", {}), ("three", {"a": 1, "b": None}))
    ]
    node = data.draw(st.sampled_from(lines[0].path))
    edit = Edit({node.ref: replace(node, values=other)})
    compare(without_secrets(template, schema, specification), lines, edit)


@many
@given(templates, specifications, st.lists(configurations, min_size=4, max_size=4), configurations)
def test_of_any_values_and_any_template(
    template: Any, specification: Any, values: list[Any], other: Any
) -> None:
    path = path_of(values, "x")
    subjects = [Subject("x", path, {"name": "x"}, "i")]
    for node in path[:3]:
        edit = Edit({node.ref: replace(node, values=other)})
        compare(compiled(template, {"rules": {"configs": {}}}, specification), subjects, edit)


def without_secrets(template: Any, schema: Any, specification: Any) -> CompiledTemplate:
    """Secrets never go the short way; what is told of them is another test's affair."""
    rules = {
        key: {name: value for name, value in rule.items() if name != "secret"}
        for key, rule in schema["rules"]["configs"].items()
    }
    return compiled(template, {"rules": {"configs": rules}}, specification)


@pytest.mark.parametrize(
    ("template", "changed"),
    [
        ({"a": "${{$val(a)}}", "b": "${{$property(a)}}", "c": 1}, ["a", "b"]),
        ({"m": {"x": "${{$val(a)}}", "y": 2}, "n": "${{$property(m.x)}}"}, ["m.x", "n"]),
        ({"which": "a", "b": "${{$val($property(which))}}"}, ["b"]),
        ({"l": ["${{$val(a)}}", "${{$val(z)}}"], "t": "${{$property(l)}}"}, ["l", "t"]),
    ],
)
def test_what_reads_what_has_changed_is_found_through_any_number_of_keys(
    template: Any, changed: list[str]
) -> None:
    root = PathNode("Region", "West", {"a": 1, "z": 3}, ref="west")
    subject = Subject("s", (root, PathNode("Line", "s", {}, ref="s")))
    edit = Edit({"west": replace(root, values={"a": 2, "z": 3})})
    (effect,) = impact(compile_template({"configs": template}), [subject], edit)
    assert [change.key for change in effect.changes] == changed


def test_a_validation_over_other_keys_is_judged_again() -> None:
    schema = parse_schema(
        {
            "rules": {"configs": {"low": {"type": "int"}, "high": {"type": "int"}}},
            "validations": [{"expression": "${{$gt($val(high), $val(low))}}"}],
        }
    )
    template = compile_template({"configs": {"low": "${{$val(low)}}"}}, schema)
    root = PathNode("Region", "West", {"low": 1, "high": 5}, ref="west")
    subject = Subject("s", (root, PathNode("Line", "s", {}, ref="s")))
    edit = Edit({"west": replace(root, values={"low": 1, "high": 0})})
    (effect,) = impact(template, [subject], edit)
    assert (effect.changes, effect.was_broken) == ((), False)
    assert [problem.kind_or_rule for problem in effect.problems] == ["validations"]
