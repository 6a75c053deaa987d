"""Sheets in a real browser: a file is looked at, mended, and imported, under the strict policy."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import FilePayload, Page, expect

from orchestration.models import Node
from orchestration.services import contexts, places
from portal.web.sheets import Type
from rbac.models import User

SignIn = Callable[[Page, User], None]
HEAD = "path,display_name,time_zone,capabilities\n"
GOOD = f"{HEAD}contoso/plano/line-1,Filling,America/Chicago,soap\n"
WRONG = f"{GOOD}contoso/plano/line-2,Packing,Nowhere/Zone,\ncontoso/nowhere/line,,,\n"
WIDTHS = (1280, 390)


@pytest.fixture
def page_of_sheets(sign_in: SignIn, server: str, quiet: Page) -> Page:
    root = User.objects.create_superuser("root")
    context = contexts.create(root, "contoso", ["Factory", "Line"])
    contexts.add_capability(root, context, "soap")
    places.create_site(root, contexts.root_of(context), "plano")
    sign_in(quiet, root)
    quiet.goto(f"{server}/admin/")
    quiet.get_by_role("link", name="Import and export").click()
    return quiet


def look_at(page: Page, text: str) -> None:
    page.locator("#import-title ~ form").get_by_label("What").select_option("targets")
    file = FilePayload(name="lines.csv", mimeType="text/csv", buffer=text.encode())
    page.get_by_label("File:", exact=True).set_input_files(file)
    page.get_by_role("button", name="Check the file").click()


def fits(page: Page, name: str) -> None:
    """Nothing of the page is wider than any screen."""
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        wide = page.evaluate("document.documentElement.scrollWidth > window.innerWidth")
        assert not wide, f"{name} at {width}"


def test_a_file_is_looked_at_mended_and_imported(page_of_sheets: Page, tmp_path: Path) -> None:
    page = page_of_sheets
    fits(page, "forms")
    look_at(page, WRONG)
    expect(page.get_by_text("Some rows cannot be imported, so none can.")).to_be_visible()
    expect(page.get_by_role("row", name="There is no time zone called")).to_be_visible()
    fits(page, "errors")
    with page.expect_download() as got:
        page.get_by_role("button", name="Download the rows with their errors").click()
    got.value.save_as(tmp_path / "errors.csv")
    assert "There is no place contoso/nowhere" in (tmp_path / "errors.csv").read_text("utf-8-sig")

    page.get_by_role("link", name="Choose another file").click()
    look_at(page, GOOD)
    expect(page.get_by_text("Nothing has changed yet.")).to_be_visible()
    fits(page, "dry-run")
    assert not Node.objects.filter(name="line-1").exists()
    page.get_by_role("button", name="Import 1 row").click()
    expect(page.get_by_text("1 row was imported.")).to_be_visible()
    expect(page.get_by_role("link", name="Filling")).to_be_visible()


@pytest.mark.parametrize("file_type", list(Type))
def test_an_export_is_a_file_to_keep(page_of_sheets: Page, file_type: Type) -> None:
    form = page_of_sheets.locator("#export-title ~ form")
    form.get_by_label("What").select_option("sites")
    form.get_by_label("Type of file").select_option(file_type.value)
    with page_of_sheets.expect_download() as got:
        form.get_by_role("button", name="Download").click()
    assert got.value.suggested_filename == f"sites.{file_type}"
    assert got.value.path().stat().st_size > 0
