"""Help for authors over REST: checking a template before it becomes a version."""

import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from orchestration.models import Event, SchemaVersion, SolutionTemplateVersion
from orchestration.services import catalog, contexts
from tests.integration.api.conftest import Api, keys, said
from tests.integration.conftest import Company

TEMPLATE = """\
configs:
  Speed: ${{$val(Speeed)}}
  Broken: ${{$vall(Speed)}}
"""
SCHEMA = "rules:\n  configs:\n    Speed: {type: int}\n    Other: {type: itn}\n"


def author(company: Company) -> Api:
    return Api(company.person("sol", "solution-author"))


def check(api: Api, template: str, **more: Any) -> list[dict[str, Any]]:
    answer = api.post("check-template/", {"template": template, **more})
    assert answer.status_code == 200, answer.json()
    findings: list[dict[str, Any]] = answer.json()["findings"]
    assert answer.json()["ok"] == all(one["severity"] != "error" for one in findings)
    return findings


def test_everything_is_found_at_once_with_errors_first(company: Company) -> None:
    schema = SCHEMA.replace("itn", "int")
    found = check(author(company), TEMPLATE, schema=schema, specification="components: [{}]")
    assert [(one["severity"], one["file"], one["key"], one["line"]) for one in found] == [
        ("error", "specification", "components[0].name", 1),
        ("error", "specification", "components[0].type", 1),
        ("error", "template", "Broken", 3),
        ("warning", "template", "Speed", 2),
        ("warning", "schema", "Other", 4),
    ]
    assert found[2] == {
        "severity": "error",
        "code": "unknown-function",
        "message": "there is no function $vall",
        "hint": "did you mean $val?",
        "file": "template",
        "key": "Broken",
        "line": 3,
        "column": 14,
    }


def test_a_schema_that_is_refused_does_not_hide_the_template(company: Company) -> None:
    found = check(author(company), TEMPLATE, schema=SCHEMA)
    assert {(one["file"], one["key"], one["line"]) for one in found} >= {
        ("schema", "Other", 4),
        ("template", "Broken", 3),
    }


def test_it_says_what_the_command_says(company: Company, tmp_path: Path) -> None:
    template, schema = tmp_path / "template", tmp_path / "schema"
    template.write_text(TEMPLATE)
    schema.write_text(SCHEMA)
    output = StringIO()
    with pytest.raises(SystemExit):
        call_command("check-template", str(template), "--schema", str(schema), stdout=output)
    found = check(author(company), TEMPLATE, schema=SCHEMA)
    lines = output.getvalue().splitlines()[:-1]
    assert len(lines) == len(found)
    for line, one in zip(lines, found, strict=True):
        assert line.startswith(f"{one['severity']}: ")
        assert one["message"] in line


def test_schemas_of_the_context_are_known_by_name(company: Company) -> None:
    rules = "rules:\n  configs:\n    Speed: {type: int}\n"
    using = "rules:\n  configs:\n    ${{$include(base/1.0.0)}}: {}\n    Name: {type: string}\n"
    for name, text in (("base", rules), ("rules", using)):
        catalog.create_schema_version(
            company.root_user, company.context, text=text, name=name, version="1.0.0"
        )
    named = "schema: {name: rules, version: 1.0.0}\nconfigs:\n  Speed: ${{$val(Spee)}}\n"
    api = author(company)
    assert {(one["severity"], one["key"]) for one in check(api, named)} == {
        ("warning", "Name"),
        ("warning", "Speed"),
    }
    (missing,) = check(api, named.replace("name: rules", "name: rule"))
    assert (missing["code"], missing["line"]) == ("not-found", 1)
    assert missing["hint"] == "did you mean rules/1.0.0?"
    inline = f"schema:\n  {using.replace(chr(10), chr(10) + '  ').strip()}\nconfigs: {{Speed: 1}}\n"
    assert [one["key"] for one in check(api, inline)] == ["Name"]


def test_templates_of_the_context_can_be_included(company: Company) -> None:
    text = "configs: {Port: 1}"
    source = catalog.SolutionSource(name="base", version="1.0.0", config_text=text)
    catalog.create_solution_version(company.root_user, company.context, source)
    including = "configs: {'${{$include(base/1.0.0)}}': {}}"
    assert check(author(company), including) == []
    (unknown,) = check(author(company), including.replace("1.0.0", "1.0.1"))
    assert (unknown["severity"], unknown["code"], unknown["line"]) == ("error", "not-found", 1)


BOMB = "a: &a [x, x]\n" + "".join(
    f"{chr(98 + n)}: &{chr(98 + n)} [{', '.join([f'*{chr(97 + n)}'] * 9)}]\n" for n in range(9)
)


@pytest.mark.parametrize(
    "text",
    [
        "",
        " \n\t",
        BOMB,
        "[" * 10_000,
        '{"a":' * 10_000,
        "configs: " + "x" * (1024 * 1024 - 9),
        "configs: {a: ${{" + "(" * 4000 + "}}}",
        "configs:\n\ta: 1",
        "configs: {a: 1, a: 2}",
        "configs: {a: 1e999, 1: 2, ~: 3, 2024-01-01: x, .nan: .inf}",
        "configs: !!python/object/apply:os.system [ls]",
        "--- 1\n--- 2",
        "\ufeffconfigs: {a: 1}",
        "configs: {<<: {a: 1}}",
        "configs: {a: ${{$include(x/1.0.0)}}, '${{$include(y/1)}}': {}}",
        "schema: {name: [1], version: 1}\nconfigs: {a: 1}",
        "schema: {rules: 3}\nconfigs: {a: 1}",
        "42",
        'schema: {name: "a\\0b", version: "1"}\nconfigs: {"${{$include(\\0/1)}}": {}}',
        "\u0085\u2028\U0001f600: [",
    ],
    ids=lambda text: repr(text[:24]),
)
def test_whatever_text_is_sent_is_answered(company: Company, text: str) -> None:
    api = author(company)
    for body in (
        {"template": text},
        {"template": text, "schema": text, "specification": text},
        {"template": "configs: {a: 1}", "schema": text, "specification": text},
    ):
        answer = api.post("check-template/", body)
        assert answer.status_code == 200, answer.content[:500]
        assert isinstance(answer.json()["findings"], list)


def test_what_is_no_text_is_refused(company: Company) -> None:
    api = author(company)
    for text in ("a\x00b", "x" * (1024 * 1024 + 1), ["a"], {"a": 1}, None, True):
        answer = api.post("check-template/", {"template": text})
        assert said(answer) == (400, "invalid")
        assert keys(answer) == ["template"]
    lone = rb'{"template": "a\ud800b"}'
    answer = api.client.post("/api/v1/check-template/", lone, content_type="application/json")
    assert said(answer) == (400, "invalid")
    raw = json.dumps({"template": "configs: {}"}).encode("utf-16")
    answer = api.client.post("/api/v1/check-template/", raw, content_type="application/json")
    assert said(answer) == (400, "parse-error")
    large = b'{"template": "' + b"x" * (9 << 20) + b'"}'
    answer = api.client.post("/api/v1/check-template/", large, content_type="application/json")
    assert said(answer) == (413, "too-large")


def test_only_who_writes_solutions_may_ask(company: Company) -> None:
    body = {"template": "configs: {}"}
    assert said(Api(None).post("check-template/", body)) == (401, "not-authenticated")
    for name, role in (("vic", "solution-viewer"), ("ada", "configuration-author")):
        refused = Api(company.person(name, role)).post("check-template/", body)
        assert said(refused) == (403, "right-missing")
    node = company.solution("pump").template.node
    assert check(Api(company.person("pia", "solution-author", node)), "configs: {a: 1}") == []


def test_names_are_those_of_a_context_in_which_one_writes(company: Company) -> None:
    root = Api(company.root_user)
    other = contexts.create(company.root_user, "fabrikam", ["Line"])
    assert keys(root.post("check-template/", {"template": "configs: {}"})) == ["context"]
    assert check(root, "configs: {}", context=other.pk) == []
    elsewhere = {"template": "configs: {}", "context": other.pk}
    assert keys(author(company).post("check-template/", elsewhere)) == ["context"]


def test_nothing_is_kept(company: Company) -> None:
    api = author(company)
    before = Event.objects.count()
    check(api, TEMPLATE, schema=SCHEMA.replace("itn", "int"))
    assert Event.objects.count() == before
    assert not SchemaVersion.objects.exists()
    assert not SolutionTemplateVersion.objects.exists()
