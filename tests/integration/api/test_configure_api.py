"""Values, review, publishing and revisions over REST."""

from typing import Any

import pytest
from django.test import Client

from orchestration.models import (
    ConfigurationRevision,
    Deployment,
    Event,
    SolutionInstance,
    SolutionTemplateVersion,
    SolutionVersion,
)
from orchestration.resolution import MASK
from orchestration.services import catalog
from tests.integration.api.conftest import Api, keys, said
from tests.integration.conftest import Company
from tests.integration.opening import opened
from tests.integration.pages import site

RULES = """
rules:
  configs:
    Speed: {type: int, required: true, minValue: 1, maxValue: 100, editableBy: [OT], unit: rpm}
    Label: {type: string, defaultValue: none}
    License: {type: string, editableBy: [IT]}
    Pin: {type: string, secret: true, editableBy: [OT]}
"""
CONFIG = """
configs:
  Speed: ${{$val(Speed)}}
  Label: ${{$val(Label)}}
"""


@pytest.fixture
def version(company: Company) -> SolutionTemplateVersion:
    by = company.root_user
    catalog.create_schema_version(
        by, company.context, text=RULES, name="pumpRules", version="1.0.0"
    )
    source = catalog.SolutionSource(
        name="pump",
        version="1.0.0",
        config_text=CONFIG,
        schema="pumpRules/1.0.0",
        specification={"components": [{"name": "p", "type": "mock", "properties": {}}]},
        capabilities=["soap"],
    )
    return catalog.create_solution_version(by, company.context, source)


def author(company: Company, name: str = "olga", factory: str = "alpha") -> Api:
    user = company.person(name, "configuration-author", company.factories[factory])
    company.person(name, "solution-viewer")
    return Api(user)


def sheet(company: Company, version: SolutionTemplateVersion, place: str) -> str:
    node = company.factories[place] if place in company.factories else company.lines[place].node
    return f"configurations/{node.pk}/{version.template_id}/"


def field(answer: Any, key: str) -> dict[str, Any]:
    fields: list[dict[str, Any]] = answer.json()["fields"]
    return next(one for one in fields if one["key"] == key)


def test_values_are_saved_and_inherited(company: Company, version: SolutionTemplateVersion) -> None:
    api = author(company)
    top, line = sheet(company, version, "alpha"), sheet(company, version, "alpha-1")
    assert (api.get(top).json()["base"], api.get(top).json()["values"]) == (0, {})
    saved = api.put(top, {"values": {"Speed": 60}, "base": 0, "comment": "start"})
    assert saved.status_code == 200, saved.json()
    assert (saved.json()["base"], saved.json()["author"]) == (1, "olga")
    speed = field(api.get(line), "Speed")
    assert (speed["own"], speed["inherited"], speed["unit"]) == (None, 60, "rpm")
    assert speed["inherited_from"]["name"] == "alpha"
    assert field(api.get(line), "Label")["inherited"] == "none"
    api.put(top, {"values": {"Speed": 65}, "base": 1})
    history = api.get(top + "history/").json()
    assert [(row["number"], row["values"]) for row in history] == [
        (2, {"Speed": 65}),
        (1, {"Speed": 60}),
    ]


def test_a_stale_edit_is_shown_both_sides(
    company: Company, version: SolutionTemplateVersion
) -> None:
    first, second = author(company), author(company, "otis")
    address = sheet(company, version, "alpha-1")
    first.put(address, {"values": {"Speed": 60}, "base": 0})
    late = second.put(address, {"values": {"Speed": 70}, "base": 0})
    assert said(late) == (412, "values-changed")
    params = late.json()["params"]
    assert (params["theirs"], params["yours"]) == ({"Speed": 60}, {"Speed": 70})
    assert (params["by"], params["current"]) == ("olga", 1)
    assert ConfigurationRevision.objects.get().values == {"Speed": 60}


def test_values_that_break_the_rules_are_all_named(
    company: Company, version: SolutionTemplateVersion
) -> None:
    body = {"values": {"Speed": 1000, "Label": 5}, "base": 0}
    answer = author(company).put(sheet(company, version, "alpha-1"), body)
    assert said(answer) == (422, "values-refused")
    assert keys(answer) == ["Label", "Speed"]
    assert not ConfigurationRevision.objects.exists()


@pytest.mark.parametrize(
    ("body", "wrong"),
    [
        ({"values": [], "base": 0}, ["values"]),
        ({"values": {}, "base": "x"}, ["base"]),
        ({"values": {}}, ["base"]),
        ({"values": {"a": {"b": "\x00"}}, "base": 0}, ["values"]),
        ({"vals": {}, "base": 0}, ["vals"]),
    ],
)
def test_a_body_that_is_no_edit_is_refused(
    company: Company, version: SolutionTemplateVersion, body: dict[str, Any], wrong: list[str]
) -> None:
    answer = author(company).put(sheet(company, version, "alpha-1"), body)
    assert said(answer) == (400, "invalid")
    assert keys(answer) == wrong


@pytest.mark.parametrize(
    "raw",
    [b"{", b"[" * 100_000, b'{"values": {"a": NaN}, "base": 0}', b"\xff\xfe", b'"text"'],
)
def test_bodies_that_are_no_json_object_are_refused(
    company: Company, version: SolutionTemplateVersion, raw: bytes
) -> None:
    api = author(company)
    address = f"/api/v1/{sheet(company, version, 'alpha-1')}"
    answer = api.client.put(address, raw, content_type="application/json")
    assert said(answer)[0] == 400
    assert not ConfigurationRevision.objects.exists()


def test_values_of_it_are_read_only_for_operations(
    company: Company, version: SolutionTemplateVersion
) -> None:
    api = author(company)
    address = sheet(company, version, "alpha-1")
    licence = field(api.get(address), "License")
    assert licence["editable"] is False
    assert "Change configuration values kept by IT" in licence["reason"]
    answer = api.put(address, {"values": {"License": "x"}, "base": 0})
    assert said(answer) == (403, "right-missing")


def test_a_secret_is_never_shown_and_survives_an_edit(
    company: Company, version: SolutionTemplateVersion
) -> None:
    api = author(company)
    address = sheet(company, version, "alpha-1")
    answers = [api.put(address, {"values": {"Pin": "4711", "Speed": 5}, "base": 0})]
    shown = answers[0].json()["values"]
    answers.append(api.put(address, {"values": shown | {"Speed": 6}, "base": 1}))
    answers += [api.get(address), api.get(address + "history/")]
    assert all("4711" not in answer.content.decode() for answer in answers)
    newest = ConfigurationRevision.objects.first()
    assert newest is not None
    assert "4711" not in str(newest.values)
    assert opened(newest.values) == {"Pin": "4711", "Speed": 6}


def test_values_of_strangers_are_not_found(
    company: Company, version: SolutionTemplateVersion
) -> None:
    own = author(company)
    own.put(sheet(company, version, "alpha-1"), {"values": {"Speed": 5}, "base": 0})
    stranger = author(company, "stan", "beta")
    hidden = stranger.get(sheet(company, version, "alpha-1"))
    absent = stranger.get(f"configurations/99999/{version.template_id}/")
    assert said(hidden) == said(absent) == (404, "not-found")
    assert hidden.content == absent.content
    body = {"values": {"Speed": 6}, "base": 1}
    assert stranger.put(sheet(company, version, "alpha-1"), body).content == absent.content


def test_several_places_are_saved_together_or_not_at_all(
    company: Company, version: SolutionTemplateVersion
) -> None:
    api = author(company)
    nodes = [company.lines[name].pk for name in ("alpha-1", "alpha-2")]
    edits = [{"node": pk, "values": {"Speed": 10}, "base": 0} for pk in nodes]
    edits[1]["values"] = {"Speed": 1000}
    body = {"version": version.pk, "edits": edits}
    assert said(api.post("configurations/", body)) == (422, "values-refused")
    assert not ConfigurationRevision.objects.exists()
    edits[1]["values"] = {"Speed": 20}
    saved = api.post("configurations/", body)
    assert [row["values"] for row in saved.json()] == [{"Speed": 10}, {"Speed": 20}]


def lines(company: Company, *names: str) -> list[int]:
    return [company.lines[name].pk for name in names]


def test_review_says_what_each_line_would_get(
    company: Company, version: SolutionTemplateVersion
) -> None:
    api = author(company)
    api.put(sheet(company, version, "alpha-1"), {"values": {"Speed": 60}, "base": 0})
    body = {"version": version.pk, "targets": lines(company, "alpha-1", "alpha-2")}
    good, bad = api.post("review/", body).json()
    assert (good["ok"], good["configuration"]) == (True, {"Speed": 60, "Label": "none"})
    assert {change["key"] for change in good["changes"]} == {"Speed", "Label"}
    assert (bad["ok"], bad["configuration"]) == (False, None)
    assert [(p["key"], p["code"]) for p in bad["problems"]] == [("Speed", "required")]
    assert not SolutionInstance.objects.exists()


def test_publishing_makes_revisions_line_by_line(
    company: Company, version: SolutionTemplateVersion
) -> None:
    api = author(company)
    api.put(sheet(company, version, "alpha-1"), {"values": {"Speed": 60}, "base": 0})
    body = {"version": version.pk, "targets": lines(company, "alpha-1", "alpha-2")}
    good, bad = api.post("publish/", body | {"comment": "first"}).json()
    assert (good["outcome"], good["revision"]["label"]) == ("published", "1.0.0.1")
    assert (bad["outcome"], bad["revision"]) == ("failed", None)
    assert api.post("publish/", body).json()[0]["outcome"] == "unchanged"
    api.put(sheet(company, version, "alpha-1"), {"values": {"Speed": 70}, "base": 1})
    second = api.post("publish/", body).json()[0]["revision"]
    assert second["label"] == "1.0.0.2"

    found = api.get(f"revisions/{second['id']}/").json()
    assert found["configuration"]["Speed"] == 70
    origin = (
        found["provenance"]["Speed"]["inputs"]["Speed"]
        if (found["provenance"]["Speed"]["source"] == "expression")
        else found["provenance"]["Speed"]
    )
    assert (origin["source"], origin["name"]) == ("value", "alpha-1")
    (change,) = api.get(
        f"revisions/{second['id']}/compare/", **{"with": good["revision"]["id"]}
    ).json()
    assert (change["key"], change["before"], change["after"]) == ("Speed", 60, 70)
    listed = api.get("revisions/", target=company.lines["alpha-1"].pk).json()["results"]
    assert [row["label"] for row in listed] == ["1.0.0.2", "1.0.0.1"]
    assert api.delete(f"revisions/{good['revision']['id']}/").status_code == 204
    assert said(api.get(f"revisions/{good['revision']['id']}/")) == (404, "not-found")


def test_a_line_that_lacks_a_capability_fails_with_its_name(
    company: Company, version: SolutionTemplateVersion
) -> None:
    company.lines["alpha-1"].capabilities.clear()
    api = author(company)
    api.put(sheet(company, version, "alpha"), {"values": {"Speed": 60}, "base": 0})
    body = {"version": version.pk, "targets": lines(company, "alpha-1")}
    (line,) = api.post("publish/", body).json()
    assert (line["outcome"], line["missing_capabilities"]) == ("failed", ["soap"])


def test_publishing_needs_the_right_and_sight_of_the_lines(
    company: Company, version: SolutionTemplateVersion
) -> None:
    viewer = company.person("vera", "configuration-viewer", company.factories["alpha"])
    company.person("vera", "solution-viewer")
    body = {"version": version.pk, "targets": lines(company, "alpha-1")}
    assert said(Api(viewer).post("publish/", body)) == (403, "right-missing")
    assert said(Api(viewer).post("review/", body)) == (403, "right-missing")
    mixed = {"version": version.pk, "targets": lines(company, "alpha-1", "beta-1")}
    answer = author(company).post("publish/", mixed)
    assert (said(answer), keys(answer)) == ((400, "invalid"), ["targets"])
    absent = author(company).post("publish/", {"version": 99999, "targets": [99999]})
    assert keys(absent) == ["targets", "version"]
    assert not SolutionVersion.objects.exists()
    assert not Event.objects.filter(kind="revision.published").exists()


SECRETS = """
configs:
  Speed: ${{$val(Speed)}}
  Login: {Word: '${{$val(Pin)}}'}
"""
CANARY = ("canary-4711", "canary-4712", "canary-4713")


@pytest.fixture
def locked(company: Company, version: SolutionTemplateVersion) -> SolutionTemplateVersion:
    """A solution that writes its secret to a component, too."""
    component = {"name": "p", "type": "mock", "properties": {"key": "${{$property(Login.Word)}}"}}
    source = catalog.SolutionSource(
        name="pump",
        version="2.0.0",
        config_text=SECRETS,
        schema="pumpRules/1.0.0",
        specification={"components": [component]},
        capabilities=["soap"],
    )
    return catalog.create_solution_version(company.root_user, company.context, source)


def test_a_secret_is_in_no_answer_and_on_no_page(
    company: Company, locked: SolutionTemplateVersion
) -> None:
    company.person("olga", "deployment-manager")
    api, line = author(company), company.lines["alpha-1"]
    company.agent("alpha")
    address, target = sheet(company, locked, "alpha-1"), {"targets": [line.pk]}
    answers, made = [], []
    for base, word in enumerate(CANARY):
        saved = {"values": {"Pin": word, "Speed": 5}, "base": base, "comment": "new"}
        answers.append(api.put(address, saved))
        answers.append(api.post("review/", {"version": locked.pk, **target}))
        body = {"version": locked.pk, "comment": "x", **target}
        answers.append(api.post("publish/", body))
        made.append(SolutionVersion.objects.latest("pk"))
        if base < 2:  # the last one is left to be confirmed
            attempt = site.deployed(company.root_user, made[-1])
    one, two, _ = made
    assert not any(word in two.content for word in CANARY)
    stale = api.put(address, {"values": {"Pin": CANARY[0], "Speed": 6}, "base": 0})
    assert said(stale) == (412, "values-changed")
    assert stale.json()["params"]["theirs"] == {"Pin": MASK, "Speed": 5}
    compared = api.get(f"revisions/{two.pk}/compare/", **{"with": one.pk})
    assert compared.json() == [
        {"key": "Login.Word", "kind": "changed", "before": None, "after": None, "secret": True}
    ]
    detail = api.get(f"revisions/{two.pk}/")
    assert detail.json()["configuration"] == {"Speed": 5, "Login": {"Word": MASK}}
    assert detail.json()["components"][0]["properties"] == {"key": MASK}
    answers += [compared, detail, api.get(address), api.get(address + "history/")]
    nouns = ("revisions", "instances", "deployments", "rollouts", "events", "solution-versions")
    answers += [api.get(f"{noun}/") for noun in nouns]
    answers.append(api.get(f"deployments/{attempt.pk}/"))
    answers += pages(company, locked, one, two, attempt)
    assert [one.request["PATH_INFO"] for one in answers if one.status_code != 200] == []
    answers.append(stale)
    told = [one for one in answers if any(word in one.content.decode() for word in CANARY)]
    assert [one.request["PATH_INFO"] for one in told] == []


def pages(
    company: Company,
    version: SolutionTemplateVersion,
    one: SolutionVersion,
    two: SolutionVersion,
    attempt: Deployment,
) -> list[Any]:
    """Every page on which somebody who configures and deploys could meet the secret."""
    olga, instance, line = company.person("olga"), two.instance_id, company.lines["alpha-1"]
    browser = site.signed_in(Client(), olga)
    node, solution = line.node.pk, version.template_id
    review = f"version={version.pk}&lines={line.pk}"
    return [
        browser.get(path)
        for path in (
            f"/monitor/targets/{line.pk}/",
            f"/monitor/deployments/{attempt.pk}/",
            "/monitor/events/",
            f"/deploy/confirm/?instance={instance}",
            f"/deploy/instances/{instance}/roll-back/?revision={one.pk}",
            f"/configure/published/{two.pk}/",
            f"/configure/published/{two.pk}/configuration.yaml",
            f"/configure/published/compare/?revision={one.pk}&revision={two.pk}",
            f"/configure/nodes/{node}/solutions/{solution}/",
            f"/configure/nodes/{node}/solutions/{solution}/history/?save=1&save=2",
            f"/configure/solutions/review/?{review}",
            f"/configure/solutions/review/{line.pk}/?{review}",
            f"/configure/solutions/review/{line.pk}/configuration.yaml?{review}",
        )
    ]


def test_with_what_was_reviewed_nothing_else_is_published(
    company: Company, version: SolutionTemplateVersion
) -> None:
    api = author(company)
    place = sheet(company, version, "alpha-1")
    api.put(place, {"values": {"Speed": 60}, "base": 0})
    body = {"version": version.pk, "targets": lines(company, "alpha-1")}
    (seen,) = api.post("review/", body).json()
    reviewed = body | {"reviewed": {str(seen["target"]["id"]): seen["digest"]}}
    api.put(place, {"values": {"Speed": 70}, "base": 1})
    assert said(api.post("publish/", reviewed)) == (409, "reviewed-meanwhile")
    assert not SolutionVersion.objects.exists()
    api.put(place, {"values": {"Speed": 60}, "base": 2})
    assert api.post("publish/", reviewed).json()[0]["outcome"] == "published"
    answer = api.post("publish/", body | {"reviewed": {"alpha-1": seen["digest"]}})
    assert (said(answer), keys(answer)) == ((400, "invalid"), ["reviewed"])
