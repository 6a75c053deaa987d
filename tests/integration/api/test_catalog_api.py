"""Schemas, solutions and importing over REST."""

import json
from pathlib import Path

from django.core.files.uploadedfile import SimpleUploadedFile
from jsonschema import Draft202012Validator

from orchestration.models import Schema, SchemaVersion, SolutionTemplateVersion
from tests.integration.api.conftest import Api, keys, said
from tests.integration.conftest import Company

FILES = Path(__file__).resolve().parents[2] / "data" / "basic"
RULES = "rules:\n  configs:\n    Speed: {type: int, required: true, maxValue: 100, unit: rpm}\n"
CONFIG = "schema: {name: rules, version: 1.0.0}\nconfigs:\n  Speed: ${{$val(Speed)}}\n"


def author(company: Company) -> Api:
    return Api(company.person("sol", "solution-author"))


def schema_body(company: Company, text: str = RULES) -> dict[str, object]:
    return {"context": company.context.pk, "name": "rules", "version": "1.0.0", "text": text}


def solution_body(company: Company, **more: object) -> dict[str, object]:
    body = {"context": company.context.pk, "name": "pump", "version": "1.0.0"}
    return {**body, "config_text": CONFIG, **more}


def test_a_schema_version_is_made_and_published_as_json_schema(company: Company) -> None:
    api = author(company)
    made = api.post("schema-versions/", schema_body(company))
    assert made.status_code == 201, made.json()
    address = f"schema-versions/{made.json()['id']}/"
    assert api.get(address).json()["text"] == RULES
    speed = api.get(address + "json-schema/").json()["properties"]["Speed"]
    assert (speed["type"], speed["maximum"]) == ("integer", 100)
    (schema,) = api.get("schemas/", name="rules").json()["results"]
    assert schema["versions"] == [{"id": made.json()["id"], "version": "1.0.0"}]
    assert api.post("schema-versions/", schema_body(company)).json()["id"] == made.json()["id"]


def test_the_rules_of_a_solution_version_are_published_as_json_schema(company: Company) -> None:
    api = author(company)
    inline = "schema:\n  " + RULES.replace("\n", "\n  ").strip() + "\nconfigs: {Speed: 1}\n"
    for name, text, properties in (
        ("inline", inline, {"Speed"}),
        ("free", "configs: {Speed: 1}", set()),
    ):
        body = solution_body(company, name=name, config_text=text)
        made = api.post("solution-versions/", body).json()
        answer = api.get(f"solution-versions/{made['id']}/json-schema/")
        assert answer["Content-Type"] == "application/schema+json"
        Draft202012Validator.check_schema(answer.json())
        assert answer.json()["$schema"].endswith("/2020-12/schema")
        assert set(answer.json().get("properties", {})) == properties
    stranger = Api(company.person("vera", "configuration-viewer"))
    assert stranger.get(f"solution-versions/{made['id']}/json-schema/").status_code == 404


def test_a_version_never_changes(company: Company) -> None:
    api = author(company)
    api.post("schema-versions/", schema_body(company))
    other = api.post("schema-versions/", schema_body(company, RULES.replace("100", "200")))
    assert said(other) == (422, "version-exists")
    assert SchemaVersion.objects.get().text == RULES


def test_errors_of_a_file_come_with_line_and_column(company: Company) -> None:
    answer = author(company).post("schema-versions/", schema_body(company, "rules: [1,\n 2"))
    assert said(answer) == (422, "document-unreadable")
    assert answer.json()["problems"][0]["line"] > 0


def test_a_solution_version_is_made(company: Company) -> None:
    api = author(company)
    api.post("schema-versions/", schema_body(company))
    made = api.post("solution-versions/", solution_body(company, capabilities=["soap"]))
    assert made.status_code == 201, made.json()
    assert made.json()["schema"] == "rules/1.0.0"
    found = api.get(f"solutions/{made.json()['solution']}/").json()
    assert (found["name"], found["capabilities"]) == ("pump", ["soap"])
    assert api.get("solution-versions/", name="pump").json()["results"][0]["version"] == "1.0.0"


def test_what_is_wrong_with_a_solution_is_said(company: Company) -> None:
    api = author(company)
    assert said(api.post("solution-versions/", solution_body(company))) == (422, "schema-unknown")
    api.post("schema-versions/", schema_body(company))
    wrong = CONFIG + "  Other: ${{$vall(x)}}\n  More: ${{$val(}}\n"
    answer = api.post("solution-versions/", solution_body(company, config_text=wrong))
    assert said(answer) == (422, "template-refused")
    assert keys(answer) == ["More", "Other"]
    body = solution_body(company, version="first")
    assert said(api.post("solution-versions/", body)) == (422, "version-malformed")
    assert not SolutionTemplateVersion.objects.exists()


def test_who_may_only_look_makes_nothing(company: Company) -> None:
    viewer = Api(company.person("vic", "solution-viewer"))
    assert said(viewer.post("schema-versions/", schema_body(company))) == (403, "right-missing")
    assert said(viewer.post("solution-versions/", solution_body(company)))[0] == 403
    assert not Schema.objects.exists()


def test_a_stranger_to_the_catalog_sees_none_of_it(company: Company) -> None:
    made = author(company).post("schema-versions/", schema_body(company)).json()
    stranger = Api(company.person("vera", "configuration-viewer", company.factories["alpha"]))
    hidden = stranger.get(f"schema-versions/{made['id']}/")
    absent = stranger.get("schema-versions/99999/")
    assert hidden.content == absent.content
    assert stranger.get("schemas/").json()["results"] == []
    assert stranger.get("solutions/").json()["results"] == []


def files() -> dict[str, str]:
    names = {
        "schema": "schema.yaml",
        "template": "template.yaml",
        "specification": "specification.json",
        "values": "values.yaml",
    }
    return {key: (FILES / name).read_text() for key, name in names.items()}


def test_files_are_imported_as_text(company: Company) -> None:
    body = files() | {
        "context": company.context.pk,
        "name": "mixer",
        "version": "1.0.0",
        "at": company.factories["alpha"].pk,
        "capabilities": ["soap"],
    }
    api = Api(company.root_user)
    made = api.post("imports/", body)
    assert made.status_code == 201, made.json()
    assert made.json()["schema_version"]["name"] == "commonrules/1.0.0"
    assert made.json()["configuration"] == {"node": company.factories["alpha"].pk, "number": 1}
    assert any("mixerRules/1.0.0" in warning for warning in made.json()["warnings"])
    again = api.post("imports/", body)
    assert again.json()["solution_version"] == made.json()["solution_version"]
    assert again.json()["configuration"] is None


def test_files_are_imported_as_uploads(company: Company) -> None:
    uploads = {
        key: SimpleUploadedFile(f"{key}.yaml", text.encode())
        for key, text in files().items()
        if key != "values"
    }
    form = uploads | {
        "context": str(company.context.pk),
        "name": "mixer",
        "version": "1.0.0",
        "capabilities": "soap",
    }
    made = Api(company.root_user).client.post("/api/v1/imports/", form, format="multipart")
    assert made.status_code == 201, made.json()
    row = SolutionTemplateVersion.objects.get()
    assert row.specification == json.loads(files()["specification"])
    assert [c.name for c in row.template.capabilities.all()] == ["soap"]


def test_an_import_is_whole_or_not_at_all(company: Company) -> None:
    body = files() | {"context": company.context.pk, "name": "mixer", "version": "1.0.0"}
    answer = Api(company.root_user).post("imports/", body)
    assert said(answer) == (422, "place-missing")
    assert not Schema.objects.exists()
    assert not SolutionTemplateVersion.objects.exists()
