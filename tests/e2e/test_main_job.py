"""The whole job, as people do it: configure, review, publish, deploy, watch, roll back."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.plant import Plant, running_plant

SOON = 60_000  # ms
LINES = ["Filling 1", "Filling 2", "Filling 3"]


@pytest.fixture(scope="module")
def plant(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Plant]:
    with running_plant(tmp_path_factory.mktemp("sitewright") / "plant") as running:
        yield running


def sign_in(browser: Browser, plant: Plant, name: str) -> Page:
    page = browser.new_context(base_url=plant.address, locale="en").new_page()
    page.goto("/login/")
    page.locator("input[name=username]").fill(name)
    page.locator("input[name=password]").fill("demo")
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(lambda url: "/login/" not in url)
    return page


def row(page: Page, line: str) -> Any:
    return page.get_by_role("row").filter(has_text=line)


def temperatures(plant: Plant) -> list[float]:
    return [plant.configuration(index)["MaxTemperature"] for index in range(3)]


def configure_and_publish(page: Page) -> None:
    page.goto("/configure/solutions/")
    panel = page.locator("section").filter(has=page.get_by_role("heading", name="Line dashboard"))
    panel.get_by_role("button", name="Choose lines").click()
    for line in LINES:
        row(page, line).get_by_role("checkbox").check()
    page.get_by_role("button", name="On to the values").click()
    page.get_by_label("Highest temperature").first.fill("75")
    cells = page.get_by_role("row").filter(has=page.get_by_role("rowheader", name="Filling 2"))
    cells.get_by_label("Highest temperature").fill("85")
    page.get_by_role("button", name="Save and review").last.click()
    expect(page.get_by_role("heading", name="Review for 3 lines")).to_be_visible()
    expect(row(page, "Filling 2").get_by_text("85")).to_be_visible()
    page.get_by_role("button", name="Publish for 3 lines").click()
    for line in LINES:
        expect(row(page, line).get_by_text("1.0.0.2").first).to_be_visible()


def deploy_and_watch(page: Page) -> None:
    page.goto("/deploy/")
    for line in LINES:
        row(page, line).get_by_role("checkbox").check()
    page.get_by_role("button", name="Deploy …").click()
    page.get_by_role("button", name="Deploy to 3 lines").click()
    # Nobody reloads.
    for line in LINES:
        expect(row(page, line).get_by_text("Completed")).to_be_visible(timeout=SOON)


def roll_back(page: Page, line: str) -> None:
    page.goto("/monitor/targets/")
    page.get_by_role("link", name=line, exact=True).click()
    page.get_by_role("link", name="Roll back").click()
    page.get_by_role("link", name="Choose 1.0.0.1").click()
    page.get_by_role("button", name="Roll back to 1.0.0.1").click()
    expect(row(page, line).get_by_text("Completed")).to_be_visible(timeout=SOON)


def test_the_whole_job(plant: Plant, browser: Browser) -> None:
    assert temperatures(plant) == [80, 80, 80]
    watching = sign_in(browser, plant, "viewer")
    watching.goto("/monitor/targets/?q=filling")

    configure_and_publish(sign_in(browser, plant, "author"))
    assert temperatures(plant) == [80, 80, 80], "publishing changes nothing on a line"

    deployer = sign_in(browser, plant, "deployer")
    deploy_and_watch(deployer)
    assert temperatures(plant) == [75, 85, 75]
    for line in LINES:
        expect(row(watching, line).get_by_text("1.0.0.2")).to_be_visible(timeout=SOON)
        expect(row(watching, line).get_by_text("Deployment completed")).to_be_visible()

    roll_back(deployer, "Filling 2")
    assert temperatures(plant) == [75, 80, 75]

    mia = sign_in(browser, plant, "maas")
    for path in ("/monitor/", "/monitor/events/", "/configure/published/", "/deploy/rollouts/"):
        mia.goto(path)
        expect(mia.get_by_role("heading", level=1)).to_be_visible()
        assert "Filling" not in mia.content(), path
