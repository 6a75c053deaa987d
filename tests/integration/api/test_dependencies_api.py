"""Shared copies over REST: candidates, choice, what is used and by whom."""

from typing import Any

import pytest

from orchestration.models import SolutionInstance
from orchestration.services.contexts import catalog_of
from rbac import grants
from tests.integration.api.conftest import Api
from tests.integration.conftest import Company
from tests.integration.services.sharing import Sharing
from tests.integration.services.site import Site


@pytest.fixture
def sharing(company: Company) -> Sharing:
    return Sharing(company, Site(company, company.agent("alpha")), company.root_user)


def wanted(sharing: Sharing, **more: object) -> dict[str, Any]:
    line = sharing.company.lines["alpha-1"]
    return {"version": sharing.sender.pk, "targets": [line.pk], **more}


def test_candidates_choice_and_what_is_kept(sharing: Sharing) -> None:
    api = Api(sharing.by)
    first = sharing.publish_hub().instance
    second = sharing.publish(sharing.collector, sharing.target("alpha-other"), {}).instance
    (found,) = api.post("dependency-candidates/", wanted(sharing)).json()
    assert found["solution"] == "collector"
    assert [one["instance"]["id"] for one in found["candidates"]] == [first.pk, second.pk]
    assert found["candidates"][0]["place"]["name"] == "alpha"
    assert found["candidates"][0]["version"] == "1.0.0"

    (line,) = api.post("review/", wanted(sharing)).json()
    assert (line["ok"], line["dependencies"][0]["instance"]) == (False, None)
    assert [one["code"] for one in line["problems"]] == ["dependency-ambiguous"]

    choice = [{"solution": "collector", "instance": second.pk}]
    (line,) = api.post("review/", wanted(sharing, dependencies=choice)).json()
    assert line["ok"]
    assert line["dependencies"] == [
        {
            "solution": "collector",
            "version": "",
            "instance": line["dependencies"][0]["instance"],
            "injections": [{"from": "Sender", "to": "Senders"}],
        }
    ]
    assert line["dependencies"][0]["instance"]["id"] == second.pk
    (made,) = api.post("publish/", wanted(sharing, dependencies=choice)).json()
    revision = api.get(f"revisions/{made['revision']['id']}/").json()
    assert revision["dependencies"][0]["instance"]["target"]["name"] == "alpha-other"


def test_who_uses_and_what_was_put_in(sharing: Sharing) -> None:
    hub = sharing.run(sharing.publish_hub())
    copy = sharing.run(sharing.publish_line())
    api = Api(sharing.by)
    shown = api.get(f"instances/{hub.pk}/").json()
    assert [one["target"]["name"] for one in shown["used_by"]] == ["alpha-1"]
    assert (shown["uses"], shown["used_by_others"]) == ([], False)
    used = api.get(f"instances/{copy.pk}/").json()["uses"]
    assert [one["instance"]["id"] for one in used] == [hub.pk]
    hub.refresh_from_db()
    revision = api.get(f"revisions/{hub.current_id}/").json()
    assert revision["configuration"]["Senders"] == [{"Line": "alpha-1", "Rate": 5}]
    (section,) = revision["injected"]
    assert (section["to"], section["section"]) == ("Senders", "Sender")
    assert section["dependent"]["target"]["name"] == "alpha-1"


def test_whose_section_it_is_is_not_said_to_strangers(sharing: Sharing) -> None:
    sharing.run(sharing.publish_hub())
    sharing.run(sharing.publish_line())
    person = sharing.company.person("dana", "deployment-viewer", sharing.hub.node)
    grants.give("solution-viewer", person, catalog_of(sharing.company.context))
    hub = SolutionInstance.objects.get(target=sharing.hub)
    api = Api(person)
    shown = api.get(f"instances/{hub.pk}/").json()
    assert (shown["used_by"], shown["used_by_others"]) == ([], True)
    revision = api.get(f"revisions/{hub.current_id}/").json()
    assert [one["dependent"] for one in revision["injected"]] == [None]


def test_a_shared_copy_in_use_cannot_be_uninstalled(sharing: Sharing) -> None:
    hub = sharing.run(sharing.publish_hub())
    sharing.run(sharing.publish_line())
    answer = Api(sharing.by).post("rollouts/uninstall/", {"instances": [hub.pk]})
    assert (answer.status_code, answer.json()["code"]) == (409, "still-used")
    assert "alpha-1" in answer.json()["detail"]


@pytest.mark.parametrize("wrong", [{"solution": "collector"}, {"instance": 1}, {"x": 1}, 7])
def test_a_malformed_choice_is_refused(sharing: Sharing, wrong: object) -> None:
    answer = Api(sharing.by).post("review/", wanted(sharing, dependencies=[wrong]))
    assert answer.status_code == 400
