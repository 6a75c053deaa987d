"""What an edit would change, asked over REST."""

import pytest

from orchestration.models import ConfigurationRevision, SolutionInstance, SolutionTemplateVersion
from orchestration.resolution import MASK
from orchestration.services import catalog, configuration, publishing
from orchestration.services.configuration import Edit
from tests.integration.api.conftest import Api, keys, said
from tests.integration.conftest import Company

RULES = """
rules:
  configs:
    Speed: {type: int, required: true, minValue: 1, maxValue: 100, editableBy: [OT], unit: rpm}
    License: {type: string, editableBy: [IT]}
    Pin: {type: string, secret: true, editableBy: [OT]}
"""
CONFIG = "configs: {Speed: '${{$val(Speed)}}', Pin: '${{$val(Pin)}}'}"


@pytest.fixture
def version(company: Company) -> SolutionTemplateVersion:
    """Published on the three lines of alpha; alpha-3 has its own speed, alpha-1 runs it."""
    by = company.root_user
    catalog.create_schema_version(by, company.context, text=RULES, name="pump", version="1.0.0")
    made = created(company, "1.0.0", CONFIG)
    alpha, third = company.factories["alpha"], company.lines["alpha-3"].node
    configuration.save(
        by, made, [Edit(alpha, {"Speed": 60, "Pin": "0815-4711"}, 0), Edit(third, {"Speed": 70}, 0)]
    )
    lines = [company.lines[f"alpha-{n}"] for n in (1, 2, 3)]
    first, *_others = publishing.publish(by, made, lines)
    SolutionInstance.objects.filter(target=lines[0]).update(current=first.revision)
    return made


def created(company: Company, version: str, text: str) -> SolutionTemplateVersion:
    source = catalog.SolutionSource("pump", version, text, {}, schema="pump/1.0.0")
    return catalog.create_solution_version(company.root_user, company.context, source)


def olga(company: Company) -> Api:
    user = company.person("olga", "configuration-author", company.factories["alpha"])
    company.person("olga", "solution-viewer")
    return Api(user)


def test_the_effect_of_values_is_told_before_they_are_saved(
    company: Company, version: SolutionTemplateVersion
) -> None:
    alpha = company.factories["alpha"]
    edits = [{"node": alpha.pk, "values": {"Speed": 65, "Pin": MASK}, "base": 1}]
    answer = olga(company).post(
        "configurations/impact/", {"version": version.pk, "edits": edits, "limit": 1}
    )
    assert answer.status_code == 200, answer.json()
    (group,) = answer.json().pop("groups")
    told = {key: value for key, value in answer.json().items() if key != "groups"}
    assert told == {
        "looked_at": 3,
        "changed": 2,
        "deployed": 1,
        "would_break": 0,
        "would_be_mended": 0,
        "overridden": 1,
        "everywhere": True,
    }
    assert group["changes"] == [
        {"key": "Speed", "kind": "changed", "before": 60, "after": 65, "secret": False}
    ]
    assert (group["count"], group["deployed_count"], group["more"]) == (2, 1, 1)
    assert [line["line"] for line in group["lines"]] == ["alpha-1"]
    assert group["lines"][0]["deployed"] is True
    assert ConfigurationRevision.objects.filter(node=alpha).count() == 1


def test_what_would_break_is_told_with_its_reasons(
    company: Company, version: SolutionTemplateVersion
) -> None:
    edits = [{"node": company.factories["alpha"].pk, "values": {"Pin": "0815-9999"}}]
    answer = olga(company).post("configurations/impact/", {"version": version.pk, "edits": edits})
    found = answer.json()
    assert found["would_break"] == 2
    broken = next(group for group in found["groups"] if group["problems"])
    assert [(one["key"], one["code"]) for one in broken["problems"]] == [("Speed", "required")]
    assert "0815" not in answer.content.decode()


def test_it_takes_the_right_to_save(company: Company, version: SolutionTemplateVersion) -> None:
    api, alpha = olga(company), company.factories["alpha"]
    body = {"version": version.pk, "edits": [{"node": alpha.pk, "values": {"License": "x"}}]}
    assert said(api.post("configurations/impact/", body)) == (403, "right-missing")
    beta = {"node": company.factories["beta"].pk, "values": {"Speed": 1}}
    answer = api.post("configurations/impact/", {"version": version.pk, "edits": [beta]})
    assert answer.status_code == 400
    assert said(api.post("configurations/impact/", {"version": version.pk}))[0] == 400
    assert keys(api.post("configurations/impact/", body | {"more": 1})) == ["more"]


def test_the_effect_of_texts_is_told_before_there_is_a_version(
    company: Company, version: SolutionTemplateVersion
) -> None:
    root, address = Api(company.root_user), f"solutions/{version.template_id}/impact/"
    text = "configs: {Speed: '${{$val(Speed)+1}}'}"
    found = root.post(address, {"config_text": text, "schema": "pump/1.0.0"}).json()
    assert (found["changed"], found["everywhere"]) == (3, True)
    speeds = {(c["before"], c["after"]) for g in found["groups"] for c in g["changes"]}
    assert speeds >= {(60, 61), (70, 71)}
    broken = root.post(address, {"config_text": "configs: {Speed: '${{$vall(Speed)}}'}"})
    assert said(broken) == (422, "template-refused")
    assert said(olga(company).post(address, {"config_text": text})) == (403, "right-missing")
    assert version.template.versions.count() == 1


def test_the_effect_of_a_version_is_told_before_it_is_published(
    company: Company, version: SolutionTemplateVersion
) -> None:
    newer = created(company, "1.1.0", "configs: {Speed: '${{$val(Speed)*2}}'}")
    answer = olga(company).post(f"solution-versions/{newer.pk}/impact/")
    assert answer.status_code == 200, answer.json()
    found = answer.json()
    assert (found["looked_at"], found["changed"], found["everywhere"]) == (3, 3, False)
    # 60 doubled breaks the rule on two lines, and 70 on the third.
    assert [(group["count"], len(group["problems"])) for group in found["groups"]] == [
        (2, 1),
        (1, 1),
    ]
    assert olga(company).post("solution-versions/9999/impact/").status_code == 404
