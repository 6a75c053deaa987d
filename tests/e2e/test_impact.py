"""In a browser: what a save would change before it is made, and where every value is from."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
from playwright.sync_api import Browser, Page, expect

from orchestration.models import (
    ConfigurationRevision,
    Node,
    SolutionInstance,
    SolutionTemplateVersion,
    SolutionVersion,
    Target,
)
from orchestration.services import catalog, configuration, contexts, places, publishing
from orchestration.services.configuration import Edit
from rbac import grants
from rbac.models import User
from tests.e2e.conftest import PASSWORD

SignIn = Callable[[Page, User], None]
SCHEMA = """
rules:
  configs:
    MaxTemp: {type: float, required: true, minValue: 20, maxValue: 120, editableBy: [OT],
              label: Highest temperature, unit: °C}
    Warn: {type: float, editableBy: [OT], label: Warns at, unit: °C,
           expression: "${{$lt($val(Warn), $val(MaxTemp))}}",
           message: It must warn below the highest temperature.}
"""
TEMPLATE = """
schema: {name: oven, version: 1.0.0}
configs:
  MaxTemp: ${{$val(MaxTemp)}}
  Warn: ${{$val(Warn)}}
  Half: ${{$val(MaxTemp)/2}}
"""


@dataclass
class Mill:
    """A factory with six lines below a region that sets 80 degrees.

    Line 4 warns at 78, lines 5 and 6 have their own temperature; all have the oven published, and
    lines 1 and 2 run it.
    """

    ana: User
    factory: Node
    lines: list[Target]
    oven: SolutionTemplateVersion

    @property
    def address(self) -> str:
        return f"/configure/nodes/{self.factory.pk}/solutions/{self.oven.template_id}/"


@pytest.fixture
def mill(server: str) -> Mill:
    root = User.objects.create_superuser("root", first_name="Rita", last_name="Root")
    context = contexts.create(root, "bakery", ["Region", "Factory", "Line"])
    region = places.create_site(root, contexts.root_of(context), "north")
    factory = places.create_site(root, region, "mill", time_zone="Europe/Berlin")
    lines = [
        places.create_target(root, factory, f"line-{n}", display_name=f"Line {n}", scope="plant")
        for n in range(1, 7)
    ]
    catalog.create_schema_version(root, context, text=SCHEMA, name="oven", version="1.0.0")
    specification = {"components": [{"name": "oven", "type": "mock", "properties": {}}]}
    source = catalog.SolutionSource("oven", "1.0.0", TEMPLATE, specification, display_name="Oven")
    oven = catalog.create_solution_version(root, context, source)
    own = [Edit(line.node, {"MaxTemp": 90 + n}, 0) for n, line in enumerate(lines[4:])]
    warns = Edit(lines[3].node, {"Warn": 78}, 0)
    configuration.save(root, oven, [Edit(region, {"MaxTemp": 80, "Warn": 60}, 0), warns, *own])
    publishing.publish(root, oven, lines)
    for row in SolutionVersion.objects.filter(instance__target__in=lines[:2]):
        SolutionInstance.objects.filter(pk=row.instance_id).update(current=row, state="Deployed")
    ana = User.objects.create_user("ana", first_name="Ana", last_name="Author")
    for role in ("configuration-author", "solution-viewer"):
        grants.give(role, ana, contexts.root_of(context))
    return Mill(ana, factory, lines, oven)


@pytest.fixture
def plain(browser: Browser, server: str, mill: Mill) -> Iterator[Page]:
    """Ana in a browser without scripts."""
    mill.ana.set_password(PASSWORD)
    mill.ana.save()
    context = browser.new_context(base_url=server, java_script_enabled=False)
    page = context.new_page()
    page.goto("/login/")
    page.locator("input[name=username]").fill("ana")
    page.locator("input[name=password]").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    yield page
    context.close()


def saved(node: Node) -> int:
    return ConfigurationRevision.objects.filter(node=node).count()


def expect_the_effect(page: Page) -> None:
    """Of 75 degrees at the factory."""
    panel = page.get_by_role("region", name="What this changes")
    expect(panel).to_contain_text("This changes 4 lines, 2 of them running it.")
    first, second = panel.get_by_role("listitem").filter(has_text="line").all()[:2]
    expect(first).to_contain_text("1 line would no longer be valid")
    expect(first).to_contain_text("Line 4")
    expect(first).to_contain_text("It must warn below the highest temperature.")
    expect(panel).to_contain_text("Line 1, Line 2, Line 3")
    expect(panel).to_contain_text("Highest temperature: 80 °C → 75 °C")
    expect(panel).to_contain_text("2 lines have their own values and do not change.")
    expect(panel).to_contain_text("Line 5, Line 6")
    assert second != first


def test_the_effect_is_shown_before_saving_and_the_review_starts_after_it(
    page: Page, server: str, sign_in: SignIn, mill: Mill
) -> None:
    sign_in(page, mill.ana)
    page.goto(server + mill.address)
    page.get_by_label("Highest temperature").fill("75")
    page.get_by_role("button", name="Show what this changes").click()
    expect_the_effect(page)
    expect(page.get_by_label("Highest temperature")).to_have_value("75")
    assert saved(mill.factory) == 0
    page.get_by_label("Highest temperature").fill("79")
    page.get_by_role("button", name="Show what this changes").click()
    panel = page.get_by_role("region", name="What this changes")
    expect(panel).not_to_contain_text("no longer be valid")
    expect(panel).to_contain_text("80 °C → 79 °C")
    page.get_by_role("button", name="Save values").click()
    expect(page.get_by_text("Values saved.")).to_be_visible()
    page.get_by_text(re.compile("Review these")).click()
    expect(page.get_by_role("heading", name=re.compile("Review for"))).to_be_visible()


def test_the_effect_is_shown_without_scripts_too(plain: Page, mill: Mill) -> None:
    plain.goto(mill.address)
    plain.get_by_label("Highest temperature").fill("75")
    plain.get_by_role("button", name="Show what this changes").click()
    expect_the_effect(plain)
    expect(plain.get_by_label("Highest temperature")).to_have_value("75")
    assert saved(mill.factory) == 0
    plain.get_by_role("button", name="Save values").last.click()
    expect(plain.get_by_text("Values saved.")).to_be_visible()
    assert saved(mill.factory) == 1


def test_the_review_groups_what_changes_and_says_why_each_value_is_what_it_is(
    quiet: Page, server: str, sign_in: SignIn, mill: Mill
) -> None:
    configuration.save(mill.ana, mill.oven, [Edit(mill.factory, {"MaxTemp": 85}, 0)])
    sign_in(quiet, mill.ana)
    ids = f"{mill.lines[0].pk}-{mill.lines[1].pk}"
    quiet.goto(f"{server}/configure/solutions/review/?version={mill.oven.pk}&lines={ids}")
    changes = quiet.get_by_role("region", name="What changes")
    expect(changes).to_contain_text("2 lines: Highest temperature: 80 °C → 85 °C")
    quiet.get_by_role("link", name="Line 1").click()
    pane = quiet.get_by_role("complementary", name="Details")
    row = pane.get_by_role("row").filter(has=quiet.locator("code", has_text="MaxTemp")).last
    origin = re.compile(r"Set by Ana Author at Factory mill on .*, over 80 °C from Region north")
    expect(row).to_contain_text(origin)
    row.get_by_text("Why this value?").click()
    expect(row).to_contain_text(re.compile("Instead of 80 °C, set by Rita Root at Region north on"))
    half = pane.get_by_role("row").filter(has_text="Worked out from Highest temperature")
    half.get_by_text("Why this value?").click()
    expect(half).to_contain_text(re.compile("Highest temperature: 85 °C, set by Ana Author at"))


@pytest.mark.parametrize("width", [360, 768, 1440])
def test_the_effect_is_never_wider_than_the_screen(
    quiet: Page, server: str, sign_in: SignIn, mill: Mill, width: int
) -> None:
    quiet.set_viewport_size({"width": width, "height": 900})
    sign_in(quiet, mill.ana)
    ids = f"{mill.lines[0].pk}-{mill.lines[5].pk}"
    values = f"/configure/solutions/values/?version={mill.oven.pk}&lines={ids}"
    for path, field in ((mill.address, "v.MaxTemp"), (values, "v.Warn")):
        quiet.goto(server + path)
        quiet.locator(f"[name='{field}']").fill("75")
        quiet.get_by_role("button", name="Show what this changes").click()
        expect(quiet.get_by_role("region", name="What this changes")).to_be_visible()
        root = "document.documentElement"
        assert quiet.evaluate(f"{root}.scrollWidth <= {root}.clientWidth"), path
        quiet.wait_for_load_state("networkidle")  # leaving would break off what follows hints
