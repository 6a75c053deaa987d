"""Thousands of lines in one call: what is accepted, what becomes of each line, who sees it."""

import uuid
from typing import Any

import pytest

from orchestration.models import (
    Deployment,
    Event,
    Operation,
    SolutionTemplateVersion,
    SolutionVersion,
)
from orchestration.services import catalog, operations_running
from tests.integration.api.conftest import Api, keys, said
from tests.integration.conftest import Company

TEMPLATE = """
schema:
  rules:
    configs:
      Speed: {type: int, required: true, maxValue: 9}
configs:
  Speed: ${{$val(Speed)}}
"""
LINES = ["alpha-1", "alpha-2", "beta-1"]


@pytest.fixture
def press(company: Company) -> SolutionTemplateVersion:
    source = catalog.SolutionSource("press", "1.0.0", TEMPLATE, {"components": []})
    return catalog.create_solution_version(company.root_user, company.context, source)


@pytest.fixture
def ana(company: Company) -> Api:
    """Configuration author at factory alpha, who sees every line and the catalog."""
    company.person("ana", "configuration-author", company.factories["alpha"])
    company.person("ana", "configuration-viewer")
    return Api(company.person("ana", "solution-viewer"))


def give_speed(company: Company, press: SolutionTemplateVersion, *lines: str) -> None:
    for line in lines:
        target = company.lines[line].pk
        body = {"values": {"Speed": 5}, "base": 0}
        address = f"configurations/{target}/{press.template_id}/"
        assert Api(company.root_user).put(address, body).status_code == 200


def done(api: Api, answer: Any) -> dict[str, Any]:
    """The operation of an answer, once the workers have been there."""
    assert answer.status_code == 202, answer.json()
    operations_running.advance_due()
    found: dict[str, Any] = api.client.get(answer["Location"]).json()
    return found


def results(api: Api, operation: dict[str, Any], **query: Any) -> dict[object, Any]:
    rows = api.get(f"operations/{operation['id']}/results/", **query).json()["results"]
    return {row["asked"]: row for row in rows}


def test_publishing_is_accepted_and_then_done(
    company: Company, press: SolutionTemplateVersion
) -> None:
    api = Api(company.root_user)
    give_speed(company, press, *LINES)
    answer = api.post("bulk/publish/", {"version": "press/1.0.0", "targets": LINES})
    first = answer.json()
    assert (first["state"], first["progress"]["active"]) == ("Pending", 3)
    assert answer["Retry-After"] == "1"
    assert not SolutionVersion.objects.exists()
    found = done(api, answer)
    assert (found["state"], found["word"]["label"]) == ("Succeeded", "Completed")
    assert found["progress"] == {"total": 3, "done": 3, "failed": 0, "cancelled": 0, "active": 0}
    assert "Retry-After" not in api.client.get(answer["Location"])
    rows = results(api, found)
    assert list(rows) == LINES
    assert {row["revision"]["label"] for row in rows.values()} == {"1.0.0.1"}
    again = done(api, api.post("bulk/publish/", {"version": press.pk, "targets": LINES}))
    assert {row["outcome"] for row in results(api, again).values()} == {"unchanged"}
    assert SolutionVersion.objects.count() == 3


def test_each_line_fails_by_itself(
    company: Company, press: SolutionTemplateVersion, ana: Api
) -> None:
    give_speed(company, press, "alpha-1", "beta-1")
    asked = [company.lines["alpha-1"].pk, "alpha-2", "beta-1", "nowhere", 987_654]
    found = done(ana, ana.post("bulk/publish/", {"version": press.pk, "targets": asked}))
    assert found["state"] == "FinishedWithFailures"
    assert found["progress"]["failed"] == 4
    rows = results(ana, found)
    assert [rows[one]["code"] for one in asked] == [
        "", "configuration-incomplete", "right-missing", "not-found", "not-found",
    ]  # fmt: skip
    assert rows["alpha-2"]["params"]["problems"][0]["key"] == "Speed"
    assert rows["beta-1"]["params"]["perm"] == "publish"
    assert "beta-1" in rows["beta-1"]["message"]
    assert list(results(ana, found, outcome="succeeded")) == asked[:1]


def test_what_may_not_be_seen_is_as_what_is_not_there(
    company: Company, press: SolutionTemplateVersion
) -> None:
    company.person("bob", "solution-viewer")
    api = Api(company.person("bob", "configuration-author", company.factories["alpha"]))
    hidden, absent = company.lines["beta-1"].pk, 987_654
    body = {"version": press.pk, "targets": [hidden, absent, "beta-2", "nothing-2"]}
    found = done(api, api.post("bulk/review/", body))
    rows = results(api, found)
    assert {row["code"] for row in rows.values()} == {"not-found"}
    told = [{**row, "asked": 0, "ended_at": ""} for row in rows.values()]
    assert told == [told[0]] * 4


def test_a_selector_finds_the_lines_that_the_person_sees(
    company: Company, press: SolutionTemplateVersion
) -> None:
    api = Api(company.root_user)
    give_speed(company, press, *company.lines)
    below = {"below": company.factories["alpha"].pk}
    found = done(api, api.post("bulk/publish/", {"version": press.pk, "selector": below}))
    assert found["progress"]["total"] == 3
    give_speed_again = {"values": {"Speed": 6}, "base": 1}
    address = f"configurations/{company.lines['alpha-2'].pk}/{press.template_id}/"
    assert api.put(address, give_speed_again).status_code == 200
    pending = {"solution": "press", "configuration_pending": True}
    again = done(api, api.post("bulk/publish/", {"version": press.pk, "selector": pending}))
    assert list(results(api, again)) == [company.lines["alpha-2"].pk]
    nothing = {"solution": "press", "state": "Deployed"}
    answer = api.post("bulk/publish/", {"version": press.pk, "selector": nothing})
    assert said(answer) == (422, "nothing-chosen")


def test_deploying_takes_the_newest_revision_of_each_line(
    company: Company, press: SolutionTemplateVersion
) -> None:
    company.agent("alpha")
    api = Api(company.person("dan", "deployment-manager"))
    first = company.revision("alpha-1", press, Speed=1)
    newest = company.revision("alpha-1", press, Speed=2)
    company.revision("alpha-2", press, Speed=1)
    body = {"solution": "press", "targets": ["alpha-1", "alpha-2", "alpha-3"], "comment": "now"}
    found = done(api, api.post("bulk/deploy/", body))
    rows = results(api, found)
    assert rows["alpha-1"]["revision"]["id"] == newest.pk != first.pk
    assert rows["alpha-1"]["deployment"]["state"] == "Pending"
    assert rows["alpha-3"]["code"] == "nothing-published"
    assert Deployment.objects.count() == 2
    assert {one.rollout.comment for one in Deployment.objects.all()} == {"now"}
    again = done(api, api.post("bulk/deploy/", body))
    assert [row["code"] for row in results(api, again).values()] == [
        "deployment-active", "deployment-active", "nothing-published",
    ]  # fmt: skip


def test_what_failed_is_done_again_as_a_new_operation(
    company: Company, press: SolutionTemplateVersion
) -> None:
    api = Api(company.root_user)
    give_speed(company, press, "alpha-1")
    body = {"version": press.pk, "targets": ["alpha-1", "alpha-2"]}
    first = done(api, api.post("bulk/publish/", body))
    give_speed(company, press, "alpha-2")
    second = done(api, api.post(f"operations/{first['id']}/retry/"))
    assert (second["retry_of"], second["state"]) == (first["id"], "Succeeded")
    assert list(results(api, second)) == [company.lines["alpha-2"].pk]
    assert said(api.post(f"operations/{second['id']}/retry/")) == (409, "nothing-failed")


def test_only_what_was_reviewed_is_published(
    company: Company, press: SolutionTemplateVersion
) -> None:
    api = Api(company.root_user)
    give_speed(company, press, "alpha-1", "alpha-2")
    body = {"version": press.pk, "targets": ["alpha-1", "alpha-2"]}
    review = done(api, api.post("bulk/review/", body))
    address = f"configurations/{company.lines['alpha-2'].pk}/{press.template_id}/"
    assert api.put(address, {"values": {"Speed": 9}, "base": 1}).status_code == 200
    lines = ["alpha-1", "alpha-2", "alpha-3"]
    wanted = {"version": press.pk, "targets": lines, "reviewed": review["id"]}
    rows = results(api, done(api, api.post("bulk/publish/", wanted)))
    assert [rows[line]["code"] for line in lines] == ["", "reviewed-meanwhile", "not-reviewed"]
    other = Api(company.person("eve", "admin"))
    assert keys(other.post("bulk/publish/", wanted)) == ["reviewed"]


def test_what_is_not_done_yet_can_be_called_off(
    company: Company, press: SolutionTemplateVersion
) -> None:
    api = Api(company.root_user)
    give_speed(company, press, *LINES)
    made = api.post("bulk/publish/", {"version": press.pk, "targets": LINES}).json()
    cancelled = api.post(f"operations/{made['id']}/cancel/")
    assert cancelled.json()["progress"]["cancelled"] == 3
    assert operations_running.advance_due() == 0
    assert not SolutionVersion.objects.exists()
    assert said(api.post(f"operations/{made['id']}/cancel/")) == (409, "operation-over")
    kinds = Event.objects.filter(kind__startswith="operation.").values_list("kind", flat=True)
    assert sorted(kinds) == ["operation.cancelled", "operation.started"]


def test_operations_are_ones_own_and_an_admin_sees_the_lines_they_look_after(
    company: Company, press: SolutionTemplateVersion, ana: Api
) -> None:
    give_speed(company, press, *LINES)
    asked = [*LINES, "secret-line"]
    made = done(ana, ana.post("bulk/publish/", {"version": press.pk, "targets": asked}))
    admin = Api(company.person("ada", "admin", company.factories["alpha"]))
    seen = admin.get(f"operations/{made['id']}/").json()
    assert seen["progress"]["total"] == 2
    assert list(results(admin, made)) == ["alpha-1", "alpha-2"]
    assert [one["id"] for one in admin.get("operations/").json()["results"]] == [made["id"]]
    assert said(admin.post(f"operations/{made['id']}/cancel/")) == (403, "superuser-only")
    for other in (
        Api(company.person("bea", "admin", company.factories["beta"])),
        Api(company.person("vera", "configuration-viewer")),
    ):
        # Whoever manages beta sees that somebody without the right tried it there.
        allowed = other.get("operations/").json()["results"]
        if allowed:
            assert list(results(other, made)) == ["beta-1"]
            continue
        hidden = other.get(f"operations/{made['id']}/")
        absent = other.get(f"operations/{uuid.uuid4()}/")
        assert said(hidden) == (404, "not-found")
        assert hidden.content == absent.content
        assert said(other.get(f"operations/{made['id']}/results/")) == (404, "not-found")
        assert said(other.post(f"operations/{made['id']}/retry/")) == (404, "not-found")


@pytest.mark.parametrize(
    ("body", "wrong"),
    [
        ({}, ["targets"]),
        ({"targets": [1], "selector": {}}, ["targets"]),
        ({"targets": "all"}, ["targets"]),
        ({"targets": [True]}, ["targets"]),
        ({"targets": [-1]}, ["targets"]),
        ({"targets": ["a\x00b"]}, ["targets"]),
        ({"selector": {"below": 987_654}}, ["selector.below"]),
        ({"selector": {"state": "Sleeping"}}, ["selector.state"]),
    ],
)
def test_a_body_that_names_no_lines_is_refused(
    company: Company, press: SolutionTemplateVersion, body: dict[str, Any], wrong: list[str]
) -> None:
    answer = Api(company.root_user).post("bulk/review/", {"version": press.pk, **body})
    assert (said(answer), keys(answer)) == ((400, "invalid"), wrong)
    assert not Operation.objects.exists()


def test_a_list_of_operations_costs_the_same_for_more(
    company: Company, press: SolutionTemplateVersion, django_assert_max_num_queries: Any
) -> None:
    api = Api(company.root_user)
    for _ in range(5):
        api.post("bulk/review/", {"version": press.pk, "targets": LINES})
    with django_assert_max_num_queries(4):
        assert len(api.get("operations/").json()["results"]) == 5


def test_lists_can_be_cut_sorted_and_kept_as_files(
    company: Company, press: SolutionTemplateVersion
) -> None:
    api = Api(company.root_user)
    first = done(api, api.post("bulk/review/", {"version": press.pk, "targets": LINES}))
    done(api, api.post("bulk/review/", {"version": press.pk, "targets": ["alpha-1"]}))
    rows = api.get("operations/", sort="created_at", fields="id,progress").json()["results"]
    assert rows[0] == {"id": first["id"], "progress": first["progress"]}
    address = f"/api/v1/operations/{first['id']}/results/"
    file = api.client.get(address, {"sort": "-number"}, headers={"accept": "text/csv"})
    lines = file.getvalue().decode().splitlines()
    assert len(lines) == 4
    assert "beta-1" in lines[1]
