"""`apply` over REST: a plan with every reason, or a problem that says where each one is."""

from orchestration.models import Node
from orchestration.services import contexts
from tests.integration.api.conftest import Api, said
from tests.integration.conftest import Company

SITE = "kind: Site\npath: contoso/west/chicago/gamma\n"
WRONG = "# two of them\nkind: Site\npath: contoso/west/nowhere/delta\n"


def folder(*texts: str) -> list[dict[str, str]]:
    return [{"file": f"{number}.yaml", "text": text} for number, text in enumerate(texts)]


def test_a_plan_says_what_is_done_with_each_object(company: Company) -> None:
    by = Api(company.root_user)
    first = by.post("apply/", {"documents": folder(SITE), "dry_run": True})
    assert (first.status_code, first.json()["changed"]) == (200, 1)
    assert not Node.objects.filter(name="gamma").exists()
    made = by.post("apply/", {"documents": folder(SITE)}).json()
    assert made["ok"]
    (site,) = made["objects"]
    assert (site["kind"], site["action"], site["file"], site["line"]) == (
        "Site", "create", "0.yaml", 1,
    )  # fmt: skip
    assert by.post("apply/", {"documents": folder(SITE)}).json()["changed"] == 0


def test_what_cannot_be_made_is_named_with_file_and_line(company: Company) -> None:
    by = Api(company.root_user)
    answer = by.post("apply/", {"documents": folder(SITE, WRONG)})
    assert said(answer) == (422, "apply-refused")
    (problem,) = answer.json()["problems"]
    assert (problem["file"], problem["line"], problem["code"]) == ("1.yaml", 2, "place-unknown")
    assert "nowhere" in problem["message"]
    assert not Node.objects.filter(name="gamma").exists()
    dry = by.post("apply/", {"documents": folder(SITE, WRONG), "dry_run": True}).json()
    assert [one["action"] for one in dry["objects"]] == ["create", "error"]


def test_a_missing_right_is_said_for_its_object(company: Company) -> None:
    viewer = Api(company.person("vera", "configuration-viewer", contexts.root_of(company.context)))
    answer = viewer.post("apply/", {"documents": folder(SITE)})
    assert said(answer) == (422, "apply-refused")
    assert answer.json()["problems"][0]["code"] == "right-missing"
    assert said(viewer.post("apply/", {"documents": folder("")})) == (422, "nothing-to-apply")
    assert said(Api(None).post("apply/", {}))[0] in {401, 403}
