"""What people type, read as typed values, and what is said when it does not fit."""

from typing import Any

import pytest

from orchestration.expressions import load_yaml
from orchestration.rules import Rule, Schema, parse_schema
from portal.web.forms_errors import violation_sentence
from portal.web.forms_fields import make
from portal.web.forms_reading import read
from portal.web.forms_sheet import put
from portal.web.forms_writing import say, write

SCHEMA = """
rules:
  configs:
    Speed: {type: float, minValue: 0.5, maxValue: 120, unit: m/s}
    Count: {type: int, minValue: 1}
    Name: {type: string, minLength: 2, maxLength: 8}
    Shift: {type: string, allowedValues: [early, late]}
    On: {type: boolean, defaultValue: false}
    Tags: {type: "array[string]", maxLength: 2}
    Ports: {type: "array[int]", items: {minValue: 1024}}
    Host: {type: string, format: hostname}
    Code: {type: string, pattern: "[A-Z]{3}", examples: [ABC]}
    Password: {type: string, secret: true, minLength: 8}
    Extra: {type: "array[object]"}
"""


@pytest.fixture(scope="module")
def schema() -> Schema:
    return parse_schema(load_yaml(SCHEMA, name="forms"), name="forms")


def rule(schema: Schema, key: str) -> Rule:
    found = schema.rule_for(key)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("0,5", 0.5),
        ("0.5", 0.5),
        ("80", 80),
        ("80.0", 80),
        ("-3", -3),
        ("\u22123", -3),
        ("1 000,5", 1000.5),
        ("1'000.5", 1000.5),
        ("1,234.5", 1234.5),
        ("1.234,5", 1234.5),
        ("1,234,567", 1234567),
        ("1.234", 1.234),
        ("85 m/s", 85),
        ("1e3", 1000),
        (" 7 ", 7),
        ("", None),
    ],
)
def test_a_number_is_read_as_people_write_it(schema: Schema, text: str, value: object) -> None:
    reading = read(rule(schema, "Speed"), text)
    assert (reading.value, reading.problem) == (value, "")


@pytest.mark.parametrize(
    "text", ["abc", "1,2,3.4.5", "--1", "1e999", "NaN", "infinity", "9" * 500, "1.2.3,4,5", "0x10"]
)
def test_what_is_no_number_is_said(schema: Schema, text: str) -> None:
    reading = read(rule(schema, "Speed"), text)
    assert reading.value is None
    assert "is not a number" in reading.problem


def test_a_number_that_could_be_doubted_is_said_back(schema: Schema) -> None:
    speed = rule(schema, "Speed")
    assert read(speed, "0,5").understood == "Understood as 0.5 m/s"
    assert read(speed, "1.234").understood == "Understood as 1.234 m/s"
    assert read(speed, "1e2").understood == "Understood as 100 m/s"
    assert read(speed, "\u0668\u0665").understood == "Understood as 85 m/s"
    assert read(speed, "\uff18.\uff15").understood == "Understood as 8.5 m/s"
    assert read(speed, "080").understood == "Understood as 80 m/s"
    assert read(speed, "80").understood == ""
    assert read(speed, "80.5").understood == ""
    assert read(speed, " 80 ").understood == ""


@pytest.mark.parametrize(
    ("text", "value"), [("1.000", 1000), ("1,000", 1000), ("3.0", 3), ("12 000", 12000)]
)
def test_a_whole_number_may_have_marks_between_thousands(
    schema: Schema, text: str, value: int
) -> None:
    assert read(rule(schema, "Count"), text).value == value


@pytest.mark.parametrize("text", ["3,5", "1.23", "one"])
def test_what_is_no_whole_number_is_said(schema: Schema, text: str) -> None:
    assert "is not a whole number" in read(rule(schema, "Count"), text).problem


def test_lists_have_one_value_a_line(schema: Schema) -> None:
    assert read(rule(schema, "Tags"), "a\r\n\r\n b \r\n").value == ["a", "b"]
    assert read(rule(schema, "Ports"), "9000\n9001").value == [9000, 9001]
    assert "“x” is not a whole number" in read(rule(schema, "Ports"), "9000\nx").problem
    assert read(rule(schema, "Extra"), '{"a": 1}').value == [{"a": 1}]
    assert "JSON" in read(rule(schema, "Extra"), "a: 1").problem


def test_secrets_keep_their_blanks(schema: Schema) -> None:
    assert read(rule(schema, "Password"), " open ").value == " open "
    assert read(rule(schema, "Name"), " mixer ").value == "mixer"


@pytest.mark.parametrize(
    ("key", "value"),
    [("Speed", 0.5), ("Count", 7), ("Tags", ["a", "b"]), ("On", False), ("Extra", [{"a": "ä"}])],
)
def test_what_is_written_is_read_back(schema: Schema, key: str, value: object) -> None:
    assert read(rule(schema, key), write(rule(schema, key), value)).value == value


@pytest.mark.parametrize(
    ("key", "value", "sentence"),
    [
        ("Speed", 900, "900 m/s is not possible. Enter a number from 0.5 to 120 m/s."),
        ("Count", 0, "0 is not possible. Enter a number of at least 1."),
        ("Name", "x", "“x” is not possible. Enter at least 2 characters."),
        ("Shift", "noon", "“noon” is not possible. Choose one of: early, late."),
        ("Name", "x" * 1_000_000, f"“{'x' * 60}…” is not possible. Enter at most 8 characters."),
        ("Tags", ["a", "b", "c"], "a, b, c is not possible. Enter at most 2 values, one a line."),
        ("Ports", [9000, 80], "80 is not possible. Enter a number of at least 1024."),
        ("Host", "a b", "“a b” is not possible. Enter the name of a machine"),
        ("Code", "abc", "“abc” is not possible. Enter it like this: ABC."),
        ("Password", "short", "Enter at least 8 characters."),
        ("Speed", "fast", "Enter a number."),
    ],
)
def test_what_is_wrong_says_what_would_do(
    schema: Schema, key: str, value: object, sentence: str
) -> None:
    broken = schema.check_value(key, value)[0]
    assert violation_sentence(rule(schema, key), broken).startswith(sentence)


def test_a_secret_is_never_said(schema: Schema) -> None:
    password = rule(schema, "Password")
    assert "hunter2" not in say(password, "hunter2")
    broken = schema.check_value("Password", "hunter2")
    assert all("hunter2" not in violation_sentence(password, one) for one in broken)
    assert make(password, "v.Password", "").secret


def test_a_rule_becomes_the_control_that_fits(schema: Schema) -> None:
    shift = make(rule(schema, "Shift"), "v.Shift", "late", empty=False)
    assert [value for value, _label in shift.choices] == ["early", "late"]
    assert make(rule(schema, "Shift"), "v.Shift", "").choices[0][0] == ""
    assert make(rule(schema, "On"), "v.On", "true", empty=False).kind == "boolean"
    assert [value for value, _ in make(rule(schema, "On"), "v.On", "").choices] == [
        "",
        "true",
        "false",
    ]
    speed = make(rule(schema, "Speed"), "v.Speed", "80", empty=False)
    assert (speed.kind, speed.unit, speed.whole) == ("number", "m/s", False)
    assert "from 0.5 to 120 m/s" in str(speed.help)
    assert make(rule(schema, "Tags"), "v.Tags", "").kind == "text"


def test_a_value_no_longer_allowed_stays_in_sight(schema: Schema) -> None:
    field = make(rule(schema, "Shift"), "v.Shift", "night", empty=False)
    assert [value for value, _label in field.choices] == ["night", "early", "late"]


def test_values_are_put_into_nested_maps_and_taken_out_again() -> None:
    nested = parse_schema(
        load_yaml(
            "rules: {configs: {A.B: {type: int}, A.C: {type: int}, D: {type: int}}}", name="n"
        ),
        name="n",
    )
    rules: dict[str, Any] = {one.key: one for one in nested.rules}
    start = {"A": {"B": 1}, "other": True}
    grown = put(start, [(rules["A.C"], 2), (rules["D"], 0)])
    assert grown == {"A": {"B": 1, "C": 2}, "D": 0, "other": True}
    assert put(grown, [(rules["A.B"], None), (rules["A.C"], None)]) == {"D": 0, "other": True}
    assert start == {"A": {"B": 1}, "other": True}


@pytest.mark.parametrize(
    ("kind", "text"),
    [("int", "canary"), ("array[int]", "1\ncanary"), ("object", "canary"), ("boolean", "canary")],
)
def test_what_was_typed_for_a_secret_is_not_repeated(kind: str, text: str) -> None:
    (rule,) = parse_schema(
        {"rules": {"configs": {"Pin": {"type": kind, "secret": True}}}}, name="rules"
    ).rules
    reading = read(rule, text)
    assert reading.problem
    assert "canary" not in reading.problem
