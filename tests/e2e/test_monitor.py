"""What went wrong, in the pane beside the page: found, read and retried in one's place."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.console import Console
from tests.e2e.plant import Plant, running_plant

SOON = 45_000  # ms


@pytest.fixture(scope="module")
def plant(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Plant]:
    with running_plant(tmp_path_factory.mktemp("sitewright") / "plant") as running:
        yield running


@pytest.fixture
def at(plant: Plant, browser: Browser) -> Iterator[Any]:
    """A page for a person of the demo, whose console stays clean."""
    context = browser.new_context(base_url=plant.address, locale="en")
    page = context.new_page()
    console = Console(page)

    def sign_in(name: str, path: str) -> Page:
        page.goto(f"/login/?next={path}")
        page.locator("input[name=username]").fill(name)
        page.locator("input[name=password]").fill("demo")
        page.get_by_role("button", name="Sign in").click()
        page.wait_for_url(lambda url: "/login/" not in url)
        return page

    yield sign_in
    context.close()
    assert console.complaints == []


def test_from_the_overview_to_the_cause_and_back(at: Any) -> None:
    page = at("viewer", "/monitor/")
    expect(page.get_by_text("Vision check was started on Packing 3")).to_be_visible()
    page.get_by_role("link", name="Steps and details").click()
    pane = page.locator("#pane")
    expect(pane.get_by_text("Its health check kept failing.")).to_be_visible()
    expect(pane.get_by_text("Checking: camera-check")).to_be_visible()
    assert "pane=" in page.url
    pane.get_by_text("Technical details", exact=True).click()
    expect(pane.get_by_text("category: health")).to_be_visible()
    # A viewer is told which right is missing before pressing anything.
    pane.get_by_role("button", name="Retry").hover()
    expect(pane.get_by_role("tooltip").first).to_contain_text("You do not have the right")
    page.go_back()
    expect(pane).to_be_hidden()
    page.go_forward()
    expect(pane.get_by_text("Its health check kept failing.")).to_be_visible()
    page.keyboard.press("Escape")
    expect(pane).to_be_hidden()


def test_retry_shows_the_steps_as_they_happen(at: Any) -> None:
    page = at("deployer", "/monitor/targets/?word=deployment-failed")
    page.get_by_role("link", name="Deployment failed").last.click()
    pane = page.locator("#pane")
    pane.get_by_text("Retry", exact=True).click()
    expect(pane.get_by_text("Try it again on Packing 3?")).to_be_visible()
    pane.get_by_role("button", name="Retry now").click()
    page.wait_for_url("**/monitor/deployments/*/")
    expect(page.get_by_text("Received at the site")).to_be_visible(timeout=SOON)
    # It fails again, on purpose; nobody reloads.
    expect(page.get_by_text("Its health check kept failing.")).to_be_visible(timeout=SOON)


def test_an_unfolded_part_stays_unfolded_while_the_page_changes(plant: Plant, at: Any) -> None:
    found = plant.call("admin", "GET", "targets/?limit=100")["results"]
    (target,) = [line["id"] for line in found if line["name"] == "filling-1"]
    # As many as fit on one line, before and after: what changes must take no other room.
    plant.call("admin", "PATCH", f"targets/{target}/", {"capabilities": ["dashboard"]})
    page = at("admin", f"/monitor/targets/{target}/")
    page.get_by_text("Final configuration:").click()
    expect(page.get_by_text("at Line Filling 1 on").first).to_be_visible()
    before = page.get_by_text("What happened").bounding_box()
    plant.call("admin", "PATCH", f"targets/{target}/", {"capabilities": ["camera"]})
    expect(page.locator("dd", has_text="camera").first).to_have_text("camera", timeout=SOON)
    expect(page.get_by_text("at Line Filling 1 on").first).to_be_visible()
    assert page.get_by_text("What happened").bounding_box() == before
