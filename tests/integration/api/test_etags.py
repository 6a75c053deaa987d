"""Reading again what has not changed, and editing only what one has seen."""

from typing import Any

import pytest

from orchestration.models import NamedSecret, Node, Target
from orchestration.services import catalog
from tests.integration.api.conftest import Api, said
from tests.integration.conftest import Company

OTHER = '"00000000000000000000000000000000"'


def tag(api: Api, path: str) -> str:
    answer = api.get(path)
    assert answer.status_code == 200, answer.content
    return str(answer["ETag"])


def test_what_has_not_changed_is_not_sent_again(company: Company) -> None:
    api = Api(company.root_user)
    path = f"/api/v1/targets/{company.lines['alpha-1'].pk}/"
    first = api.client.get(path)
    again = api.client.get(path, headers={"if-none-match": first["ETag"]})
    assert (again.status_code, again.content, again["ETag"]) == (304, b"", first["ETag"])
    assert first["Cache-Control"] == "private, no-cache"
    weakly = api.client.get(path, headers={"if-none-match": f"{OTHER}, W/{first['ETag']}"})
    assert weakly.status_code == 304
    assert api.client.get(path, headers={"if-none-match": OTHER}).status_code == 200


def test_a_tag_is_of_what_the_reader_sees(company: Company) -> None:
    line = company.lines["alpha-1"]
    whole = Api(company.person("ada", "admin"))
    part = Api(company.person("bob", "configuration-viewer", line.node))
    assert part.get(f"targets/{line.pk}/").json()["site"] is None
    assert tag(whole, f"targets/{line.pk}/") != tag(part, f"targets/{line.pk}/")


def test_an_edit_of_what_somebody_changed_meanwhile_is_shown_both(company: Company) -> None:
    api = Api(company.root_user)
    path = f"nodes/{company.lines['alpha-1'].pk}/"
    mine = tag(api, path)
    changed = api.patch(path, {"display_name": "First"}, if_match=mine)
    assert changed.status_code == 200
    assert changed["ETag"] == tag(api, path) != mine
    late = api.patch(path, {"display_name": "Second"}, if_match=mine)
    assert said(late) == (412, "changed-meanwhile")
    problem = late.json()
    assert problem["yours"] == {"etag": mine, "sent": {"display_name": "Second"}}
    assert problem["current"]["representation"]["display_name"] == "First"
    assert problem["current"]["etag"] == late["ETag"] == changed["ETag"]
    assert Node.objects.get(name="alpha-1").display_name == "First"
    next_try = api.patch(path, {"display_name": "Second"}, if_match=changed["ETag"])
    assert next_try.status_code == 200


def test_what_changed_meanwhile_is_not_deleted(company: Company) -> None:
    api = Api(company.root_user)
    path = f"targets/{company.lines['alpha-1'].pk}/"
    mine = tag(api, path)
    assert api.patch(path, {"scope": "other"}).status_code == 200
    assert said(api.delete(path, if_match=mine)) == (412, "changed-meanwhile")
    assert Target.objects.filter(node__name="alpha-1").exists()
    assert api.delete(path, if_match=tag(api, path)).status_code == 204


def test_any_version_will_do_as_long_as_there_is_one(company: Company) -> None:
    api = Api(company.root_user)
    path = f"nodes/{company.factories['alpha'].pk}/"
    assert api.patch(path, {"display_name": "A"}, if_match="*").status_code == 200
    absent = api.patch("nodes/987654/", {"display_name": "A"}, if_match="*")
    assert said(absent) == (404, "not-found")


def test_a_weak_tag_is_no_ground_for_an_edit(company: Company) -> None:
    api = Api(company.root_user)
    path = f"nodes/{company.factories['alpha'].pk}/"
    answer = api.patch(path, {"display_name": "A"}, if_match="W/" + tag(api, path))
    assert said(answer) == (412, "changed-meanwhile")


def test_what_may_not_be_seen_answers_as_what_is_not_there(company: Company) -> None:
    stranger = Api(company.person("bob", "admin", company.factories["beta"]))
    hidden = stranger.patch(f"nodes/{company.lines['alpha-1'].pk}/", {}, if_match=OTHER)
    absent = stranger.patch("nodes/987654/", {}, if_match=OTHER)
    assert (hidden.status_code, hidden.content) == (absent.status_code, absent.content)
    assert hidden.status_code == 404


def test_what_would_be_refused_anyway_is_refused_as_ever(company: Company) -> None:
    viewer = Api(company.person("vera", "configuration-viewer"))
    path = f"nodes/{company.lines['alpha-1'].pk}/"
    assert said(viewer.patch(path, {"display_name": "A"}, if_match=OTHER)) == (403, "right-missing")
    api = Api(company.root_user)
    assert said(api.patch(path, {"colour": "red"}, if_match=OTHER)) == (400, "invalid")
    full = f"nodes/{company.factories['alpha'].pk}/"
    assert said(api.delete(full, if_match=OTHER)) == (409, "place-not-empty")


def test_a_secret_is_made_only_where_there_is_none(company: Company) -> None:
    api = Api(company.root_user)
    path = f"nodes/{company.factories['alpha'].pk}/secrets/db-password/"
    assert api.put(path, {"value": "hunter2"}, if_none_match="*").status_code == 200
    twice = api.put(path, {"value": "hunter3"}, if_none_match="*")
    assert said(twice) == (412, "changed-meanwhile")
    assert b"hunter" not in twice.content
    assert api.put(path, {"value": "hunter3"}, if_match=tag(api, path)).status_code == 200
    stale = api.put(path, {"value": "hunter4"}, if_match=OTHER)
    assert "sent" not in stale.json()["yours"]
    assert api.delete(path, if_match=tag(api, path)).status_code == 204
    assert not NamedSecret.objects.exists()


@pytest.fixture
def oven(company: Company) -> str:
    """The address of the values of a line for a solution with a secret key."""
    text = """
schema:
  rules:
    configs:
      Speed: {type: int}
      Password: {type: string, secret: true}
configs:
  Speed: ${{$val(Speed)}}
"""
    source = catalog.SolutionSource("oven", "1.0.0", text, {"components": []})
    version = catalog.create_solution_version(company.root_user, company.context, source)
    return f"configurations/{company.lines['alpha-1'].pk}/{version.template_id}/"


def test_values_are_guarded_like_everything_else(company: Company, oven: str) -> None:
    api = Api(company.root_user)
    mine = tag(api, oven)
    body: dict[str, Any] = {"values": {"Speed": 5}, "base": 0}
    saved = api.put(oven, body, if_match=mine)
    assert saved["ETag"] == tag(api, oven)
    sent = {"values": {"Speed": 6, "Password": "hunter2"}, "base": 1}
    late = api.put(oven, sent, if_match=mine)
    assert said(late) == (412, "changed-meanwhile")
    assert late.json()["yours"]["sent"]["values"]["Speed"] == 6
    assert b"hunter2" not in late.content
    unusable = api.put(oven, {"values": "x"}, if_match=mine)
    assert said(unusable) == (400, "invalid")


def test_values_that_started_from_another_save_are_shown_with_it(
    company: Company, oven: str
) -> None:
    api = Api(company.root_user)
    api.put(oven, {"values": {"Speed": 5}, "base": 0})
    late = api.put(oven, {"values": {"Speed": 6}, "base": 0})
    assert said(late) == (412, "values-changed")
    assert late.json()["yours"] == {"values": {"Speed": 6}, "base": 0}
    assert late.json()["current"]["values"] == {"Speed": 5}
    assert late.json()["current"]["base"] == 1


def test_deliveries_of_a_webhook_do_not_spoil_an_edit(company: Company) -> None:
    api = Api(company.root_user)
    node = company.factories["alpha"].pk
    body = {"node": node, "name": "mes", "url": "https://mes.example/hook", "kinds": ["*"]}
    made = api.post("webhooks/", body)
    path = f"webhooks/{made.json()['id']}/"
    mine = tag(api, path)
    api.post(f"{path}test/")
    assert tag(api, path) != mine
    assert api.patch(path, {"enabled": False}, if_match=mine).status_code == 200
    assert said(api.patch(path, {"enabled": True}, if_match=mine)) == (412, "changed-meanwhile")
