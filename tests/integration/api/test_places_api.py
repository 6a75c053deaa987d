"""Contexts, places and targets over REST."""

import pytest

from orchestration.models import Event, Node, Target
from orchestration.services.contexts import root_of
from tests.integration.api.conftest import Api, keys, said
from tests.integration.conftest import Company


def test_a_context_is_made_and_changed(company: Company) -> None:
    root = Api(company.root_user)
    made = root.post("contexts/", {"name": "fabrikam", "levels": ["Factory", "Line"]})
    assert made.status_code == 201
    context = f"contexts/{made.json()['id']}/"
    changed = root.patch(context, {"levels": ["Plant", "Line"]})
    assert changed.json()["levels"] == ["Plant", "Line"]
    added = root.post(context + "capabilities/", {"name": "soap"})
    assert root.get(context + "capabilities/").json() == [added.json()]
    assert [c["name"] for c in root.get(context).json()["capabilities"]] == ["soap"]
    assert root.delete(f"{context}capabilities/{added.json()['id']}/").status_code == 204
    assert root.get(context).json()["capabilities"] == []


def test_only_superusers_make_contexts(company: Company) -> None:
    admin = Api(company.person("ada", "admin"))
    body = {"name": "fabrikam", "levels": ["Line"]}
    assert said(admin.post("contexts/", body)) == (403, "superuser-only")


def test_levels_in_use_cannot_go(company: Company) -> None:
    answer = Api(company.root_user).patch(f"contexts/{company.context.pk}/", {"levels": ["Region"]})
    assert said(answer) == (422, "levels-in-use")
    assert answer.json()["params"]["places"] > 0


def test_what_is_not_granted_is_neither_listed_nor_found(company: Company) -> None:
    alpha, beta = company.factories["alpha"], company.factories["beta"]
    viewer = Api(company.person("vera", "configuration-viewer", alpha))
    listed = viewer.get("nodes/").json()["results"]
    assert [node["name"] for node in listed] == ["alpha", "alpha-1", "alpha-2", "alpha-3"]
    hidden = viewer.get(f"nodes/{beta.pk}/")
    absent = viewer.get("nodes/999999/")
    assert said(hidden) == said(absent) == (404, "not-found")
    assert hidden.content == absent.content
    assert viewer.get("nodes/", under=beta.pk).json()["results"] == []
    assert viewer.patch(f"nodes/{beta.pk}/", {"name": "x"}).content == absent.content


def test_places_above_are_plain_labels(company: Company) -> None:
    alpha = company.factories["alpha"]
    viewer = Api(company.person("vera", "configuration-viewer", alpha))
    found = viewer.get(f"nodes/{alpha.pk}/").json()
    assert found["parent"] is None
    assert [(step["id"], step["title"]) for step in found["way"]] == [
        (None, "Contoso"),
        (None, "west"),
        (None, "chicago"),
        (alpha.pk, "alpha"),
    ]
    line = viewer.get(f"targets/{company.lines['alpha-1'].pk}/").json()
    assert line["site"] == alpha.pk


def test_the_tree_starts_where_the_person_may_look(company: Company) -> None:
    viewer = Api(company.person("vera", "configuration-viewer", company.factories["alpha"]))
    (top,) = viewer.get("nodes/tree/").json()
    assert top["name"] == "alpha"
    assert [line["name"] for line in top["children"]] == ["alpha-1", "alpha-2", "alpha-3"]


def test_a_site_is_made_renamed_and_removed(company: Company) -> None:
    onboarder = Api(company.person("otto", "onboarding-admin"))
    region = Node.objects.get(name="west")
    made = onboarder.post("nodes/", {"parent": region.pk, "name": "austin"})
    assert made.status_code == 201
    address = f"nodes/{made.json()['id']}/"
    assert made.json()["level_name"] == "City"
    changed = onboarder.patch(address, {"display_name": "Austin", "time_zone": "America/Chicago"})
    assert changed.json()["title"] == "Austin"
    assert said(onboarder.patch(address, {"time_zone": "Mars"})) == (422, "time-zone-unknown")
    assert onboarder.delete(address).status_code == 204
    assert said(onboarder.get(address)) == (404, "not-found")
    kinds = list(Event.objects.filter(user=company.people["otto"]).values_list("kind", flat=True))
    assert sorted(kinds) == ["site.changed", "site.created", "site.removed"]


def test_a_name_is_given_once_among_neighbours(company: Company) -> None:
    answer = Api(company.root_user).post(
        "nodes/", {"parent": company.factories["alpha"].parent_id, "name": "alpha"}
    )
    assert said(answer) == (422, "name-taken")


def test_without_the_right_nothing_is_made(company: Company) -> None:
    alpha = company.factories["alpha"]
    viewer = Api(company.person("vera", "configuration-viewer", alpha))
    answer = viewer.post("nodes/", {"parent": alpha.pk, "name": "hall"})
    assert said(answer) == (403, "right-missing")
    assert "alpha" in answer.json()["detail"]
    assert not Node.objects.filter(name="hall").exists()


def test_a_parent_out_of_sight_does_not_exist(company: Company) -> None:
    onboarder = Api(company.person("otto", "onboarding-admin", company.factories["alpha"]))
    hidden = {"parent": company.factories["beta"].pk, "name": "hall"}
    answer = onboarder.post("targets/", hidden)
    assert said(answer) == (400, "invalid")
    assert keys(answer) == ["parent"]


@pytest.mark.parametrize(
    ("body", "wrong"),
    [
        ({}, ["name", "parent"]),
        ({"parent": "x", "name": "n"}, ["parent"]),
        ({"parent": True, "name": "n"}, ["parent"]),
        ({"parent": 10**30, "name": "n" * 65}, ["name", "parent"]),
        ({"parent": 999_999, "name": "n\x00"}, ["name", "parent"]),
        ({"parent": 999_999, "nmae": "n"}, ["nmae"]),
    ],
)
def test_every_wrong_field_is_named(
    company: Company, body: dict[str, object], wrong: list[str]
) -> None:
    answer = Api(company.person("vera")).post("nodes/", body)
    assert said(answer) == (400, "invalid")
    assert keys(answer) == wrong


def test_a_target_is_made_changed_and_removed(company: Company) -> None:
    admin = Api(company.person("ada", "admin"))
    alpha = company.factories["alpha"]
    body = {"parent": alpha.pk, "name": "alpha-4", "capabilities": ["soap"], "scope": "plant"}
    made = admin.post("targets/", body)
    assert made.status_code == 201, made.json()
    assert made.json()["level_name"] == "Line"
    address = f"targets/{made.json()['id']}/"
    assert admin.patch(address, {"capabilities": []}).json()["capabilities"] == []
    assert Target.objects.get(node__name="alpha-4").scope == "plant"
    reserved = admin.patch(address, {"scope": "kube-system"})
    assert said(reserved) == (422, "scope-reserved")
    unknown = admin.patch(address, {"capabilities": ["levitation"]})
    assert said(unknown) == (422, "capability-unknown")
    assert admin.delete(address).status_code == 204


def test_targets_are_filtered(company: Company) -> None:
    root = Api(company.root_user)
    agent = company.agent("alpha")
    revision = company.revision("alpha-2", company.solution())

    def names(**query: object) -> list[str]:
        return [row["name"] for row in root.get("targets/", **query).json()["results"]]

    alphas = ["alpha-1", "alpha-2", "alpha-3"]
    assert names(agent=agent.pk) == alphas
    assert names(under=company.factories["alpha"].pk) == alphas
    assert names(state="NotDeployed") == [revision.instance.target.node.name]
    assert names(capability="soap", under=root_of(company.context).pk) == [
        *alphas,
        "beta-1",
        "beta-2",
        "beta-3",
    ]
    assert names(capability="levitation") == []
    assert said(root.get("targets/", state="Singing"))[0] == 400


def test_a_place_that_holds_others_stays(company: Company) -> None:
    answer = Api(company.root_user).delete(f"nodes/{company.factories['alpha'].pk}/")
    assert said(answer) == (409, "place-not-empty")


def test_lists_come_in_pages(company: Company) -> None:
    root = Api(company.root_user)
    names, address = [], "/api/v1/targets/?limit=4"
    while address:
        page = root.client.get(address).json()
        assert len(page["results"]) <= 4
        names += [row["name"] for row in page["results"]]
        address = page["next"]
    assert sorted(names) == sorted(company.lines)
