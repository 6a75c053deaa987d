"""The shell around every page, seen on the page that shows all components."""

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection
from playwright.sync_api import Page, Route, expect

from orchestration import hints
from rbac.models import User
from tests.e2e.console import GIVEN_UP, Console

SignIn = Callable[[Page, User], None]
SIZES = {"phone": (360, 740), "tablet": (768, 1024), "desk": (1440, 900)}
SMALLEST_TARGET = 44  # CSS pixels, a finger in a glove
EVERYTHING = "/"


def beside(say: Callable[..., None], *arguments: object) -> None:
    """Say it from a thread of its own: Playwright's event loop runs in this one."""

    def said() -> None:
        say(*arguments)
        connection.close()

    with ThreadPoolExecutor(max_workers=1) as thread:
        thread.submit(said).result()


def tell(*topics: str) -> None:
    beside(hints.tell, topics, EVERYTHING)


@pytest.fixture
def showcase(server: str, sign_in: SignIn, page: Page) -> Page:
    sign_in(page, User.objects.create_superuser("root"))
    page.goto(f"{server}/design/")
    return page


def marked(page: Page) -> bool:
    return bool(page.evaluate("document.getElementById('clock').dataset.mark === 'seen'"))


def mark(page: Page) -> None:
    page.evaluate("document.getElementById('clock').dataset.mark = 'seen'")


def connected(page: Page) -> None:
    """Wait until a hint gets through: the socket connects some time after the page."""
    mark(page)
    for _ in range(50):
        tell("design:1")
        page.wait_for_timeout(100)
        if not marked(page):
            return
    pytest.fail("no hint arrived")


def test_a_hint_refreshes_its_part_and_nothing_moves(showcase: Page) -> None:
    connected(showcase)
    mark(showcase)
    name = showcase.locator("#f-AppName")
    name.scroll_into_view_if_needed()
    name.fill("half a name")
    seen_from = showcase.evaluate("scrollY")
    assert seen_from > 0
    tell("design:1")
    expect(showcase.locator("#clock")).not_to_have_attribute("data-mark", "seen")
    assert showcase.evaluate("scrollY") == seen_from
    expect(name).to_be_focused()
    assert name.input_value() == "half a name"


def test_a_hint_for_something_else_changes_nothing(showcase: Page) -> None:
    connected(showcase)
    showcase.wait_for_timeout(600)
    mark(showcase)
    tell("design:2", "target:1")
    showcase.wait_for_timeout(600)
    assert marked(showcase)


def test_marked_text_is_left_alone_until_it_is_let_go(showcase: Page) -> None:
    connected(showcase)
    showcase.wait_for_timeout(600)
    mark(showcase)
    showcase.evaluate("getSelection().selectAllChildren(document.getElementById('clock'))")
    tell("design:1")
    showcase.wait_for_timeout(600)
    assert marked(showcase)
    showcase.evaluate("getSelection().removeAllRanges()")
    expect(showcase.locator("#clock")).not_to_have_attribute("data-mark", "seen")


def test_a_lost_connection_is_said_and_the_return_refreshes(showcase: Page) -> None:
    connected(showcase)
    mark(showcase)
    showcase.context.set_offline(True)
    expect(showcase.locator("#connection")).to_contain_text("Last updated")
    showcase.context.set_offline(False)
    expect(showcase.locator("#connection")).to_be_hidden(timeout=10_000)
    expect(showcase.locator("#clock")).not_to_have_attribute("data-mark", "seen")


def test_the_end_of_the_session_is_said(showcase: Page) -> None:
    connected(showcase)
    User.objects.filter(username="root").update(is_active=False)
    beside(hints.tell_rights, [User.objects.get(username="root").pk])
    expect(showcase.locator("#connection")).to_contain_text("You are signed out")


def test_every_screen_holds_the_page_without_scrolling_sideways(showcase: Page) -> None:
    for width, height in SIZES.values():
        showcase.set_viewport_size({"width": width, "height": height})
        assert showcase.evaluate("document.documentElement.scrollWidth <= innerWidth"), width


def test_what_one_presses_fits_a_finger_in_a_glove(showcase: Page) -> None:
    for width, height in (SIZES["phone"], SIZES["tablet"]):
        showcase.set_viewport_size({"width": width, "height": height})
        small = showcase.evaluate(
            """least => [...document.querySelectorAll('.button, .rail a, .tab, .input, .choice')]
                .filter(one => one.checkVisibility() && !one.closest('.field__origin, .message'))
                .filter(one => one.getBoundingClientRect().height < least - 0.5)
                .map(one => one.outerHTML.slice(0, 120))""",
            SMALLEST_TARGET,
        )
        assert small == [], width


def test_the_theme_is_kept(showcase: Page) -> None:
    showcase.locator("[data-theme-button]").click()
    showcase.locator("[data-theme-button]").click()
    showcase.reload()
    expect(showcase.locator("html")).to_have_attribute("data-theme", "dark")


def test_boxes_select_all_and_are_counted(showcase: Page) -> None:
    showcase.locator("[data-select-all]").check()
    expect(showcase.locator(".selection__count")).to_have_text("5 selected")
    showcase.locator("tbody .select input").first.uncheck()
    expect(showcase.locator(".selection__count")).to_have_text("4 selected")


def test_a_confirmation_opens_in_place_and_escape_closes_it(showcase: Page) -> None:
    panel = showcase.locator("#confirm-1 .confirm__panel")
    expect(panel).to_be_hidden()
    showcase.locator("#confirm-1 summary").click()
    expect(panel).to_be_visible()
    showcase.keyboard.press("Escape")
    expect(panel).to_be_hidden()
    expect(showcase.locator("#confirm-1 summary")).to_be_focused()


def test_details_open_beside_the_page_with_an_address_of_their_own(showcase: Page) -> None:
    showcase.locator("tbody a.status").first.click()
    pane = showcase.locator("#pane")
    expect(pane).to_contain_text("Bottling line")
    expect(showcase).to_have_url(re.compile(r"pane="))
    showcase.go_back()
    expect(pane).to_be_hidden()
    showcase.go_forward()
    expect(pane).to_be_visible()
    showcase.keyboard.press("Escape")
    expect(pane).to_be_hidden()


def test_a_pasted_block_fills_the_grid(showcase: Page) -> None:
    cell = showcase.locator("[data-grid] .input").first
    cell.evaluate(
        """cell => {
            const data = new DataTransfer();
            data.setData('text/plain', '71\\t0.9\\n72\\t1.0\\n');
            const how = {clipboardData: data, bubbles: true, cancelable: true};
            cell.dispatchEvent(new ClipboardEvent('paste', how));
        }"""
    )
    values = [showcase.locator("[data-grid] .input").nth(place).input_value() for place in range(4)]
    assert values == ["71", "0.9", "72", "1.0"]


def test_the_showcase_keeps_the_policy(server: str, quiet: Page) -> None:
    quiet.goto(f"{server}/design/")
    expect(quiet.locator("h1")).to_have_text("Components")
    expect(quiet.locator("html.scripted")).to_be_attached()


def test_a_request_that_was_given_up_is_no_complaint_but_a_failed_one_is(showcase: Page) -> None:
    connected(showcase)
    console = Console(showcase)
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    def asked(times: int) -> None:
        showcase.evaluate("htmx.trigger('#clock', 'live')")
        while len(held) < times:
            showcase.wait_for_timeout(50)

    showcase.route("**/design/", hold)
    asked(1)
    with showcase.expect_console_message(lambda one: "htmx:sendAbort" in one.text):
        showcase.evaluate("htmx.trigger('#clock', 'htmx:abort')")
    asked(2)
    assert console.complaints == []
    with showcase.expect_event("requestfailed", lambda one: one.failure != GIVEN_UP):
        held[1].abort("connectionrefused")
    assert f"net::ERR_CONNECTION_REFUSED: GET {showcase.url}" in console.complaints
