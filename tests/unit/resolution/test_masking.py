"""What people see of configurations and components with secrets in them."""

from typing import Any

from orchestration.resolution import MASK, Change, Veil, compile_template, veil
from orchestration.resolution.compiled import CompiledTemplate
from orchestration.rules import parse_schema

RULES = {
    "rules": {
        "configs": {
            "Password": {"type": "string", "secret": True},
            "Camera": {"type": "object"},
            "Camera.Key": {"type": "string", "secret": True},
            "Speed": {"type": "int"},
        }
    }
}


def compiled(configs: dict[str, Any], **properties: str) -> CompiledTemplate:
    components = [{"name": "a", "type": "mock", "properties": properties}]
    schema = parse_schema(RULES, name="rules", includes={})
    return compile_template({"configs": configs}, schema, {"components": components})


def test_settings_that_read_a_secret_under_another_name_are_secret() -> None:
    template = compiled(
        {
            "Login": {"Word": "${{$val(Password)}}"},
            "Cam": "${{$val(Camera)}}",
            "Either": "${{$default($val(Password), none)}}",
            "Speed": "${{$val(Speed)}}",
        }
    )
    marked = {("Password",), ("Camera", "Key")}
    assert template.secret_settings == marked | {("Login", "Word"), ("Cam", "Key"), ("Either",)}


def test_a_secret_is_masked_at_its_key_and_wherever_it_was_written_to() -> None:
    configuration = {"Pin": 4711, "Login": {"Word": "hunter2", "Name": "ann"}, "List": ["hunter2"]}
    shown = veil(frozenset({("Login", "Word"), ("Pin",), ("Unset",)}), configuration)
    assert shown.masked(configuration) == {
        "Pin": MASK,
        "Login": {"Word": MASK, "Name": "ann"},
        "List": [MASK],
    }
    components = [{"name": "db", "properties": {"url": "sql://ann:hunter2@db", "pin": 4711}}]
    assert shown.components(components) == [
        {"name": "db", "properties": {"url": MASK, "pin": MASK}}
    ]
    assert configuration["Pin"] == 4711


def test_of_a_setting_that_holds_a_secret_it_is_only_said_that_it_differs() -> None:
    before, after = {"Word": "hunter2", "Url": "a"}, {"Word": "hunter3", "Url": "a?hunter3"}
    shown = veil(frozenset({("Word",)}), before, after)
    assert shown.changes(before, after) == [
        Change("Word", "changed", secret=True),
        Change("Url", "changed", secret=True),
    ]


def test_empty_texts_and_flags_hide_nothing() -> None:
    configuration = {"Word": "", "On": True, "Other": "text", "Off": False}
    shown = veil(frozenset({("Word",), ("On",)}), configuration)
    assert shown.masked(configuration) == {
        "Word": MASK,
        "On": MASK,
        "Other": "text",
        "Off": False,
    }


def test_components_that_read_secrets_past_the_configuration_are_hidden() -> None:
    assert compiled({}, word="${{$val(Password)}}").components_read_secrets
    assert not compiled({}, word="${{$val(Speed)}}").components_read_secrets
    shown = Veil(blind=True).components([{"name": "a", "properties": {"word": "hunter2"}}])
    assert shown == [{"name": "a", "properties": MASK}]
