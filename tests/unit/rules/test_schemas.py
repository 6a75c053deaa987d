"""Schemas: what is refused, what only warns, and what forms and the API get."""

from typing import Any

import pytest
from jsonschema import Draft202012Validator

from orchestration.rules import Schema, SchemaError, parse_schema


def schema(rules: Any, **more: Any) -> Schema:
    return parse_schema({"rules": {"configs": rules}, **more}, name="app/1.0.0")


def refusals(rules: Any, **more: Any) -> list[tuple[str, str]]:
    with pytest.raises(SchemaError) as caught:
        schema(rules, **more)
    return [(problem.at, problem.message) for problem in caught.value.found]


@pytest.mark.parametrize(
    "rule",
    [
        {"type": "int", "minValue": 5, "maxValue": 4},
        {"type": "string", "minLength": 5, "maxLength": 4},
        {"type": "int", "defaultValue": "x"},
        {"type": "int", "defaultValue": 5, "maxValue": 4},
        {"type": "string", "defaultValue": "B", "pattern": "[a-z]"},
        {"type": "string", "defaultValue": "x", "allowedValues": ["a"]},
        {"type": "string", "defaultValue": "x", "disallowedValues": ["x"]},
        {"type": "string", "defaultValue": "x", "format": "ip"},
        {"type": "array[int]", "defaultValue": [1, "x"]},
        {"type": "int", "defaultValue": 200, "expression": "${{$le($val(k), 120)}}"},
        {"type": "int", "allowedValues": ["a"]},
        {"type": "int", "allowedValues": []},
        {"type": "string", "pattern": "(?=a)"},
        {"type": "string", "pattern": "(a{1000}){1000}"},
        {"type": "string", "pattern": 5},
        {"type": "string", "required": "yes"},
        {"type": "string", "editableBy": "OT"},
        {"type": "string", "editableBy": []},
        {"type": "string", "minLength": -1},
        {"type": "string", "minLength": 1.5},
        {"type": "string", "label": 5},
        {"type": "string", "secret": "true"},
        {"type": "string", "expression": 5},
        {"type": "string", "expression": "$val(k)"},
        {"type": "array[boolean]"},
        {"type": "array[array[int]]"},
        {"type": ["int"]},
        {"type": "array[int]", "items": {"type": "string"}},
        {"type": "array[int]", "items": []},
        {"type": "array[int]", "items": {"minValue": 5, "maxValue": 4}},
        {"type": "int", "minValue": 1, "min_value": 2},
        None,
        [],
    ],
)
def test_bad_rules_are_refused(rule: Any) -> None:
    found = refusals({"k": rule, "good": {"type": "int"}})
    assert {key for key, _ in found} == {"k"}


@pytest.mark.parametrize("data", [None, [], "x", {}, {"rules": None}, {"rules": {"configs": []}}])
def test_what_is_no_schema_is_refused(data: Any) -> None:
    with pytest.raises(SchemaError, match=r"schema is a map|must be a map"):
        parse_schema(data, name="x")


@pytest.mark.parametrize("key", ["a..b", ".a", "", 'a."b'])
def test_keys_must_be_paths(key: str) -> None:
    assert refusals({key: {"type": "int"}})[0][0] == key


def test_everything_wrong_is_said_at_once_and_as_plain_data() -> None:
    with pytest.raises(SchemaError) as caught:
        schema({"a": {"type": "x"}, "b": {"type": "int", "minValue": "low"}}, validations=["x"])
    assert [problem["key"] for problem in caught.value.problems] == ["a", "b", "validations[0]"]
    assert all(problem["message"] and problem["file"] for problem in caught.value.problems)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({"rules": {"k": {"type": "int"}}}, "older shape"),
        ({"rules": {"configs": {"k": {"type": "int", "editable_by": ["OT"]}}}}, "editableBy"),
        ({"rules": {"configs": {"k": {"type": "int", "editableAt": ["line"]}}}}, "editableAt"),
        ({"rules": {"configs": {"k": {"type": "int", "minvalue": 1}}}}, "minvalue"),
        ({"rules": {"configs": {"k": {"type": "string", "minValue": 1}}}}, "no effect"),
        (
            {"rules": {"configs": {}}, "validations": {"expression": "${{true}}"}},
            "one map",
        ),
        (
            {"rules": {"configs": {}, "validations": [{"expression": "${{true}}"}]}},
            "below rules",
        ),
    ],
)
def test_older_spellings_only_warn(data: Any, words: str) -> None:
    parsed = parse_schema(data, name="app/1.0.0")
    assert any(words in str(warning) for warning in parsed.warnings)


def test_a_misspelt_name_is_guessed() -> None:
    parsed = schema({"k": {"type": "int", "requird": True}})
    assert parsed.warnings[0].hint == "did you mean required?"


def test_the_older_rule_is_the_same_rule() -> None:
    older = {"type": "int", "min_value": 1, "max_value": 9, "default_value": 5, "required": True}
    newer = {"type": "int", "minValue": 1, "maxValue": 9, "defaultValue": 5, "required": True}
    assert parse_schema({"rules": {"k": older}}).rules == schema({"k": newer}).rules


def test_rules_hold_what_a_form_needs() -> None:
    (rule,) = schema(
        {
            "Belt.Speed": {
                "type": "int",
                "label": "Speed",
                "description": "Of the belt",
                "unit": "m/min",
                "group": "Belt",
                "placeHolder": 10,
                "examples": [10, 20],
                "editableBy": ["OT"],
                "minValue": 1,
                "maxValue": 90,
                "allowedValues": [10, 20],
                "disabled": True,
                "secret": True,
            }
        }
    ).rules
    assert (rule.key, rule.parts, rule.type) == ("Belt.Speed", ("Belt", "Speed"), "int")
    assert (rule.label, rule.description, rule.unit, rule.group) == (
        "Speed",
        "Of the belt",
        "m/min",
        "Belt",
    )
    assert (rule.placeholder, rule.examples, rule.editable_by) == (10, (10, 20), frozenset({"OT"}))
    assert (rule.min_value, rule.max_value, rule.allowed_values) == (1, 90, (10, 20))
    assert rule.disabled
    assert rule.secret
    assert not rule.has_default


def test_unset_editable_by_means_both() -> None:
    assert schema({"k": {"type": "int"}}).rules[0].editable_by == {"IT", "OT"}


def test_one_value_is_checked_alone() -> None:
    rules = schema({"a.b": {"type": "int", "maxValue": 5, "expression": "${{$gt($val(x), 1)}}"}})
    (broken,) = rules.check_value("a.b", 6)
    assert (broken.rule, broken.given, broken.accepted) == ("maxValue", 6, "at most 5")
    assert broken.to_json() == {
        "code": "maxValue",
        "key": "a.b",
        "message": "must be at most 5",
        "given": 6,
        "accepted": "at most 5",
    }
    assert rules.check_value("a.b", 5) == []
    assert rules.check_value("a.b", None) == []
    assert rules.check_value("unknown", 5) == []


def test_half_a_character_keeps_no_pattern() -> None:
    (broken,) = schema({"k": {"type": "string", "pattern": ".*"}}).validate({"k": "\ud800"})
    assert broken.rule == "pattern"


def test_false_and_zero_are_shown_as_given() -> None:
    (broken,) = schema({"k": {"type": "int", "minValue": 1}}).check_value("k", 0)
    assert broken.to_json()["given"] == 0


def test_secret_values_are_checked_but_never_shown() -> None:
    rules = schema({"k": {"type": "string", "secret": True, "minLength": 9, "pattern": "[a-z]+"}})
    found = rules.validate({"k": "hunter2"})
    assert [broken.rule for broken in found] == ["minLength", "pattern"]
    assert "hunter2" not in repr(found)


def test_a_condition_says_its_own_message() -> None:
    rules = schema(
        {"a": {"type": "int", "expression": "${{$gt($val(a), 3)}}", "message": "Too slow"}},
        validations=[{"expression": "${{$lt($val(a), 2)}}", "message": "Too fast"}],
    )
    assert [(v.key, v.rule, v.message) for v in rules.validate({"a": 2})] == [
        ("a", "expression", "Too slow"),
        ("validations[0]", "validations", "Too fast"),
    ]


def test_optional_parents_excuse_their_children() -> None:
    rules = {
        "Log": {"type": "object"},
        "Log.Out": {"type": "object", "required": True},
        "Log.Out.Level": {"type": "string", "required": True},
    }
    assert schema(rules).validate({}) == []
    assert [v.key for v in schema(rules).validate({"Log": {}})] == ["Log.Out", "Log.Out.Level"]
    assert [v.key for v in schema(rules).validate({"Log": {"Out": {}}})] == ["Log.Out.Level"]
    assert [(v.key, v.rule) for v in schema(rules).validate({"Log": 5})] == [("Log", "type")]


def test_defaults_fill_leaf_by_leaf() -> None:
    rules = schema(
        {
            "Log": {"type": "object", "defaultValue": {"Level": "info", "File": "a"}},
            "Log.File": {"type": "string", "defaultValue": "b"},
        }
    )
    assert rules.with_defaults({}) == {"Log": {"Level": "info", "File": "b"}}
    assert rules.with_defaults({"Log": {"Level": "debug"}}) == {
        "Log": {"Level": "debug", "File": "b"}
    }
    assert rules.with_defaults({"Log": "off"}) == {"Log": "off"}


def test_included_rules_give_way_to_own_ones() -> None:
    base = {"rules": {"configs": {"a": {"type": "int"}, "b.c": {"type": "int", "maxValue": 1}}}}
    own = {"${{$include(Base/1.0.0)}}": None, "a": {"type": "string"}}
    parsed = parse_schema({"rules": {"configs": own}}, includes={"Base/1.0.0": base})
    assert {rule.key: rule.type for rule in parsed.rules} == {"a": "string", "b.c": "int"}
    part = parse_schema(
        {"rules": {"configs": {"${{$include(Base/1.0.0, b)}}": None}}},
        includes={"Base/1.0.0": base},
    )
    assert [rule.key for rule in part.rules] == ["b.c"]


def test_schemas_that_include_each_other_are_refused() -> None:
    one = {"rules": {"configs": {"${{$include(B/1.0.0)}}": None}}}
    two = {"rules": {"configs": {"${{$include(A/1.0.0)}}": None}}}
    with pytest.raises(SchemaError, match="circular include"):
        parse_schema(one, includes={"A/1.0.0": one, "B/1.0.0": two})


def test_the_published_schema_is_json_schema() -> None:
    published = schema(
        {
            "a.b": {"type": "int", "required": True, "minValue": 1, "defaultValue": 3, "unit": "s"},
            "l": {"type": "array[string]", "items": {"pattern": "[a-z]+"}, "maxLength": 3},
            "s": {"type": "string", "secret": True, "pattern": r"\d+", "format": "hostname"},
            "ip": {"type": "string", "format": "ip"},
            "port": {"type": "int", "format": "port"},
        }
    ).json_schema()
    Draft202012Validator.check_schema(published)
    below = published["properties"]
    assert below["a"]["properties"]["b"]["minimum"] == 1
    assert below["a"]["required"] == ["b"]
    assert below["l"]["items"]["pattern"] == "^(?:[a-z]+)$"
    assert "pattern" not in below["s"]
    assert below["s"]["writeOnly"] is True
    assert below["port"]["maximum"] == 65535
    assert [error.message for error in Draft202012Validator(published).iter_errors({"a": {}})] == [
        "'b' is a required property"
    ]


@pytest.mark.parametrize(
    ("name", "good", "bad"),
    [
        ("ip", ["::1", "255.255.255.255"], ["", "1.2.3", "01.2.3.4", "1.2.3.4/8", " 1.2.3.4"]),
        ("cidr", ["10.0.0.5/8", "fe80::/10"], ["10.0.0.0", "10.0.0.0/255.0.0.0", "10.0.0.0/-1"]),
        ("hostname", ["plc", "a" * 63, "1.2"], ["", "a" * 64, "-a", "a_b", "a..b", "a\n"]),
        (
            "url",
            ["opc.tcp://plc:4840", "https://u:p@h/x?y#z", "http://[::1]:80/"],
            ["", "h", "http://", "http://h:99999", "http://a b", "//h", "http://[x]"],
        ),
        ("email", ["a.b+c@x-y.example"], ["a@", "@b", "a b@c", "a@b@c", ".a@b", "a..b@c"]),
        ("mac", ["00-1A-2b-3c-4d-5e"], ["00:1A-2b:3c:4d:5e", "001A2b3c4d5e", "0g:1A:2b:3c:4d:5e"]),
        ("semver", ["1.0.0-rc.1+build.5", "0.0.0"], ["01.0.0", "1.0.0-", "1.0.0-01", "v1.0.0"]),
        ("port", ["1", "65535"], ["0", "65536", "-1", "٣", "1.5", "9" * 5000]),
    ],
)
def test_formats(name: str, good: list[str], bad: list[str]) -> None:
    rules = schema({"k": {"type": "string", "format": name}})
    assert [text for text in good if rules.check_value("k", text)] == []
    assert [text for text in bad if not rules.check_value("k", text)] == []


def test_a_port_may_be_a_number() -> None:
    rules = schema({"k": {"type": "int", "format": "port"}})
    assert rules.check_value("k", 1) == []
    assert [v.rule for v in rules.check_value("k", 0)] == ["format"]


def test_numbers_are_what_json_says() -> None:
    rules = schema({"i": {"type": "int"}, "f": {"type": "float", "allowedValues": [1, 0.5]}})
    assert rules.validate({"i": 3.0, "f": 1.0}) == []
    assert [(v.key, v.rule) for v in rules.validate({"i": True, "f": False})] == [
        ("i", "type"),
        ("f", "type"),
    ]
    assert [(v.key, v.rule) for v in rules.validate({"i": float("inf"), "f": float("nan")})] == [
        ("i", "type"),
        ("f", "type"),
    ]


def test_listed_elements_limit_the_elements_of_an_array() -> None:
    rules = schema(
        {
            "k": {"type": "array[string]", "allowedValues": ["GET", "POST"]},
            "w": {"type": "array[int]", "allowedValues": [[1], [1, 2]], "disallowedValues": [2]},
        }
    )
    assert rules.validate({"k": ["GET"], "w": [1]}) == []
    assert [(v.key, v.rule) for v in rules.validate({"k": ["GET", "PUT"], "w": [1, 2]})] == [
        ("k", "allowedValues"),
        ("w", "disallowedValues"),
    ]


def test_patterns_and_formats_are_linear() -> None:
    rules = schema(
        {"k": {"type": "string", "pattern": "^(a+)+$"}, "u": {"type": "string", "format": "url"}}
    )
    found = rules.validate({"k": "a" * 100_000 + "!", "u": "a://" + "a@" * 50_000})
    assert [(v.key, v.rule) for v in found] == [("k", "pattern"), ("u", "format")]


def test_what_has_no_effect_on_elements_is_warned_of() -> None:
    rules = schema({"k": {"type": "array[int]", "items": {"required": True, "maxValue": 5}}})
    assert [str(warning) for warning in rules.warnings] == [
        "app/1.0.0, k: required has no effect in items; write it beside items"
    ]


def test_parents_without_a_rule_of_their_own_are_published_as_required() -> None:
    published = schema({"a.b.c": {"type": "int", "required": True}}).json_schema()
    assert published["required"] == ["a"]
    assert published["properties"]["a"]["required"] == ["b"]
    assert published["properties"]["a"]["properties"]["b"]["required"] == ["c"]
