"""Where values come from, told over REST."""

import pytest

from orchestration.models import SolutionInstance, SolutionTemplateVersion
from orchestration.services import catalog
from tests.integration.api.conftest import Api, said
from tests.integration.conftest import Company

RULES = """
rules:
  configs:
    Speed: {type: int, required: true, editableBy: [OT], unit: rpm}
    Label: {type: string, defaultValue: none}
    Pin: {type: string, secret: true, editableBy: [OT]}
"""
CONFIG = """
configs:
  Speed: ${{$val(Speed)}}
  Label: ${{$val(Label)}}
  Code: ${{$val(Pin)}}
  Twice: ${{$val(Speed)*2}}
  Pace: ${{$val(Speed)}}
"""


@pytest.fixture
def version(company: Company) -> SolutionTemplateVersion:
    by = company.root_user
    catalog.create_schema_version(by, company.context, text=RULES, name="pump", version="1.0.0")
    source = catalog.SolutionSource("pump", "1.0.0", CONFIG, {}, schema="pump/1.0.0")
    return catalog.create_solution_version(by, company.context, source)


def author(company: Company) -> Api:
    user = company.person("olga", "configuration-author", company.factories["alpha"])
    company.person("olga", "solution-viewer")
    return Api(user)


def sheet(company: Company, version: SolutionTemplateVersion, place: str) -> str:
    line = company.lines.get(place)
    node = line.node if line else company.factories[place]
    return f"configurations/{node.pk}/{version.template_id}/"


def test_where_a_value_comes_from_is_data_and_a_sentence(
    company: Company, version: SolutionTemplateVersion
) -> None:
    api, line = author(company), company.lines["alpha-1"]
    api.put(sheet(company, version, "alpha"), {"values": {"Speed": 60, "Pin": "0815"}, "base": 0})
    api.put(sheet(company, version, "alpha-1"), {"values": {"Speed": 70}, "base": 0})
    body = {"version": version.pk, "targets": [line.pk], "provenance": True}
    (reviewed,) = api.post("review/", body).json()
    speed = reviewed["provenance"]["Speed"]
    assert (speed["source"], speed["level"], speed["name"]) == ("value", "Line", "alpha-1")
    assert (speed["by"], speed["node"], speed["revision"]) == ("olga", line.pk, 1)
    assert speed["sentence"].startswith("70 rpm, set by olga at Line alpha-1 on ")
    assert speed["sentence"].endswith(", over 60 rpm from Factory alpha")
    (shadow,) = speed["shadows"]
    assert (shadow["name"], shadow["by"], shadow["value"]) == ("alpha", "olga", 60)
    label = reviewed["provenance"]["Label"]
    assert (label["source"], label["sentence"]) == (
        "schema-default",
        "none, default of the solution",
    )
    plain = {"version": version.pk, "targets": [line.pk]}
    assert api.post("review/", plain).json()[0]["provenance"] is None
    (made,) = api.post("publish/", plain).json()
    assert reviewed["provenance"]["Pace"]["sentence"].endswith(", over 60 rpm from Factory alpha")
    assert reviewed["provenance"]["Twice"]["sentence"] == (
        "140, worked out from Speed (Line alpha-1)"
    )
    assert reviewed["provenance"]["Twice"]["inputs"]["Speed"]["by"] == "olga"
    assert "0815" not in str(reviewed)
    stored = api.get(f"revisions/{made['revision']['id']}/").json()["provenance"]
    assert stored["Speed"] == speed


def test_a_revision_is_compared_with_what_runs(
    company: Company, version: SolutionTemplateVersion
) -> None:
    api, line = author(company), company.lines["alpha-1"]
    body = {"version": version.pk, "targets": [line.pk]}
    made = []
    for base, speed in ((0, 60), (1, 70)):
        values = {"values": {"Speed": speed}, "base": base}
        assert api.put(sheet(company, version, "alpha-1"), values).status_code == 200
        made.append(api.post("publish/", body).json()[0]["revision"]["id"])
    address = f"revisions/{made[1]}/compare/"
    added = api.get(address, **{"with": "running"}).json()
    assert {change["kind"] for change in added} == {"added"}
    SolutionInstance.objects.update(current=made[0])
    changed = api.get(address, **{"with": "running"}).json()
    assert ("Speed", 60, 70) in [(one["key"], one["before"], one["after"]) for one in changed]
    assert said(api.get(address, **{"with": "yesterday"}))[0] == 400


def test_of_a_place_one_may_not_see_only_the_name_is_told(
    company: Company, version: SolutionTemplateVersion
) -> None:
    api = author(company)
    api.put(sheet(company, version, "alpha"), {"values": {"Speed": 60}, "base": 0})
    company.person("lena", "configuration-author", company.lines["alpha-1"].node)
    lena = Api(company.person("lena", "solution-viewer"))
    body = {"version": version.pk, "targets": [company.lines["alpha-1"].pk], "provenance": True}
    speed = lena.post("review/", body).json()[0]["provenance"]["Speed"]
    assert (speed["name"], speed["by"], speed["at"], speed["node"]) == ("alpha", "", None, None)
    assert speed["sentence"] == "60 rpm, set at Factory alpha"
