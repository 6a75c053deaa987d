"""A line puts its settings into the program its plant shares, and takes them out again."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.e2e.plant import Plant, active, running_plant, until

SOON = 60_000  # ms
LINE = "Filling 3"
HISTORIAN, RECORDER = 30, 33  # the ports' places after the first


@pytest.fixture(scope="module")
def plant(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Plant]:
    with running_plant(tmp_path_factory.mktemp("sitewright") / "plant") as running:
        (made,) = publish_every(running, 10)
        deployed = {"revisions": [made["revision"]["id"]]}
        running.call("elbe", "POST", "rollouts/deploy/", deployed)
        until(lambda: not active(running))
        yield running


@pytest.fixture
def page(plant: Plant, browser: Browser) -> Iterator[Page]:
    """A browser of the operator of the Elbe plant."""
    context = browser.new_context(base_url=plant.address, locale="en")
    page = context.new_page()
    page.goto("/login/?next=/monitor/targets/")
    page.locator("input[name=username]").fill("elbe")
    page.locator("input[name=password]").fill("demo")
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(lambda url: "/login/" not in url)
    yield page
    context.close()


def sources(plant: Plant) -> list[dict[str, Any]]:
    """What the historian says it runs with."""
    found: list[dict[str, Any]] = plant.configuration(HISTORIAN)["Sources"]
    return found


def own_page(plant: Plant) -> str:
    """The page that the historian serves for people."""
    return httpx.get(f"http://127.0.0.1:{plant.line_ports + HISTORIAN}/", timeout=5).text


def publish_every(plant: Plant, seconds: int) -> list[dict[str, Any]]:
    solution = plant.call("elbe", "GET", "solutions/?name=line-recorder")["results"][0]
    targets = plant.call("elbe", "GET", "targets/?limit=100")["results"]
    (line,) = [target["id"] for target in targets if target["name"] == "filling-3"]
    place = f"configurations/{line}/{solution['id']}/"
    sheet = plant.call("elbe", "GET", place)
    values = sheet["values"] | {"Every": seconds}
    plant.call("elbe", "PUT", place, {"values": values, "base": sheet["base"]})
    body = {"version": solution["versions"][0]["id"], "targets": [line]}
    published: list[dict[str, Any]] = plant.call("elbe", "POST", "publish/", body)
    return published


def open_line(page: Page, name: str) -> None:
    page.goto("/monitor/targets/?q=" + name.split(maxsplit=1)[0])
    page.get_by_role("link", name=name, exact=True).click()
    expect(page.get_by_role("heading", name=name, level=1)).to_be_visible()


def recorder_of(page: Page) -> Locator:
    """The recorder on the page of its line, beside what else runs there."""
    open_line(page, LINE)
    return page.get_by_role("region", name="Line recorder")


def test_the_shared_program_shows_what_a_line_put_in(plant: Plant, page: Page) -> None:
    address = f"http://127.0.0.1:{plant.line_ports + RECORDER}/"
    assert sources(plant) == [{"Line": LINE, "Address": address, "Every": 10}]
    assert LINE in own_page(plant)
    open_line(page, "Elbe shared services")
    expect(page.get_by_text("Used by", exact=True)).to_be_visible()
    expect(page.get_by_role("link", name=f"Line recorder on {LINE}")).to_be_visible()
    expect(page.get_by_text("is still used by")).to_be_attached()


def test_deploying_a_line_again_changes_the_shared_program_first(plant: Plant, page: Page) -> None:
    publish_every(plant, 25)
    recorder_of(page).get_by_role("link", name="Deploy newest").click()
    page.get_by_role("button", name="Deploy to 1 line").click()
    page.wait_for_url("**/deploy/rollouts/*/")
    expect(page.get_by_text("1 of 1")).to_be_visible(timeout=SOON)
    assert [one["Every"] for one in sources(plant)] == [25]
    assert plant.configuration(RECORDER)["Source"]["Every"] == 25


def test_uninstalling_a_line_takes_its_settings_out(plant: Plant, page: Page) -> None:
    recorder_of(page).get_by_role("link", name="Uninstall").click()
    page.get_by_role("button", name="Uninstall from 1 line").click()
    page.wait_for_url("**/deploy/rollouts/*/")
    until(lambda: not active(plant) and sources(plant) == [])
    assert LINE not in own_page(plant)
    open_line(page, "Elbe shared services")
    expect(page.get_by_text("Used by", exact=True)).to_have_count(0)
