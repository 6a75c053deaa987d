"""Secrets in a resolution: what stands for them, which versions count, what is missing."""

from typing import Any

import pytest

from orchestration.expressions import SealedValue, SecretReference
from orchestration.resolution import PathNode, Resolution, compile_template, resolve
from orchestration.resolution.compiled import CompiledTemplate
from orchestration.rules import parse_schema

KEYS = {
    "Password": {"type": "string", "secret": True, "minLength": 4},
    "Login": {"type": "object", "secret": True},
    "Login.Name": {"type": "string"},
    "Pins": {"type": "array[int]", "items": {"secret": True, "maxValue": 9999}},
    "Token": {"type": "string", "secret": True, "defaultValue": "canary-default"},
}
CANARY = "canary-plain"


def compiled(
    configs: dict[str, Any], specification: Any = None, **options: Any
) -> CompiledTemplate:
    schema = parse_schema({"rules": {"configs": KEYS}}, name="rules", includes={})
    return compile_template({"configs": configs}, schema, specification, **options)


def resolved(configs: dict[str, Any], *places: PathNode, **options: Any) -> Resolution:
    return resolve(compiled(configs, **options), path=places)


def place(level: str = "Line", secrets: dict[str, str] | None = None, **values: Any) -> PathNode:
    return PathNode(level, level, values, secrets=secrets)


def named(name: str, version: str | None = None, key: str | None = None) -> dict[str, Any]:
    return SecretReference(name, key, version).plain()


def test_what_lies_in_a_secret_is_secret_too() -> None:
    schema = compiled({}).schema
    assert schema
    assert [rule.key for rule in schema.rules if rule.secret] == list(KEYS)
    (broken,) = schema.check_value("Pins", [12345])
    assert broken.given is None


def test_the_nearest_named_secret_counts_with_its_version() -> None:
    found = resolved(
        {"A": "${{$secret(sql, password)}}", "B": "${{$secret(mail)}}"},
        place("Region", {"sql": "1.1", "mail": "2.1"}),
        place("Line", {"sql": "3.7"}),
    )
    assert found.configuration == {
        "A": named("sql", "3.7", "password"),
        "B": named("mail", "2.1"),
        "Token": "canary-default",
    } or found.configuration == {"A": named("sql", "3.7", "password"), "B": named("mail", "2.1")}
    assert [one.key for one in found.references] == ["A", "B"]
    assert b'"version":"3.7"' in found.canonical


def test_another_version_is_another_content() -> None:
    one, other, same = (
        resolved({"A": "${{$secret(sql)}}"}, place(secrets={"sql": version})).digest
        for version in ("1.1", "1.2", "1.1")
    )
    assert one == same != other


def test_a_secret_that_nobody_named_is_a_problem_of_its_key() -> None:
    specification = {
        "components": [{"name": "a", "type": "mock", "properties": {"x": "${{$secret(mail)}}"}}]
    }
    found = resolve(
        compiled({"Deep": {"A": "${{$secret(sqk)}}"}}, specification),
        path=[place(secrets={"sql": "1.1"})],
    )
    assert [(one.key, one.kind_or_rule) for one in found.problems] == [
        ("Deep.A", "not-found"),
        ("components.properties.x", "not-found"),
    ]
    assert "sqk" in found.problems[0].message
    assert found.digest == ""


def test_without_named_secrets_references_stay_as_they_are() -> None:
    found = resolved({"A": "${{$secret(sql)}}"}, place())
    assert found.ok
    assert found.configuration == {"A": named("sql")}


def test_a_named_secret_set_as_a_value_is_pinned() -> None:
    found = resolved(
        {"Password": "${{$val(Password)}}"},
        place(secrets={"sql": "1.4"}, Password=named("sql")),
    )
    assert found.configuration == {"Password": named("sql", "1.4")}


def test_a_reference_written_into_a_template_is_found_and_pinned() -> None:
    found = resolved({"A": {"$secret": {"name": "sql"}}}, place(secrets={"sql": "1.4"}))
    assert found.configuration == {"A": named("sql", "1.4")}
    assert [one.reference.version for one in found.references] == ["1.4"]


def test_a_reference_put_together_by_an_expression_is_found_and_pinned() -> None:
    text = '{"$secret": {"name": "sql"}}'
    written = {"A": f"${{{{$jsonpath('{text}', '$')}}}}", "B": "${{$val(Text)}}"}
    found = resolved(written, place(secrets={"sql": "1.4"}, Text=text))
    assert found.configuration == {"A": named("sql", "1.4"), "B": text}
    assert [one.key for one in found.references] == ["A"]
    assert b'"version":"1.4"' in found.canonical
    assert not resolved(written, place(secrets={})).ok


def test_a_plain_value_with_a_name_goes_out_by_its_name_and_is_still_checked() -> None:
    reference = SecretReference("12:Password", version="saved")
    good, bad = (
        resolved(
            {"Password": "${{$val(Password)}}"},
            place(secrets={}, Password=SealedValue(text, reference)),
        )
        for text in (CANARY, "abc")
    )
    assert good.configuration == {"Password": reference.plain()}
    assert CANARY.encode() not in good.canonical
    assert [(one.kind_or_rule, one.given) for one in bad.problems] == [("minLength", None)]


def test_defaults_of_secrets_go_out_by_name() -> None:
    configs = {"Token": "${{$val(Token)}}", "Other": "${{$val(Token)}}"}
    found = resolved(configs, place(secrets={}), defaults_from="solution:7")
    reference = named("solution:7:Token", "default")
    assert found.configuration == {"Token": reference, "Other": reference}
    assert resolved(configs, place()).configuration == {
        "Token": "canary-default",
        "Other": "canary-default",
    }


def test_keys_of_a_secret_object_merge_one_by_one() -> None:
    name = SecretReference("n", version="value").plain()
    word = SecretReference("w", version="value").plain()
    found = resolved(
        {"Login": "${{$val(Login)}}"},
        place("Region", Login={"Name": name}),
        place("Line", Login={"Word": word}),
    )
    assert found.configuration == {"Login": {"Name": name, "Word": word}}
    assert {origin.level for origin in found.provenance.values()} == {"Region", "Line"}


OWN_SECRETS = [
    {"Password": "canary-plain"},
    {"Password": "${{$concat(canary, '-', plain)}}"},
    {"Login": {"Name": "canary-plain"}},
    {"Login": {"Name": "${{'canary-' + plain}}"}},
]


@pytest.mark.parametrize("own", OWN_SECRETS)
@pytest.mark.parametrize("function", ["val", "property"])
def test_a_secret_that_the_template_itself_holds_is_opaque_to_other_keys(
    own: dict[str, Any], function: str
) -> None:
    key = "Password" if "Password" in own else "Login.Name"
    read = f"${function}({key})"
    for looked_into in (f"x${{{{{read}}}}}", f"${{{{$eq({read}, a)}}}}", f"${{{{$len({read})}}}}"):
        problems = resolved({**own, "Copy": looked_into}).problems
        assert [(one.key, str(one.kind_or_rule)) for one in problems] == [("Copy", "type")]
        assert CANARY not in repr(problems)
    alone = resolved({**own, "Copy": f"${{{{{read}}}}}"}).configuration
    assert alone is not None
    assert alone["Copy"] == CANARY


@pytest.mark.parametrize("own", OWN_SECRETS)
def test_a_map_with_a_secret_of_the_template_is_not_written_as_text(own: dict[str, Any]) -> None:
    configs = {"Top": own, "Copy": "${{$str($val(Top))}}"}
    keys = {f"Top.{key}": rule for key, rule in KEYS.items()}
    schema = parse_schema({"rules": {"configs": keys}}, name="rules", includes={})
    problems = resolve(compile_template({"configs": configs}, schema), path=[]).problems
    assert [(one.key, str(one.kind_or_rule)) for one in problems] == [("Copy", "type")]


def test_components_and_rules_do_not_look_into_secrets_of_the_template() -> None:
    component = {"name": "app", "type": "container", "properties": {"p": "x${{$val(Password)}}"}}
    found = resolved({"Password": CANARY}, specification={"components": [component]})
    assert [str(one.kind_or_rule) for one in found.problems] == ["type"]
    rules = {**KEYS, "Port": {"type": "int", "expression": "${{$ne($val(Password), a)}}"}}
    schema = parse_schema({"rules": {"configs": rules}}, name="rules", includes={})
    template = compile_template({"configs": {"Password": CANARY, "Port": 1}}, schema)
    (broken,) = resolve(template, path=[]).problems
    assert (broken.key, broken.kind_or_rule) == ("Port", "expression")


def test_a_secret_key_that_failed_is_told_once() -> None:
    (problem,) = resolved({"Password": "${{1/0}}", "Copy": "${{$val(Password)}}"}).problems
    assert (problem.key, str(problem.kind_or_rule)) == ("Password", "division-by-zero")
