"""Resolving a target: values, problems, provenance, secrets, injections, content."""

import hashlib
import json
from typing import Any

import pytest

from orchestration.resolution import (
    CompiledTemplate,
    Injected,
    PathNode,
    Resolution,
    TemplateError,
    compile_template,
    origins,
    resolve,
)
from orchestration.rules import parse_schema

LEVELS = ("Region", "Factory", "Line")


def compiled(configs: Any, rules: Any = None, specification: Any = None) -> CompiledTemplate:
    schema = parse_schema({"rules": {"configs": rules}}) if rules else None
    return compile_template({"configs": configs}, schema, specification)


def path(*values: dict[str, Any], **more: Any) -> list[PathNode]:
    names = ("West", "Chicago", "Line-1")
    return [
        PathNode(level, name, given, ref=position, revision_ref=f"r{position}", **more)
        for position, (level, name, given) in enumerate(zip(LEVELS, names, values, strict=False))
    ]


def resolved(template: CompiledTemplate, *values: dict[str, Any], **more: Any) -> Resolution:
    return resolve(template, path=path(*values), levels=LEVELS, **more)


def found(resolution: Resolution) -> list[tuple[str, str]]:
    return [(problem.key, str(problem.kind_or_rule)) for problem in resolution.problems]


def test_content_is_canonical_and_hashed() -> None:
    template = compiled({"b": "${{$val(b)}}", "a": "é"}, specification={"components": []})
    resolution = resolved(template, {"b": 1.5})
    assert resolution.canonical == '{"components":[],"configuration":{"a":"é","b":1.5}}'.encode()
    digest = hashlib.sha256(resolution.canonical).hexdigest()
    assert resolution.digest == f"sha256:{digest}"
    assert resolution.ok


def test_components_read_the_configuration_and_places() -> None:
    specification = {
        "components": [
            {
                "name": "${{$property(App.Name)}}",
                "type": "helm.v3",
                "properties": {"port": "${{$val(Port)}}", "at": "${{$site(Factory, name)}}"},
            }
        ]
    }
    template = compiled({"App": {"Name": "${{$instance()}}"}}, specification=specification)
    resolution = resolved(template, {}, {"Port": 80}, {}, instance="mixer")
    assert resolution.components == [
        {"name": "mixer", "type": "helm.v3", "properties": {"port": 80, "at": "Chicago"}}
    ]


def test_problems_of_expressions_and_rules_come_together() -> None:
    rules = {
        "Bad": {"type": "int", "required": True},
        "High": {"type": "int", "maxValue": 5},
        "Sum": {"type": "int", "expression": "${{$gt($val(Bad), 1)}}"},
    }
    template = compiled(
        {"Bad": "${{1/0}}", "High": "${{$val(High)}}", "Sum": "${{$property(Bad)+1}}"}, rules
    )
    resolution = resolved(template, {}, {"High": 9})
    assert found(resolution) == [("Bad", "division-by-zero"), ("High", "maxValue")]
    assert (resolution.ok, resolution.canonical, resolution.digest) == (False, b"", "")
    assert resolution.configuration is None
    high = resolution.problems[1]
    assert (high.level, high.given, high.accepted) == ("Factory", 9, "at most 5")
    assert high.to_json() == {
        "key": "High",
        "code": "maxValue",
        "message": "must be at most 5",
        "level": "Factory",
        "given": 9,
        "accepted": "at most 5",
    }


def test_a_configuration_that_only_breaks_rules_can_be_looked_at() -> None:
    resolution = resolved(compiled({"k": "${{$val(k)}}"}, {"k": {"type": "int"}}), {"k": "x"})
    assert not resolution.ok
    assert resolution.configuration == {"k": "x"}


def test_problems_of_the_specification_name_their_component() -> None:
    specification = {"components": [{"name": "${{$property(nowhere)}}", "type": "t"}]}
    resolution = resolved(compiled({"a": 1}, specification=specification), {})
    assert found(resolution) == [("components[0].name", "not-found")]
    assert resolution.problems[0].source == "specification"


def test_rules_may_be_about_keys_shown_under_another_name() -> None:
    template = compiled(
        {"Inner": {"Name": "${{$val(SiteName)}}"}},
        {"SiteName": {"type": "string", "required": True, "minLength": 3}},
    )
    assert resolved(template, {"SiteName": "Redmond"}).ok
    assert found(resolved(template, {"SiteName": "R"})) == [("SiteName", "minLength")]
    assert found(resolved(template, {})) == [("SiteName", "required")]


def test_a_leaf_that_comes_out_unset_takes_its_default() -> None:
    template = compiled(
        {"a": "${{$val(x)}}", "m": {"b": "${{$default($val(y), null)}}"}},
        {"a": {"type": "int", "defaultValue": 1}, "m.b": {"type": "int", "defaultValue": 2}},
    )
    resolution = resolved(template, {})
    assert resolution.configuration == {"a": 1, "m": {"b": 2}}
    assert {key: origin.source for key, origin in resolution.provenance.items()} == {
        "a": "schema-default",
        "m.b": "schema-default",
    }


def test_provenance_tells_place_revision_and_what_is_shadowed() -> None:
    template = compiled(
        {"k": "${{$val(k)}}", "sum": "${{$val(k)+$val(n)}}", "own": 1, "none": "${{$val(no)}}"},
        {"k": {"type": "int", "defaultValue": 1}},
    )
    resolution = resolved(template, {"k": 10}, {"k": 20, "n": 5}, {"k": 30})
    origin = resolution.provenance["k"]
    assert (origin.source, origin.level, origin.name) == ("value", "Line", "Line-1")
    assert (origin.node_ref, origin.revision_ref) == (2, "r2")
    assert [(s.source, s.level, s.value) for s in origin.shadows] == [
        ("value", "Factory", 20),
        ("value", "Region", 10),
        ("schema-default", "", None),
    ]
    total = resolution.provenance["sum"]
    assert total.source == "expression"
    assert {path: (o.source, o.level) for path, o in total.inputs.items()} == {
        "k": ("value", "Line"),
        "n": ("value", "Factory"),
    }
    assert resolution.provenance["own"].source == "template"
    assert resolution.provenance["none"].source == "unset"


def test_provenance_is_stored_small_and_read_back() -> None:
    template = compiled({"k": "${{$val(k)}}", "m": "${{$val(m)}}", "f": 1})
    resolution = resolved(template, {"k": 1, "m": {"a": 1}}, {"m": {"b": 2}}, {"k": 3})
    stored = json.loads(json.dumps(resolution.provenance_json()))
    assert stored["keys"] == {"k": [2, 0], "m.a": [0], "m.b": [1], "f": "template"}
    read = origins(stored)
    assert read["k"].shadows[0].name == "West"
    assert read["m.b"].revision_ref == "r1"
    live = resolution.provenance
    assert {key: origin.source for key, origin in read.items()} == {
        key: origin.source for key, origin in live.items()
    }


def test_provenance_knows_the_name_under_which_a_value_is_set() -> None:
    resolution = resolved(
        compiled({"Shown": "${{$val(Set.Here)}}"}), {"Set": {"Here": 1}}, {"Set": {"Here": 2}}
    )
    origin = resolution.provenance["Shown"]
    assert (origin.level, [shadow.value for shadow in origin.shadows]) == ("Factory", [1])


def test_a_map_replaced_by_a_value_is_shadowed() -> None:
    resolution = resolved(compiled({"k": "${{$val(k)}}"}), {"k": {"a": 1}}, {"k": "off"})
    origin = resolution.provenance["k"]
    assert (origin.level, [shadow.value for shadow in origin.shadows]) == ("Factory", [{"a": 1}])


def test_linked_templates_set_values_below_own_ones() -> None:
    template = compiled({"k": "${{$val(k)}}", "c": "${{$config(B/1.0.0, x)}}"})
    nodes = [
        PathNode("Region", "West", linked={"B/1.0.0": {"x": 1, "k": 1}}),
        PathNode("Line", "L", linked={"A/1.0.0": {"k": 2}, "B/1.0.0": {"k": 3}}),
    ]
    resolution = resolve(template, path=nodes)
    assert resolution.configuration == {"k": 3, "c": 1}
    origin = resolution.provenance["k"]
    assert (origin.source, origin.template, origin.level) == ("value", "B/1.0.0", "Line")
    assert [shadow.template for shadow in origin.shadows] == ["A/1.0.0", "B/1.0.0"]
    (warning,) = resolution.warnings
    assert warning.at == "k"
    assert "B/1.0.0 was linked later" in warning.hint


def test_named_templates_need_no_link() -> None:
    template = compiled({"c": "${{$config(B/1.0.0, x)}}"})
    assert resolved(template, {}, configs={"B/1.0.0": {"x": 7}}).configuration == {"c": 7}


def test_secret_values_stay_opaque_and_unseen() -> None:
    rules = {
        "Password": {"type": "string", "secret": True, "minLength": 9},
        "Copy": {"type": "string", "maxLength": 3},
    }
    template = compiled(
        {
            "Password": "${{$val(Password)}}",
            "Copy": "${{$val(Password)}}",
            "Url": "sql://${{$val(Password)}}",
            "Same": "${{$eq($val(Password), hunter2)}}",
        },
        rules,
    )
    resolution = resolved(template, {"Password": "hunter2"})
    assert found(resolution) == [
        ("Url", "type"),
        ("Same", "type"),
        ("Password", "minLength"),
        ("Copy", "maxLength"),
    ]
    assert "hunter2" not in repr(resolution.problems)
    assert "hunter2" not in json.dumps(resolution.provenance_json())


def test_secret_references_pass_through_with_their_version() -> None:
    reference = {"$secret": {"name": "plant/sql", "version": "3"}}
    template = compiled({"p": "${{$val(p)}}", "q": "${{$secret(db, key)}}", "s": "x"})
    resolution = resolved(template, {"p": reference})
    secret = {"$secret": {"name": "db", "key": "key"}}
    assert json.loads(resolution.canonical)["configuration"] == {
        "p": reference,
        "q": secret,
        "s": "x",
    }
    assert resolution.configuration is not None
    assert resolution.configuration["q"] == secret
    assert found(resolved(compiled({"p": "x${{$val(p)}}"}), {"p": reference})) == [("p", "type")]
    alone = resolved(compiled({"p": "${{$val(p)}}", "m": "${{$val(m)}}"}), {"m": {"p": reference}})
    assert alone.configuration == {"p": None, "m": {"p": reference}}


def test_injections_extend_an_array_and_are_checked() -> None:
    rules = {"Apps": {"type": "array[object]", "maxLength": 1}}
    template = compiled({"Apps": [], "m": {"n": None}}, rules)
    one = Injected("Line-1", "deploy", "App", "Apps", {"App": {"n": 1}})
    two = Injected("Line-2", "deploy", "App", "Apps", {"App": {"n": 2}})
    resolution = resolved(template, {}, injections=[one])
    assert resolution.configuration == {"Apps": [{"n": 1}], "m": {"n": None}}
    assert resolution.provenance["Apps"].source == "injection"
    assert found(resolved(template, {}, injections=[one, two])) == [("Apps", "maxLength")]


@pytest.mark.parametrize(
    ("step", "kind"),
    [
        (Injected("L", "deploy", "Nope", "Apps", {"App": 1}), "not-found"),
        (Injected("L", "deploy", "App", "Nope", {"App": 1}), "not-found"),
        (Injected("L", "deploy", "App", "a.b.c", {"App": 1}), "not-found"),
        (Injected("L", "deploy", "App", "Text", {"App": 1}), "type"),
        (Injected("L", "deploy", "App", "Apps..b", {"App": 1}), "type"),
        (Injected("L", "deploy", "", "Apps", {"App": 1}), "type"),
        (Injected("L", "uninstall", "App", "", {}), "type"),
    ],
)
def test_injections_that_cannot_be_made_are_problems(step: Injected, kind: str) -> None:
    template = compiled({"Apps": [], "Text": "x", "a": {"b": {}}})
    good = Injected("M", "deploy", "App", "Apps", {"App": 2})
    assert found(resolved(template, {}, injections=[good, step])) == [(step.to, kind)]


@pytest.mark.parametrize("configs", [{"Apps": "${{1/0}}"}, {"Apps": {"of": ["${{1/0}}"]}}])
def test_an_array_that_failed_is_told_once(configs: dict[str, Any]) -> None:
    to = "Apps" if isinstance(configs["Apps"], str) else "Apps.of"
    step = Injected("Line-1", "deploy", "App", to, {"App": 1})
    problems = found(resolved(compiled(configs), {}, injections=[step]))
    assert [kind for _, kind in problems] == ["division-by-zero"]


def test_an_array_is_injected_only_while_something_is_in_it() -> None:
    template = compiled({"Apps": [1]})
    put = Injected("Line-1", "deploy", "App", "Apps", {"App": 2})
    taken = Injected("Line-1", "uninstall", "App", "Apps")
    assert resolved(template, {}, injections=[put]).provenance["Apps"].source == "injection"
    assert resolved(template, {}, injections=[put, taken]).provenance["Apps"].source == "template"


@pytest.mark.parametrize(
    ("template", "specification", "keys"),
    [
        ({}, None, {"configs"}),
        ({"configs": None}, None, {"configs"}),
        ([], None, {""}),
        ("a: [", None, {""}),
        ("", None, {""}),
        ({"configs": {"a": "${{", "b": "${{$x()}}"}}, None, {"a", "b"}),
        ({"configs": {}, "schema": "x"}, None, {"schema"}),
        ({"configs": {}, "schema": {"name": "x", "version": 1.0}}, None, {"schema"}),
        ({"configs": {}, "schema": {"rules": {"configs": {"k": {}}}}}, None, {"k"}),
        ({"configs": {}, "dependencies": {}}, None, {"dependencies"}),
        ({"configs": {}, "dependencies": [{}]}, None, {"dependencies[0]"}),
        (
            {
                "configs": {},
                "dependencies": [{"solutionTemplateId": "x", "configsToBeInjected": [1]}],
            },
            None,
            {"dependencies[0]"},
        ),
        ({"configs": {}}, [], {"components"}),
        ({"configs": {}}, {"components": {}}, {"components"}),
        (
            {"configs": {}},
            {"components": [5, {"name": "x"}]},
            {"components[0]", "components[1].type"},
        ),
        (
            {"configs": {}},
            {"components": [{"name": "${{", "type": "t", "properties": []}]},
            {"components[0].name", "components[0].properties"},
        ),
    ],
)
def test_templates_that_cannot_be_used_say_everything(
    template: Any, specification: Any, keys: set[str]
) -> None:
    with pytest.raises(TemplateError) as caught:
        compile_template(template, None, specification)
    assert {problem.at for problem in caught.value.found} == keys
    assert all(problem["message"] for problem in caught.value.problems)


def test_a_template_may_carry_its_rules() -> None:
    text = "schema:\n  rules:\n    configs:\n      k: {type: int, maxValue: 5}\nconfigs:\n  k: 9\n"
    template = compile_template(text)
    assert template.schema is not None
    assert found(resolved(template, {})) == [("k", "maxValue")]


@pytest.mark.parametrize(
    "value", [float("nan"), float("inf"), 10**5000, "\ud800"], ids=["nan", "inf", "long", "half"]
)
def test_what_json_cannot_say_is_a_problem(value: Any) -> None:
    assert found(resolved(compiled({"k": "${{$val(k)}}"}), {"k": value})) == [("", "limit")]


def test_values_that_nest_too_deep_are_a_problem() -> None:
    for make in (lambda inner: {"k": inner}, lambda inner: [inner]):
        deep: Any = 1
        for _ in range(10_000):
            deep = make(deep)
        resolution = resolved(compiled({"k": "${{$val(k)}}"}), {"k": deep}, {"k": {"k": {}}})
        assert {kind for _, kind in found(resolution)} <= {"limit"}


def test_inputs_are_never_changed() -> None:
    values = {"k": {"a": 1}, "p": "secret"}
    rules = {
        "p": {"type": "string", "secret": True},
        "k.b": {"type": "int", "defaultValue": 2},
        "Apps": {"type": "array[int]"},
    }
    template = compiled({"k": "${{$val(k)}}", "p": "${{$val(p)}}", "Apps": [1]}, rules)
    step = Injected("L", "deploy", "App", "Apps", {"App": 5})
    first = resolved(template, values, {"k": {"a": 3}}, injections=[step])
    assert values == {"k": {"a": 1}, "p": "secret"}
    second = resolved(template, values, {"k": {"a": 3}}, injections=[step])
    assert first.canonical == second.canonical
    password = {"$secret": {"name": "r0:p", "version": "saved"}}
    assert first.configuration == {"k": {"a": 3, "b": 2}, "p": password, "Apps": [1, 5]}
