"""Config templates over REST: versions, links, values, import."""

from orchestration.models import ConfigTemplateVersion, Event, TemplateLink
from tests.integration.api.conftest import Api, keys, said
from tests.integration.conftest import Company

TEXT = """
schema: {rules: {configs: {Shift: {type: int, maxValue: 3}, Pin: {type: string, secret: true}}}}
configs: {Shift: "${{$val(Shift)}}"}
"""


def body(company: Company, **more: object) -> dict[str, object]:
    made = {"context": company.context.pk, "name": "common", "version": "1.0.0"}
    return {**made, "config_text": TEXT, "display_name": "Plant common", **more}


def author(company: Company) -> Api:
    return Api(company.person("sol", "solution-author"))


def version(company: Company) -> ConfigTemplateVersion:
    made = author(company).post("config-template-versions/", body(company))
    assert made.status_code == 201, made.json()
    return ConfigTemplateVersion.objects.get(pk=made.json()["id"])


def test_a_version_is_made_and_read_back(company: Company) -> None:
    made = version(company)
    api = author(company)
    found = api.get(f"config-templates/{made.template_id}/").json()
    assert (found["title"], found["versions"]) == (
        "Plant common",
        [{"id": made.pk, "version": "1.0.0"}],
    )
    (row,) = api.get("config-template-versions/", config_template=made.template_id).json()[
        "results"
    ]
    assert (row["config_text"], row["created_by"]) == (TEXT, "sol")
    wrong = api.post("config-template-versions/", body(company, config_text="configs: {A: '${{'}"))
    assert said(wrong) == (422, "template-refused")
    assert keys(wrong) == ["A"]


def test_who_sees_no_catalog_sees_no_templates(company: Company) -> None:
    made = version(company)
    anna = Api(company.person("anna", "configuration-author"))
    assert anna.get("config-templates/").json()["results"] == []
    assert anna.get(f"config-template-versions/{made.pk}/").status_code == 404
    assert said(anna.post("config-template-versions/", body(company)))[0] == 403


def test_links_are_made_moved_listed_and_taken(company: Company) -> None:
    first, alpha = version(company), company.factories["alpha"]
    api, address = author(company), f"nodes/{alpha.pk}/links/"
    made = api.post(address, {"config_template_version": first.pk})
    assert made.status_code == 201, made.json()
    newer = api.post("config-template-versions/", body(company, version="1.1.0")).json()["id"]
    assert api.post(address, {"config_template_version": newer}).json()["id"] == made.json()["id"]
    line = company.lines["alpha-1"].node
    (link,) = api.get(f"nodes/{line.pk}/links/").json()
    assert (link["node"]["name"], link["name"], link["version"]) == ("alpha", "common", "1.1.0")
    assert api.delete(f"nodes/{line.pk}/links/{link['id']}/").status_code == 404
    assert api.delete(f"{address}{link['id']}/").status_code == 204
    assert not TemplateLink.objects.exists()
    assert Event.objects.filter(kind__startswith="config-template.").count() == 6


def test_linking_needs_both_rights(company: Company) -> None:
    made, alpha = version(company), company.factories["alpha"]
    bea = Api(company.person("bea", "solution-author", alpha))
    company.person("bea", "solution-viewer", made.template.node)
    answer = bea.post(f"nodes/{alpha.pk}/links/", {"config_template_version": made.pk})
    assert said(answer)[0] == 403
    beta = company.factories["beta"]
    assert bea.get(f"nodes/{beta.pk}/links/").status_code == 404


def test_values_of_a_linked_template_are_set_like_those_of_a_solution(company: Company) -> None:
    made, alpha = version(company), company.factories["alpha"]
    line = company.lines["alpha-1"].node
    author(company).post(f"nodes/{alpha.pk}/links/", {"config_template_version": made.pk})
    anna = Api(company.person("anna", "configuration-author", alpha))
    address = f"configurations/{alpha.pk}/{made.template_id}/"
    saved = anna.put(address, {"values": {"Shift": 2, "Pin": "4711"}, "base": 0})
    assert saved.status_code == 200, saved.json()
    assert "4711" not in saved.content.decode()
    below = anna.get(f"configurations/{line.pk}/{made.template_id}/").json()
    (shift, _pin) = below["fields"]
    assert (shift["inherited"], shift["inherited_from"]["name"]) == (2, "alpha")
    assert said(anna.put(address, {"values": {"Shift": 9}, "base": 1})) == (422, "values-refused")
    (past,) = anna.get(address + "history/").json()
    assert past["values"]["Shift"] == 2
    assert "4711" not in str(past)


def test_who_knows_no_link_finds_no_values(company: Company) -> None:
    made, alpha = version(company), company.factories["alpha"]
    anna = Api(company.person("anna", "configuration-author", alpha))
    assert anna.get(f"configurations/{alpha.pk}/{made.template_id}/").status_code == 404


def test_values_at_several_places_are_of_one_kind(company: Company) -> None:
    made, alpha = version(company), company.factories["alpha"]
    edits = [{"node": alpha.pk, "values": {"Shift": 1}, "base": 0}]
    api = author(company)
    saved = api.post("configurations/", {"config_template_version": made.pk, "edits": edits})
    assert saved.status_code == 200, saved.json()
    assert api.post("configurations/", {"edits": edits}).status_code == 400


def test_a_config_template_is_imported_with_its_values(company: Company) -> None:
    alpha = company.factories["alpha"]
    files = {
        "context": company.context.pk, "kind": "config", "name": "common", "version": "1.0.0",
        "template": TEXT, "values": "Shift: 1", "at": alpha.pk,
    }  # fmt: skip
    made = author(company).post("imports/", files)
    assert made.status_code == 201, made.json()
    assert made.json()["config_template_version"]["name"] == "common 1.0.0"
    assert made.json()["solution_version"] is None
    assert alpha.configuration_revisions.get().values == {"Shift": 1}
    more = author(company).post("imports/", {**files, "specification": "components: []"})
    assert said(more) == (422, "no-components")


def test_the_rules_of_a_version_are_published_as_json_schema(company: Company) -> None:
    address = f"config-template-versions/{version(company).pk}/json-schema/"
    answer = author(company).get(address)
    assert answer["Content-Type"] == "application/schema+json"
    assert answer.json()["$schema"].endswith("/2020-12/schema")
    assert answer.json()["properties"]["Shift"]["maximum"] == 3
    anna = Api(company.person("anna", "configuration-author"))
    assert anna.get(address).status_code == 404
