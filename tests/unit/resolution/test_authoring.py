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


MORE: dict[str, Any] = {
    **RULES,
    "Mode": {"type": "string", "allowedValues": ["auto", "manual"]},
    "Port": {"type": "int", "minValue": 1, "maxValue": 9, "defaultValue": 5},
    "Tags": {"type": "array[string]"},
    "Log.Level": {"type": "string"},
    "Password": {"type": "string", "secret": True},
}


def remarks(value: Any, key: str = "k") -> list[tuple[str, str, str]]:
    """What is said of one key among others that use every rule."""
    configs: dict[str, Any] = {f"own{n}": f"${{{{$val({name})}}}}" for n, name in enumerate(MORE)}
    schema = {"rules": {"configs": MORE}}
    found = check_template({"configs": {**configs, key: value}}, schema)
    return [(one.severity, one.code, one.problem.message) for one in found]


@pytest.mark.parametrize(
    ("expression", "code", "words"),
    [
        ("$val(Name)*2", "type", "* needs a number, Name is text"),
        ("2-$val(On)", "type", "- needs a number, On is true or false"),
        ("-$val(Tags)", "type", "- needs a number, Tags is a list"),
        ("'a'*2", "type", "* needs a number, 'a' is none"),
        ("$lower(x)/2", "type", "/ needs a number"),
        ("$matches($val(Speed), 'a')", "type", "$matches needs text, Speed is a number"),
        ("$gt(abc, 1)", "type", "$gt needs a number, 'abc' is none"),
        ("$gt($val(Tags), 1)", "type", "$gt needs a number, Tags is a list"),
        ("$gt($val(Mode), 1)", "type", "$gt needs a number, Mode is text"),
        ("$if($val(Speed), 1, 2)", "type", "$if needs true or false, Speed is a number"),
        ("$if($val(Name), 1, 2)", "type", "$if needs true or false, Name is text"),
        ("$and($val(On), $len(a))", "type", "$and needs true or false, this is a number"),
        ("$not($split(a, b))", "type", "$not needs true or false, this is a list"),
        ("$join($val(Name), ',')", "type", "$join needs a list, Name is text"),
        ("$len($val(Speed))", "type", "$len needs a list or a map or text, Speed is a number"),
        ("$upper($property(own0))", "type", "$upper needs text, own0 is a number"),
        ("$eq($val(Mode), off)", "unreachable", "Mode can never be 'off': $eq is always false"),
        ("$eq(off, $val(Mode))", "unreachable", "Mode can never be 'off'"),
        ("$ne($val(Mode), off)", "unreachable", "$ne is always true"),
        ("$in($val(Mode), auto, off)", "unreachable", "Mode can never be 'off'"),
        ("$eq($val(Port), 12)", "unreachable", "Port can never be 12"),
        ("$eq($val(Port), null)", "unreachable", "Port can never be null"),
        ("$eq($val(On), yes)", "unreachable", "On can never be 'yes'"),
        ("$eq($val(Speed), fast)", "unreachable", "Speed can never be 'fast'"),
        ("$if($gt(2, 1), $val(Speed), 0)", "unreachable", "always true: the else is never due"),
        ("$if($eq(a, b), $val(Speed), 0)", "unreachable", "always false: the then is never due"),
        ("$if($val(On), 1, 1)", "unreachable", "both branches of $if are the same"),
        ("$or($val(On), $not(false))", "unreachable", "$or is always true"),
        ("$all($val(On), null)", "unreachable", "$all is always false"),
        ("$default($val(Port), 1)", "unreachable", "the rule of Port has a default"),
        ("$default($concat(a, b), 1)", "unreachable", "the fallback of 'ab' is never due"),
        ("$and(true, $val(On))", "redundant", "a fixed condition in $and changes nothing"),
        ("$or($val(On), $val(On))", "redundant", "$or looks twice at the same"),
        ("$in($val(Mode), auto, auto)", "redundant", "$in looks twice at the same"),
        ("$property(own99)", "missing-key", "the template has no key own99"),
        ("$val(Mod)", "undeclared", "no rule declares Mod"),
        ("$val(Password)+'x'", "secret", "Password is a secret, which + cannot look into"),
        ("$eq($val(Password), x)", "secret", "Password is a secret, which $eq cannot look into"),
        ("$len($secret(a))", "secret", "the result is a secret, which $len cannot look into"),
    ],
)
def test_what_cannot_be_meant_is_named(expression: str, code: str, words: str) -> None:
    (remark,) = remarks(f"${{{{{expression}}}}}")
    severity = "error" if code in {"secret", "missing-key"} else "warning"
    assert (remark[0], remark[1]) == (severity, code)
    assert words in remark[2]


@pytest.mark.parametrize(
    "expression",
    [
        "$val(Speed)*2+$val(Ratio)-1",
        "$val(Name)+1",
        "1+2+$val(Name)",
        "$gt($val(Name), 1)",
        "$gt($len($val(Tags)), 1)",
        "$max($val(Speed), $val(Ratio))",
        "$if($val(On), 1, 2)*2",
        "$if($eq($val(Mode), auto), 'true', 'false')",
        "$eq($val(Port), '5')",
        "$eq($val(On), 'true')",
        "$eq($val(Speed), null)",
        "$in($val(Mode), auto, manual)",
        "$in($val(Name), $val(Tags))",
        "$default($val(Name), $val(Log.Level))",
        "$default($val(Password), $secret(p))",
        "$if($val(On), $val(Password), $secret(p))",
        "$and($val(On), $or($not($val(On)), $gt($val(Speed), 1)))",
        "$jsonpath($val(Tags), '$[0]')*2",
        "$target(name)*2",
        "$json($val(Log))",
        "$int($val(Name))+1",
    ],
)
def test_what_can_be_meant_is_left_alone(expression: str) -> None:
    assert remarks(f"${{{{{expression}}}}}") == []


@pytest.mark.parametrize(
    ("key", "value", "words"),
    [
        ("Speed", "${{$concat(a, b)}}", "this is text, int is due"),
        ("Speed", "n${{1}}", "int is due by the rule of Speed"),
        ("Name", "${{1+1}}", "this is a number, string is due"),
        ("On", ["${{true}}"], "this is a list, boolean is due"),
        ("Tags", "${{$val(Name)}}", "Name is string, array[string] is due"),
        ("Speed", "${{$if($val(On), abc, def)}}", "this is text, int is due"),
    ],
)
def test_results_are_compared_with_the_rule_of_their_key(key: str, value: Any, words: str) -> None:
    (remark,) = remarks(value, key)
    assert remark[:2] == ("warning", "type")
    assert words in remark[2]


def test_results_that_may_fit_are_left_alone() -> None:
    for key, value in (
        ("Speed", "${{$val(Speed)/2}}"),
        ("Ratio", "${{$val(Speed)}}"),
        ("Name", "n${{1}}"),
        ("On", "${{$eq($val(Speed), 1)}}"),
        ("Password", "${{$secret(p)}}"),
        ("Tags", ["${{a}}"]),
        ("Speed", "${{$default($target(speed), 5)}}"),
    ):
        assert remarks(value, key) == []


def test_secrets_joined_into_text_are_errors() -> None:
    ((severity, code, message),) = remarks("sql://${{$val(Password)}}")
    assert (severity, code) == ("error", "secret")
    assert "which text cannot look into" in message


def test_conditions_and_specifications_are_looked_at_too() -> None:
    rules = {"a": {"type": "string", "expression": "${{$gt($val(a)*2, 1)}}"}}
    specification = {
        "components": [
            {"name": "${{$property(b)}}", "type": "t", "properties": {"x": "${{$val(c)}}"}}
        ]
    }
    found = check_template(
        {"configs": {"a": "${{$val(a)}}"}},
        {"rules": {"configs": rules}},
        specification=specification,
    )
    assert [(one.severity, one.code, one.problem.at) for one in found] == [
        ("error", "missing-key", "components"),
        ("warning", "undeclared", "components"),
        ("warning", "type", "a"),
    ]


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
        "warning: app.yaml, Speed, line 2, column 10: no rule declares Sped (did you mean Speed?)",
        "0 errors, 1 warning",
    ]


def test_command_fails_on_errors(tmp_path: Path) -> None:
    template = tmp_path / "app.yaml"
    template.write_text("configs:\n  a: ${{1/}}\n")
    output = StringIO()
    with pytest.raises(SystemExit):
        call_command("check-template", str(template), stdout=output)
    assert output.getvalue().splitlines()[-1] == "1 error, 0 warnings"
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
