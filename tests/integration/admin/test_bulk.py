"""Import and export on the admin site: look first, then do exactly that."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from orchestration.models import Node
from orchestration.queries.bulk_columns import Kind
from orchestration.services import places
from portal.admin.columns import NOTHING
from portal.web.sheets import Type, read
from tests.integration.admin.conftest import SignIn
from tests.integration.conftest import Company

BETA = "contoso/west/plano/beta"
NEW = f"path,display_name\n{BETA}/new,Line 9\n{BETA}/beta-1,\n".encode()
WRONG = f"path,time_zone\n{BETA}/new,\n{BETA}/bad,Nowhere\n".encode()


def send(browser: Client, content: bytes, name: str = "lines.csv", kind: str = "targets") -> Any:
    file = SimpleUploadedFile(name, content)
    return browser.post(reverse("admin:bulk"), {"kind": kind, "file": file})


def decide(browser: Client, page: Any, **more: str) -> Any:
    kept = {"kept": page.context["kept"], "digest": page.context["plan"].digest}
    return browser.post(reverse("admin:bulk"), kept | more, follow=True)


def test_a_file_is_looked_at_and_then_imported(company: Company, root: Client) -> None:
    page = send(root, NEW)
    text = page.content.decode()
    assert "Nothing has changed yet" in text
    assert "display_name: Line 9" in text
    assert "Import 1 row" in text
    assert not Node.objects.filter(name="new").exists()
    done = decide(root, page)
    assert "1 row was imported." in done.content.decode()
    assert Node.objects.get(name="new").display_name == "Line 9"


def test_what_changed_meanwhile_is_told_and_shown_anew(company: Company, root: Client) -> None:
    page = send(root, NEW)
    line = Node.objects.get(name="beta-1")
    places.change_node(company.root_user, line, name="beta-1", display_name="X", time_zone="")
    again = decide(root, page)
    text = again.content.decode()
    assert "Something changed since you looked" in text
    assert f"display_name: X → {NOTHING}" in text
    assert not Node.objects.filter(name="new").exists()
    decide(root, again)
    assert Node.objects.filter(name="new").exists()


def test_errors_stand_first_and_go_home_in_the_same_file(company: Company, root: Client) -> None:
    page = send(root, WRONG)
    text = page.content.decode()
    assert "There is no time zone called Nowhere." in text
    assert text.index("Not possible") < text.index("New<")
    assert "Import 1 row" not in text
    file = decide(root, page, errors="yes")
    assert file.headers["Content-Disposition"] == 'attachment; filename="targets-errors.csv"'
    content = b"".join(file.streaming_content)
    lines = content.decode("utf-8-sig").splitlines()
    assert lines[0] == "path,time_zone,error"
    assert lines[2].startswith(f"{BETA}/bad,Nowhere,time_zone: There is no time zone")
    assert len(read(Kind.TARGETS, "again.csv", content).rows) == 2
    assert not Node.objects.filter(name="new").exists()


@pytest.mark.parametrize("file_type", list(Type))
def test_an_export_imported_again_changes_nothing(
    company: Company, root: Client, file_type: Type
) -> None:
    query = {"kind": "targets", "type": file_type.value, "under": company.factories["beta"].pk}
    file: Any = root.get(reverse("admin:bulk-export"), query)
    content = b"".join(file.streaming_content)
    page = send(root, content, f"targets.{file_type}")
    assert page.context["counts"][0][1] == 3
    assert "Everything is as the file wants it already." in page.content.decode()


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("lines.pdf", b"x", "Choose a file that ends in one of: .csv, .xlsx, .yaml."),
        ("lines.csv", b"", "The file is empty."),
        ("lines.csv", b"path\n", "There are no rows below the first one."),
        ("lines.csv", b"name\nx\n", "There is no column name here."),
        ("lines.xlsx", b"x", "The file cannot be read as XLSX"),
    ],
)
def test_a_file_that_is_no_sheet_is_refused_beside_the_form(
    company: Company, root: Client, name: str, content: bytes, told: str
) -> None:
    page = send(root, content, name)
    assert page.status_code == 200
    assert told in page.content.decode()


def test_nobody_brings_back_what_somebody_else_looked_at(
    company: Company, root: Client, anna: Client
) -> None:
    page = send(root, NEW)
    for kept in (page.context["kept"], "forged", ""):
        again = anna.post(reverse("admin:bulk"), {"kept": kept}, follow=True)
        assert "You looked at this too long ago." in again.content.decode()
    assert not Node.objects.filter(name="new").exists()


def test_people_are_offered_what_they_may_do(
    company: Company, anna: Client, sign_in: SignIn
) -> None:
    form = anna.get(reverse("admin:bulk"), {"kind": "targets"}).context
    offered = [value for value, _ in form["importing"].fields["kind"].choices]
    assert offered == ["sites", "targets"]
    assert [str(node) for node in form["exporting"].fields["under"].queryset] == ["alpha"]
    author = sign_in("walt", "solution-author", company.factories["alpha"])
    form = author.get(reverse("admin:bulk")).context
    assert [value for value, _ in form["importing"].fields["kind"].choices] == ["values"]
    page = send(anna, NEW)
    assert "There is no place" in page.content.decode()
    assert send(sign_in("vera", "configuration-viewer"), NEW).status_code == 403


def test_nothing_of_a_file_is_taken_for_markup(company: Company, root: Client) -> None:
    page = send(root, f"path,display_name\n{BETA}/x,<script>alert(1)</script>\n".encode())
    assert "<script>alert(1)" not in page.content.decode()
    assert "&lt;script&gt;alert(1)" in page.content.decode()
