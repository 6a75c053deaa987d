"""Help for authors: what is questionable in a template and its schema."""

from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from orchestration.resolution import check_template

RULES: dict[str, Any] = {
    "Speed": {"type": "int", "maxValue": 100},
    "Name": {"type": "string"},
    "On": {"type": "boolean"},
    "Ratio": {"type": "float"},
}


def findings(configs: Any, rules: Any = None, **more: Any) -> list[tuple[str, str, str]]:
    schema = {"rules": {"configs": RULES if rules is None else rules}}
    found = check_template({"configs": configs}, schema, **more)
    return [(one.severity, one.code, one.problem.at) for one in found]


ALL = {key: f"${{{{$val({key})}}}}" for key in RULES}


def test_a_good_template_has_no_findings() -> None:
    assert findings(ALL) == []


@pytest.mark.parametrize(
    ("key", "value", "finding"),
    [
        ("k", "${{$val(Sped)}}", ("warning", "undeclared", "k")),
        ("Speed", 101, ("warning", "breaks-rule", "Speed")),
        ("Speed", "${{$val(Name)}}", ("warning", "type", "Speed")),
        ("k", "${{$gt($val(On), 1)}}", ("warning", "type", "k")),
        ("k", "${{$lower($val(Speed))}}", ("warning", "type", "k")),
        ("k", "${{$if(true, 1, 2)}}", ("warning", "unreachable", "k")),
        ("k", "${{$default(1, 2)}}", ("warning", "unreachable", "k")),
        ("k", "${{$or(true, $val(On))}}", ("warning", "unreachable", "k")),
        ("k", "${{$and(false, $val(On))}}", ("warning", "unreachable", "k")),
        ("k", "${{$nope(1)}}", ("error", "unknown-function", "k")),
        ("k", "${{1 +}}", ("error", "syntax", "k")),
    ],
)
def test_what_is_questionable_is_named(key: str, value: Any, finding: tuple[str, str, str]) -> None:
    assert findings({**ALL, key: value}) == [finding]


def test_fitting_uses_are_left_alone() -> None:
    more = {"Ratio": "${{$val(Speed)}}", "k": "${{$gt($val(Ratio), $val(k2))}}", "k2": 5}
    assert findings({**ALL, **more}) == []


def test_rules_never_used_are_named() -> None:
    assert findings({"Speed": "${{$val(Speed)}}"}) == [
        ("warning", "unused-rule", "Name"),
        ("warning", "unused-rule", "On"),
        ("warning", "unused-rule", "Ratio"),
    ]


def test_conditions_and_specifications_use_rules_too() -> None:
    rules = {
        "a": {"type": "int", "expression": "${{$gt($val(a), $val(b))}}"},
        "b": {"type": "int"},
        "c": {"type": "string"},
    }
    specification = {"components": [{"name": "${{$val(c)}}", "type": "t"}]}
    assert findings({"a": "${{$val(a)}}"}, rules, specification=specification) == []


def test_everything_is_reported_together() -> None:
    found = check_template(
        {"configs": {"a": "${{", "b": "${{$if(true, 1)}}"}, "extra": 1},
        {"rules": {"configs": {"k": {"type": "integer"}}}},
        specification={"components": [{"name": 5, "type": "t"}]},
    )
    assert [(one.severity, one.problem.at) for one in found] == [
        ("error", "k"),
        ("error", "components[0].name"),
        ("error", "a"),
        ("warning", "extra"),
        ("warning", "b"),
    ]
    assert found[0].to_json()["severity"] == "error"


def test_command(tmp_path: Path) -> None:
    template, schema = tmp_path / "app.yaml", tmp_path / "schema.yaml"
    template.write_text("configs:\n  Speed: ${{$val(Sped)}}\n")
    schema.write_text("rules:\n  configs:\n    Speed: {type: int}\n")
    output = StringIO()
    call_command("check-template", str(template), "--schema", str(schema), stdout=output)
    assert output.getvalue().splitlines() == [
        "warning: app.yaml, Speed, line 2, column 10: no rule declares Sped (add a rule for it)",
        "0 errors, 1 warnings",
    ]


def test_command_fails_on_errors(tmp_path: Path) -> None:
    template = tmp_path / "app.yaml"
    template.write_text("configs:\n  a: ${{1/}}\n")
    output = StringIO()
    with pytest.raises(SystemExit):
        call_command("check-template", str(template), stdout=output)
    assert output.getvalue().splitlines()[-1] == "1 errors, 0 warnings"
    with pytest.raises(CommandError, match="cannot be read"):
        call_command("check-template", str(tmp_path / "absent.yaml"))


def test_command_reports_what_cannot_be_read_like_any_other_problem(tmp_path: Path) -> None:
    template, schema = tmp_path / "app.yaml", tmp_path / "schema.yaml"
    template.write_text("a: [")
    schema.write_text("rules: {configs: {a: {type: itn}}}")
    output = StringIO()
    with pytest.raises(SystemExit):
        call_command("check-template", str(template), "--schema", str(schema), stdout=output)
    first, second, last = output.getvalue().splitlines()
    assert first.startswith("error: app.yaml, line 2, column 1: ")
    assert second.startswith("error: schema.yaml, a, line 1, column 19: there is no type itn")
    assert last == "2 errors, 0 warnings"
