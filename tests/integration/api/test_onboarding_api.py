"""Beginnings over REST: a factory at once, the files of a new solution, finding by name."""

from orchestration.models import Node
from orchestration.services import contexts
from tests.integration.api.conftest import Api, keys, said
from tests.integration.conftest import Company


def test_a_factory_comes_with_its_lines_or_not_at_all(company: Company) -> None:
    by = Api(company.root_user)
    parent = Node.objects.get(name="plano").pk
    made = by.post("onboarding/factory/", {"parent": parent, "name": "gamma", "lines": 2})
    assert made.status_code == 201
    assert [one["name"] for one in made.json()["targets"]] == ["gamma-line-1", "gamma-line-2"]
    same = {"parent": parent, "name": "delta", "lines": 2, "line_name": "same"}
    assert said(by.post("onboarding/factory/", same)) == (422, "pattern-without-number")
    assert not Node.objects.filter(name="delta").exists()
    viewer = Api(company.person("vera", "configuration-viewer", contexts.root_of(company.context)))
    refused = viewer.post("onboarding/factory/", {"parent": parent, "name": "x", "lines": 1})
    assert said(refused) == (403, "right-missing")


def test_the_starter_is_for_authors_and_their_contexts(company: Company) -> None:
    author = Api(company.person("olga", "solution-author", contexts.root_of(company.context)))
    files = author.get("starter/", name="washer").json()["files"]
    assert "context: contoso" in files[0]["text"]
    assert keys(author.get("starter/", name="No")) == ["name"]
    assert keys(author.get("starter/", name="washer", context="elsewhere")) == ["context"]
    viewer = Api(company.person("vera", "configuration-viewer", contexts.root_of(company.context)))
    assert viewer.get("starter/", name="washer").status_code == 400


def test_places_are_found_by_name_and_way_as_far_as_they_may_be_seen(company: Company) -> None:
    def found(by: Api, name: str) -> list[str]:
        return [row["path"] for row in by.get("nodes/find/", name=name).json()]

    root = Api(company.root_user)
    line = "contoso/west/chicago/alpha/alpha-1"
    assert found(root, "alpha-1") == [line]
    assert found(root, line) == [line]
    assert found(root, "Contoso/Alpha/ALPHA-1") == [line]
    assert found(root, "plano/alpha-1") == []
    assert found(root, "") == []
    narrow = Api(company.person("nina", "onboarding-admin", company.factories["beta"]))
    assert found(narrow, "alpha-1") == []
    assert found(narrow, "beta-1") == ["Contoso/west/plano/beta/beta-1"]
    assert found(narrow, "plano/beta-1") == ["Contoso/west/plano/beta/beta-1"]


def test_versions_are_deleted_only_while_nothing_hangs_on_them(company: Company) -> None:
    root, version = Api(company.root_user), company.solution()
    other = company.solution(version="1.1.0")
    company.revision("alpha-1", version)
    assert said(root.delete(f"solution-versions/{version.pk}/")) == (409, "version-published")
    assert root.delete(f"solution-versions/{other.pk}/").status_code == 204
    text = {"context": company.context.pk, "name": "rules", "version": "1.0.0",
            "text": "rules: {configs: {A: {type: int}}}"}  # fmt: skip
    schema = root.post("schema-versions/", text).json()["id"]
    template = {"context": company.context.pk, "name": "shared", "version": "1.0.0",
                "schema": "rules/1.0.0", "config_text": "configs: {A: 1}"}  # fmt: skip
    config = root.post("config-template-versions/", template).json()["id"]
    assert said(root.delete(f"schema-versions/{schema}/")) == (409, "version-used")
    place = company.factories["alpha"].pk
    link = root.post(f"nodes/{place}/links/", {"config_template_version": config}).json()["id"]
    assert said(root.delete(f"config-template-versions/{config}/")) == (409, "version-linked")
    root.delete(f"nodes/{place}/links/{link}/")
    assert root.delete(f"config-template-versions/{config}/").status_code == 204
    assert root.delete(f"schema-versions/{schema}/").status_code == 204
    viewer = Api(company.person("vera", "solution-viewer", contexts.root_of(company.context)))
    assert said(viewer.delete(f"solution-versions/{version.pk}/")) == (403, "right-missing")
