"""What an edit would change, before it is saved."""

from dataclasses import replace
from typing import Any

from orchestration.resolution import (
    Change,
    Edit,
    Effect,
    PathNode,
    Subject,
    compile_template,
    impact,
    together,
)
from orchestration.rules import parse_schema

SCHEMA = parse_schema(
    {
        "rules": {
            "configs": {
                "Speed": {"type": "int", "maxValue": 100},
                "Password": {"type": "string", "secret": True},
            }
        }
    }
)
TEMPLATE = compile_template(
    {
        "configs": {
            "Speed": "${{$val(Speed)}}",
            "Twice": "${{$val(Speed)*2}}",
            "P": "${{$val(Password)}}",
        }
    },
    SCHEMA,
)
REGION = PathNode("Region", "West", {"Speed": 10}, ref="west")
FACTORY = PathNode("Factory", "Chicago", {}, ref="chicago")
OTHER = PathNode("Factory", "Austin", {"Speed": 50}, ref="austin")


def line(name: str, factory: PathNode, **values: Any) -> Subject:
    return Subject(name, (REGION, factory, PathNode("Line", name, values, ref=name)))


LINES = [
    line("one", FACTORY),
    line("two", FACTORY),
    line("own", FACTORY, Speed=7),
    line("far", OTHER),
]


def test_targets_that_change_alike_are_one_group() -> None:
    edit = Edit({"west": replace(REGION, values={"Speed": 11})})
    (effect,) = impact(TEMPLATE, LINES, edit)
    assert effect.keys == ("one", "two")
    assert [(c.key, c.before, c.after) for c in effect.changes] == [
        ("Speed", 10, 11),
        ("Twice", 20, 22),
    ]
    assert effect.problems == ()


def test_an_edit_that_breaks_a_rule_says_so() -> None:
    edit = Edit({"chicago": replace(FACTORY, values={"Speed": 101})})
    (effect,) = impact(TEMPLATE, LINES, edit)
    assert [(p.key, p.kind_or_rule, p.level) for p in effect.problems] == [
        ("Speed", "maxValue", "Factory")
    ]
    assert not effect.was_broken


def test_an_edit_nobody_reads_changes_nothing() -> None:
    assert (
        impact(TEMPLATE, LINES, Edit({"west": replace(REGION, values={"Speed": 10, "x": 1})})) == []
    )
    assert impact(TEMPLATE, LINES, Edit({"elsewhere": REGION})) == []
    assert impact(TEMPLATE, LINES, Edit({"own": LINES[2].path[2]})) == []


def test_linked_templates_are_values_too() -> None:
    edit = Edit({"chicago": replace(FACTORY, linked={"Common/1.0.0": {"Speed": 30}})})
    (effect,) = impact(TEMPLATE, LINES, edit)
    assert effect.keys == ("one", "two")


def test_a_new_template_version_touches_everyone() -> None:
    newer = compile_template({"configs": {"Speed": "${{$val(Speed)}}", "New": 1}}, SCHEMA)
    effects = impact(TEMPLATE, LINES, Edit(template=newer))
    assert sorted(str(key) for effect in effects for key in effect.keys) == [
        "far",
        "one",
        "own",
        "two",
    ]
    assert effects[0].keys == ("one", "two")
    assert [(c.key, c.kind) for c in effects[0].changes] == [
        ("Twice", "removed"),
        ("P", "removed"),
        ("New", "added"),
    ]


def test_secrets_are_only_said_to_differ() -> None:
    own = compile_template({"configs": {"Password": "${{$val(Password)}}"}}, SCHEMA)
    edit = Edit({"west": replace(REGION, values={"Password": "hunter2"})})
    (effect,) = impact(own, LINES, edit)
    assert "hunter2" not in repr(effect)
    assert [(c.key, c.secret) for c in effect.changes] == [("Password", True)]


def test_changed_components_are_told() -> None:
    specification = {"components": [{"name": "${{$val(Name)}}", "type": "t"}]}
    template = compile_template({"configs": {"a": 1}}, None, specification)
    given = replace(REGION, values={"Name": "app"})
    subject = Subject("s", (given,))
    (effect,) = impact(template, [subject], Edit({"west": replace(given, values={"Name": "new"})}))
    assert [change.key for change in effect.changes] == ["components"]


def test_of_components_it_is_said_that_they_change_so_that_lines_stay_together() -> None:
    specification = {"components": [{"name": "${{$target(name)}}", "type": "${{$val(Kind)}}"}]}
    template = compile_template({"configs": {"a": 1}}, None, specification)
    given = replace(REGION, values={"Kind": "old"})
    subjects = [Subject(name, (given,), target={"name": name}) for name in ("s", "t")]
    (effect,) = impact(template, subjects, Edit({"west": replace(given, values={"Kind": "new"})}))
    assert effect.keys == ("s", "t")
    assert [(c.key, c.before, c.after) for c in effect.changes] == [("components", None, None)]


def test_what_only_the_newer_version_marks_secret_is_not_told_either() -> None:
    plain = compile_template({"configs": {"Key": "${{$val(Key)}}"}})
    marked = parse_schema({"rules": {"configs": {"Key": {"type": "string", "secret": True}}}})
    newer = compile_template({"configs": {"Key": "${{$val(Key)}}!"}}, marked)
    subject = Subject("s", (replace(REGION, values={"Key": "hunter2"}),))
    (effect,) = impact(plain, [subject], Edit(template=newer))
    assert "hunter2" not in repr(effect)


def test_effects_that_are_the_same_are_put_together() -> None:
    change = Change("Speed", "changed", 80, 85)
    effects = [
        Effect((Change("Speed", "changed", 80, 86),), (), False, ("c",)),
        Effect((change,), (), False, ("a",)),
        Effect((change,), (), False, ("b",)),
    ]
    assert [(effect.changes, effect.keys) for effect in together(effects)] == [
        ((change,), ("a", "b")),
        (effects[0].changes, ("c",)),
    ]
