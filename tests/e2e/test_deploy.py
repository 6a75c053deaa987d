"""From a published revision to a running line, in two browsers at once, and back again."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.plant import Plant, running_plant

SOON = 45_000  # ms
LINES = ["Filling 1", "Filling 2", "Filling 3"]


@pytest.fixture(scope="module")
def plant(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Plant]:
    with running_plant(tmp_path_factory.mktemp("sitewright") / "plant") as running:
        yield running


@pytest.fixture
def somebody(plant: Plant, browser: Browser) -> Iterator[Any]:
    """Opens a browser of one's own for a person of the demo."""
    contexts = []

    def at(name: str, path: str, **options: Any) -> Page:
        contexts.append(browser.new_context(base_url=plant.address, locale="en", **options))
        page = contexts[-1].new_page()
        page.goto(f"/login/?next={path}")
        page.locator("input[name=username]").fill(name)
        page.locator("input[name=password]").fill("demo")
        page.get_by_role("button", name="Sign in").click()
        page.wait_for_url(lambda url: "/login/" not in url)
        return page

    yield at
    for context in contexts:
        context.close()


def publish(plant: Plant, temperature: int) -> None:
    """The author sets a value for the filling lines, and publishes."""
    solution = plant.call("author", "GET", "solutions/?name=line-dashboard")["results"][0]
    version = plant.call("author", "GET", f"solution-versions/?solution={solution['id']}")
    targets = plant.call("author", "GET", "targets/?limit=100")["results"]
    chosen = [target["id"] for target in targets if target["name"].startswith("filling")]
    for target in chosen:
        place = f"configurations/{target}/{solution['id']}/"
        sheet = plant.call("author", "GET", place)
        values = sheet["values"] | {"MaxTemperature": temperature}
        plant.call("author", "PUT", place, {"values": values, "base": sheet["base"]})
    body = {"version": version["results"][0]["id"], "targets": chosen}
    plant.call("author", "POST", "publish/", body)


def temperatures(plant: Plant) -> list[float]:
    return [plant.configuration(index)["MaxTemperature"] for index in range(3)]


def row(page: Page, line: str) -> Any:
    return page.get_by_role("row").filter(has=page.get_by_role("link", name=line, exact=True))


def test_deploy_three_lines_while_somebody_watches(plant: Plant, somebody: Any) -> None:
    publish(plant, 71)
    watching = somebody("viewer", "/monitor/targets/?q=filling")
    expect(row(watching, "Filling 1").get_by_text("Line dashboard 1.0.0.1")).to_be_visible()
    stranger = somebody("maas", "/monitor/events/")

    page = somebody("deployer", "/deploy/")
    for line in LINES:
        row(page, line).get_by_role("checkbox").check()
    expect(page.get_by_text("3 selected")).to_be_visible()
    page.get_by_role("button", name="Deploy …").click()
    expect(page.get_by_role("heading", name="Deploy to 3 lines?")).to_be_visible()
    page.get_by_role("button", name="Deploy to 3 lines").click()
    page.wait_for_url("**/deploy/rollouts/*/")

    # Nobody reloads: the hints do.
    for line in LINES:
        expect(row(page, line).get_by_text("Completed")).to_be_visible(timeout=SOON)
    expect(page.get_by_text("3 of 3")).to_be_visible()
    for line in LINES:
        shown = row(watching, line)
        expect(shown.get_by_text("Line dashboard 1.0.0.2")).to_be_visible(timeout=SOON)
        expect(shown.get_by_text("Deployment completed")).to_be_visible(timeout=SOON)
    assert temperatures(plant) == [71, 71, 71]
    stranger.reload()
    expect(stranger.get_by_text("Filling")).to_have_count(0)
    expect(stranger.get_by_role("link", name="Packing 1").first).to_be_visible()


def test_roll_one_back(plant: Plant, somebody: Any) -> None:
    page = somebody("deployer", "/monitor/targets/?q=Filling+2")
    page.get_by_role("link", name="Filling 2", exact=True).click()
    page.get_by_role("link", name="Roll back").click()
    page.get_by_role("link", name="Choose 1.0.0.1").click()
    expect(page.get_by_role("heading", name="Roll Filling 2 back to 1.0.0.1?")).to_be_visible()
    expect(page.get_by_role("rowheader", name="Highest temperature")).to_be_visible()
    page.get_by_role("button", name="Roll back to 1.0.0.1").click()
    expect(row(page, "Filling 2").get_by_text("Completed")).to_be_visible(timeout=SOON)
    assert temperatures(plant) == [71, 80, 71]


def test_without_scripts_it_works_too(plant: Plant, somebody: Any) -> None:
    page = somebody("deployer", "/deploy/", java_script_enabled=False)
    row(page, "Filling 2").get_by_role("checkbox").check()
    page.get_by_role("button", name="Deploy …").click()
    page.get_by_role("button", name="Deploy to 1 line").click()
    expect(page.get_by_role("heading", name="Deployment")).to_be_visible()
    for _ in range(60):
        if row(page, "Filling 2").get_by_text("Completed").count():
            break
        page.wait_for_timeout(500)
        page.reload()
    assert temperatures(plant) == [71, 71, 71]
