"""Setting values in a browser: checked while typing, current without reloading, and without
scripts too.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
from playwright.sync_api import Browser, Page, expect

from orchestration.models import (
    ConfigurationRevision,
    Node,
    SolutionTemplateVersion,
    SolutionVersion,
    Target,
)
from orchestration.services import catalog, configuration, contexts, places
from orchestration.services.configuration import Edit
from rbac import grants
from rbac.models import User
from tests.e2e.conftest import PASSWORD

SignIn = Callable[[Page, User], None]
SCHEMA = """
rules:
  configs:
    MaxTemp: {type: float, required: true, minValue: 20, maxValue: 120, editableBy: [OT],
              label: Highest temperature, unit: °C, description: The oven warns above it.}
    Shift: {type: string, allowedValues: [early, late], defaultValue: early, editableBy: [OT]}
    Counter: {type: boolean, defaultValue: true, editableBy: [OT], label: Show the counter}
    Note: {type: string, editableBy: [OT]}
    Port: {type: int, defaultValue: 9000, editableBy: [IT]}
"""
TEMPLATE = """
schema: {name: oven, version: 1.0.0}
configs: {MaxTemp: '${{$val(MaxTemp)}}', Shift: '${{$val(Shift)}}', Note: '${{$val(Note)}}',
          Port: '${{$val(Port)}}', Counter: '${{$val(Counter)}}'}
"""
LONG = "Bottling line 3, hall C, south side (returnables, half a litre and one litre)"


@dataclass
class Bakery:
    """A factory with three lines, a solution for them, and who sets its values."""

    root: User
    ana: User
    factory: Node
    lines: list[Target]
    oven: SolutionTemplateVersion

    def at(self, node: Node) -> str:
        return f"/configure/nodes/{node.pk}/solutions/{self.oven.template_id}/"


@pytest.fixture
def bakery(server: str) -> Bakery:
    root = User.objects.create_superuser("root")
    context = contexts.create(root, "bakery", ["Region", "Factory", "Line"])
    region = places.create_site(root, contexts.root_of(context), "north")
    factory = places.create_site(root, region, "mill")
    lines = [
        places.create_target(root, factory, f"line-{n}", display_name=title, scope="plant")
        for n, title in enumerate(("Line 1", "Line 2", LONG), start=1)
    ]
    catalog.create_schema_version(root, context, text=SCHEMA, name="oven", version="1.0.0")
    source = catalog.SolutionSource(
        "oven",
        "1.0.0",
        TEMPLATE,
        {"components": [{"name": "oven", "type": "mock", "properties": {}}]},
        display_name="Oven",
    )
    oven = catalog.create_solution_version(root, context, source)
    configuration.save(root, oven, [Edit(region, {"MaxTemp": 80}, 0)])
    ana = User.objects.create_user("ana", first_name="Ana", last_name="Author")
    for role in ("configuration-author", "solution-viewer"):
        grants.give(role, ana, contexts.root_of(context))
    return Bakery(root, ana, factory, lines, oven)


@pytest.fixture
def plain(browser: Browser, server: str, bakery: Bakery) -> Iterator[Page]:
    """Ana in a browser without scripts."""
    bakery.ana.set_password(PASSWORD)
    bakery.ana.save()
    context = browser.new_context(base_url=server, java_script_enabled=False)
    page = context.new_page()
    page.goto("/login/")
    page.locator("input[name=username]").fill("ana")
    page.locator("input[name=password]").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    yield page
    context.close()


def values(node: Node) -> dict[str, object]:
    newest = ConfigurationRevision.objects.filter(node=node).order_by("-number").first()
    return dict(newest.values) if newest else {}


def test_a_value_is_checked_while_it_is_typed_and_kept_until_saved(
    quiet: Page, server: str, sign_in: SignIn, bakery: Bakery
) -> None:
    sign_in(quiet, bakery.ana)
    quiet.goto(server + bakery.at(bakery.factory))
    field = quiet.get_by_label("Highest temperature")
    expect(field).to_have_value("80")
    field.fill("900")
    error = quiet.get_by_text("900 °C is not possible. Enter a number from 20 to 120 °C.")
    expect(error).to_be_visible()
    expect(field).to_have_attribute("aria-invalid", "true")
    field.fill("72,5")
    expect(quiet.get_by_text("Understood as 72.5 °C")).to_be_visible()
    expect(error).to_be_hidden()
    assert values(bakery.factory) == {}
    field.press("Enter")
    expect(quiet.get_by_text("Values saved.")).to_be_visible()
    assert values(bakery.factory) == {"MaxTemp": 72.5}

    quiet.get_by_role("button", name="Use inherited").click()
    expect(quiet.get_by_text("Will be inherited again when you save.")).to_be_visible()
    assert values(bakery.factory) == {"MaxTemp": 72.5}
    quiet.get_by_role("button", name="Save values").click()
    expect(quiet.get_by_text("Inherited from Region north")).to_be_visible()
    assert values(bakery.factory) == {}


def test_somebody_elses_save_is_announced_and_never_takes_what_one_types(
    page: Page, browser: Browser, server: str, sign_in: SignIn, bakery: Bakery
) -> None:
    sign_in(page, bakery.ana)
    page.goto(server + bakery.at(bakery.factory))
    page.get_by_label("Highest temperature").fill("85")
    other = browser.new_page()
    sign_in(other, bakery.root)
    other.goto(server + bakery.at(bakery.factory))
    other.get_by_label("Highest temperature").fill("82")
    other.get_by_role("button", name="Save values").click()
    expect(other.get_by_text("Values saved.")).to_be_visible()

    expect(page.get_by_text("saved these values since you opened them")).to_be_visible()
    expect(page.get_by_label("Highest temperature")).to_have_value("85")
    page.get_by_role("button", name="Save values").click()
    expect(page.get_by_text(re.compile("root set this to 82 °C on .*you typed is"))).to_be_visible()
    expect(page.get_by_label("Highest temperature")).to_have_value("85")
    assert values(bakery.factory) == {"MaxTemp": 82}
    page.get_by_role("button", name="Save values").click()
    expect(page.get_by_text("Values saved.")).to_be_visible()
    assert values(bakery.factory) == {"MaxTemp": 85}
    other.context.close()


def test_a_block_from_a_spreadsheet_fills_the_grid(
    quiet: Page, server: str, sign_in: SignIn, bakery: Bakery
) -> None:
    first, second, third = (line.pk for line in bakery.lines)
    sign_in(quiet, bakery.ana)
    quiet.goto(f"{server}/configure/solutions/lines/?version={bakery.oven.pk}")
    quiet.get_by_label("Select all rows on this page").check()
    expect(quiet.get_by_text("3 lines chosen")).to_be_visible()
    quiet.get_by_role("button", name="On to the values").click()
    quiet.locator(f"[name='c.{first}.MaxTemp']").focus()
    quiet.evaluate(
        """() => {
            const data = new DataTransfer();
            data.setData("text/plain", "70\\tlate\\n71\\tearly\\n");
            document.activeElement.dispatchEvent(
                new ClipboardEvent("paste", {clipboardData: data, bubbles: true, cancelable: true})
            );
        }"""
    )
    expect(quiet.locator(f"[name='c.{second}.MaxTemp']")).to_have_value("71")
    quiet.get_by_role("button", name="Save and review").click()
    expect(quiet.get_by_role("heading", name="Review for 3 lines")).to_be_visible()
    assert [values(Node.objects.get(pk=pk)) for pk in (first, second, third)] == [
        {"MaxTemp": 70, "Shift": "late"},
        {"MaxTemp": 71, "Shift": "early"},
        {},
    ]
    quiet.get_by_role("link", name="Line 1").click()
    pane = quiet.get_by_role("complementary", name="Details")
    origin = re.compile("Set by Ana Author at Line 1 on .*, over 80 °C from Region north")
    expect(pane.get_by_text(origin)).to_be_visible()
    quiet.keyboard.press("Escape")
    quiet.get_by_role("button", name="Publish for 3 lines").dblclick()
    expect(quiet.get_by_role("heading", name="Published for 3 lines")).to_be_visible()
    assert SolutionVersion.objects.count() == 3


def test_the_whole_way_works_without_scripts(plain: Page, bakery: Bakery) -> None:
    plain.goto("/configure/solutions/")
    plain.get_by_role("button", name="Choose lines").click()
    plain.get_by_label("Select Line 1").check()
    plain.get_by_label("Select Line 2").check()
    plain.get_by_role("button", name="On to the values").click()
    plain.locator("[name='v.MaxTemp']").fill("900")
    plain.get_by_role("button", name="Save and review").click()
    expect(plain.get_by_text("900 °C is not possible.")).to_be_visible()
    plain.locator("[name='v.MaxTemp']").fill("75")
    plain.get_by_label("Show the counter", exact=True).uncheck()
    plain.get_by_role("button", name="Save and review").click()
    expect(plain.get_by_text("Nothing on the line changes yet.")).to_be_visible()
    plain.get_by_role("button", name="Publish for 2 lines").click()
    plain.get_by_role("link", name="1.0.0.1").first.click()
    expect(plain.get_by_text("75 °C")).to_be_visible()
    assert values(bakery.lines[0].node) == {"MaxTemp": 75, "Counter": False}
    plain.get_by_text("Delete …").click()
    plain.get_by_role("button", name="Delete it").click()
    expect(plain.get_by_text("deleted.")).to_be_visible()


@pytest.mark.parametrize("width", [360, 768, 1440])
def test_no_page_is_wider_than_the_screen(
    quiet: Page, server: str, sign_in: SignIn, bakery: Bakery, width: int
) -> None:
    way = f"?version={bakery.oven.pk}&lines={bakery.lines[0].pk}-{bakery.lines[2].pk}"
    quiet.set_viewport_size({"width": width, "height": 900})
    sign_in(quiet, bakery.ana)
    for path in (
        "/configure/",
        bakery.at(bakery.lines[2].node),
        f"{bakery.at(bakery.factory)}history/",
        "/configure/solutions/",
        *(f"/configure/solutions/{step}/{way}" for step in ("lines", "values", "review")),
        f"/configure/solutions/review/{bakery.lines[2].pk}/{way}",
        "/configure/published/",
    ):
        quiet.goto(server + path)
        expect(quiet.get_by_role("heading", level=1)).to_be_visible()
        root = "document.documentElement"
        assert quiet.evaluate(f"{root}.scrollWidth <= {root}.clientWidth"), path
