"""Sheets over REST: what goes out comes in again, and a dry run says what would be done."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from orchestration.models import Node
from portal.web.sheets import Type
from tests.integration.api.conftest import Api, said
from tests.integration.conftest import Company

BETA = "contoso/west/plano/beta"


def send(by: Api, path: str, name: str, content: bytes) -> Any:
    file = SimpleUploadedFile(name, content)
    return by.client.post(f"/api/v1/{path}", {"file": file}, format="multipart")


@pytest.mark.parametrize("kind", ["sites", "targets", "values"])
@pytest.mark.parametrize("file_type", list(Type))
def test_what_goes_out_comes_in_unchanged(company: Company, kind: str, file_type: Type) -> None:
    by = Api(company.root_user)
    answer = by.get(f"exports/{kind}/", format=file_type.value)
    assert answer.status_code == 200
    assert answer.headers["Content-Disposition"] == f'attachment; filename="{kind}.{file_type}"'
    content = b"".join(answer.streaming_content)
    plan = send(by, f"imports/{kind}/", f"{kind}.{file_type}", content)
    if kind == "values":  # nobody has set any
        assert said(plan) == (422, "rows-missing")
        return
    assert plan.status_code == 200
    assert set(plan.json()["counts"]) == {"unchanged"}


def test_plain_rows_go_out_and_come_in(company: Company) -> None:
    by = Api(company.root_user)
    rows = by.get("exports/targets/", under=company.factories["beta"].pk).json()["rows"]
    assert [row["path"] for row in rows] == [f"{BETA}/beta-{number}" for number in (1, 2, 3)]
    rows[0]["display_name"] = "One"
    shown = by.post("imports/targets/?dry_run=true", {"rows": rows}).json()
    assert (shown["ok"], shown["counts"]) == (True, {"update": 1, "unchanged": 2})
    assert not Node.objects.filter(display_name="One").exists()
    changes = shown["rows"][0]["changes"]
    assert [(one["field"], one["after"]) for one in changes] == [("display_name", "One")]
    done = by.post(f"imports/targets/?expected={shown['digest']}", {"rows": rows})
    assert done.status_code == 200
    assert Node.objects.filter(display_name="One").exists()
    again = by.post(f"imports/targets/?expected={shown['digest']}", {"rows": rows})
    assert said(again) == (409, "plan-changed")


def test_rows_that_fail_are_named_with_row_and_column(company: Company) -> None:
    by = Api(company.root_user)
    content = f"path;time_zone\n{BETA}/new;\n{BETA}/bad;Nowhere/Zone\n".encode()
    answer = send(by, "imports/targets/", "lines.csv", content)
    assert said(answer) == (422, "import-refused")
    (problem,) = answer.json()["problems"]
    assert (problem["row"], problem["key"], problem["code"]) == (
        3, "time_zone", "time-zone-unknown",
    )  # fmt: skip
    assert not Node.objects.filter(name="new").exists()
    dry = send(by, "imports/targets/?dry_run=true", "lines.csv", content).json()
    assert [row["action"] for row in dry["rows"]] == ["create", "error"]


def test_files_and_bodies_that_are_none_are_refused(company: Company) -> None:
    by = Api(company.root_user)
    assert said(send(by, "imports/sites/", "sites.doc", b"x")) == (422, "file-type")
    assert said(send(by, "imports/sites/", "sites.xlsx", b"x")) == (422, "file-unreadable")
    assert said(send(by, "imports/sites/", "sites.csv", b"")) == (422, "file-empty")
    assert said(by.post("imports/sites/", {"rows": "x"})) == (400, "invalid")
    assert said(by.post("imports/sites/", {"rows": [{"pth": "x"}]})) == (422, "column-unknown")
    assert said(by.post("imports/sites/", {})) == (400, "invalid")
    assert said(by.post("imports/sites/?dry_run=perhaps", {"rows": []})) == (400, "invalid")
    assert said(by.get("exports/sites/", under=0)) == (400, "invalid")


def test_everybody_gets_what_they_may_see(company: Company) -> None:
    vera = Api(company.person("vera", "configuration-viewer", company.factories["alpha"]))
    rows = vera.get("exports/sites/").json()["rows"]
    assert [row["path"] for row in rows] == ["contoso/west/chicago/alpha"]
    answer = vera.post("imports/sites/", {"rows": [{**rows[0], "display_name": "Mine"}]})
    assert said(answer) == (422, "import-refused")
    assert answer.json()["problems"][0]["code"] == "right-missing"
    beyond = vera.get("exports/sites/", under=company.factories["beta"].pk)
    assert said(beyond) == (400, "invalid")
