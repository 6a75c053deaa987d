"""Shared terminals and single sign-on, in a real browser."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from orchestration.services import contexts
from rbac import grants
from rbac.models import User
from tests.e2e.conftest import PASSWORD
from tests.e2e.console import Console
from tests.provider import Provider, running

SignIn = Callable[[Page, User], None]
MOMENT = 2.0 / 60  # minutes


@pytest.fixture
def ana(server: str) -> User:
    """A person who may write values in a small company."""
    root = User.objects.create_superuser("root")
    context = contexts.create(root, "contoso", ["Region", "Line"])
    ana = User.objects.create_user("ana", first_name="Ana", last_name="Ruiz")
    grants.give("configuration-author", ana, contexts.root_of(context))
    return ana


@pytest.fixture
def ben(ana: User) -> User:
    ben = User.objects.create_user("ben", first_name="Ben", password=PASSWORD)
    grants.give("configuration-author", ben, ana.role_assignments.get().node)
    return ben


@pytest.fixture
def quick(settings: Any) -> None:
    """Shared terminals lock after two seconds."""
    settings.LOCK_SHARED_MINUTES = MOMENT


def at_shared_terminal(page: Page, server: str, user: User) -> None:
    user.set_password(PASSWORD)
    user.save()
    page.goto(f"{server}/login/?next=/account/")
    page.get_by_label("User name").fill(user.username)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_label("This is a shared terminal").check()
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/account/")


def test_a_cover_hides_the_page_and_keeps_what_was_typed(
    quick: None, ana: User, server: str, quiet: Page
) -> None:
    at_shared_terminal(quiet, server, ana)
    quiet.get_by_role("link", name="New token").click()
    quiet.get_by_label("Name").fill("half a name")
    cover = quiet.locator("#cover")
    expect(cover).to_be_visible(timeout=20_000)
    heading = quiet.get_by_role("heading", name="New API token")
    assert quiet.evaluate("document.elementFromPoint(5, 5).closest('#cover') !== null")
    quiet.keyboard.press("Escape")
    quiet.keyboard.press("Escape")
    expect(cover).to_be_visible()
    cover.get_by_label("Password").fill(PASSWORD)
    cover.get_by_role("button", name="Go on").click()
    expect(cover).to_be_hidden()
    expect(heading).to_be_visible()
    assert quiet.get_by_label("Name").input_value() == "half a name"


def test_a_wrong_password_leaves_the_cover(quick: None, ana: User, server: str, page: Page) -> None:
    at_shared_terminal(page, server, ana)
    cover = page.locator("#cover")
    expect(cover).to_be_visible(timeout=20_000)
    cover.get_by_label("Password").fill("guess")
    cover.get_by_role("button", name="Go on").click()
    expect(cover.get_by_role("alert")).to_contain_text("wrong")
    cover.get_by_label("Password").fill(PASSWORD)
    cover.get_by_role("button", name="Go on").click()
    expect(cover).to_be_hidden()


def test_somebody_else_takes_over_on_the_same_page(
    ana: User, ben: User, server: str, quiet: Page
) -> None:
    at_shared_terminal(quiet, server, ana)
    quiet.goto(f"{server}/account/tokens/new/")
    quiet.locator("details[data-menu] summary", has_text="Ana Ruiz").click()
    quiet.get_by_role("link", name="Somebody else").click()
    quiet.get_by_label("User name").fill("ben")
    quiet.get_by_label("Password").fill(PASSWORD)
    quiet.get_by_role("button", name="Take over").click()
    quiet.wait_for_url("**/account/tokens/new/")
    expect(quiet.locator("details[data-menu] summary", has_text="Ben")).to_be_visible()
    quiet.locator("details[data-menu] summary", has_text="Ben").click()
    quiet.get_by_role("link", name="Somebody else").click()
    quiet.get_by_role("link", name="ana").click()
    quiet.get_by_label("Password").fill(PASSWORD)
    quiet.get_by_role("button", name="Take over").click()
    expect(quiet.locator("details[data-menu] summary", has_text="Ana Ruiz")).to_be_visible()


@pytest.mark.browser_context_args(java_script_enabled=False)
def test_without_scripts_a_form_waits_for_the_password(
    quick: None, ana: User, server: str, page: Page
) -> None:
    at_shared_terminal(page, server, ana)
    page.get_by_label("Time zone").select_option("Asia/Kolkata")
    page.wait_for_timeout(4000)
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("heading", name="Locked")).to_be_visible()
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Go on").click()
    page.get_by_role("button", name="Send it now").click()
    expect(page.get_by_label("Time zone")).to_have_value("Asia/Kolkata")


@pytest.fixture
def provider(settings: Any) -> Iterator[Provider]:
    with running(require_nonce=True) as found:
        settings.SINGLE_SIGN_ON = found.settings()
        yield found


def test_single_sign_on_leads_in_and_to_the_page_asked_for(
    provider: Provider, server: str, page: Page
) -> None:
    provider.person("olga", "plant-operators")
    page.goto(f"{server}/account/")
    page.get_by_role("link", name="Sign in with Contoso").click()
    page.wait_for_url(f"{provider.issuer}/**")
    page.locator("input[name=sub]").fill("olga")
    page.get_by_role("button", name="Authorize").click()
    page.wait_for_url(f"{server}/account/")
    console = Console(page)  # only now: the provider's own page is no matter of ours
    page.reload()
    expect(page.get_by_role("heading", name="Olga Test")).to_be_visible()
    expect(page.get_by_role("link", name="Change password")).to_have_count(0)
    assert console.complaints == []


def test_who_belongs_to_no_group_is_told_so(provider: Provider, server: str, page: Page) -> None:
    provider.person("gus", "choir")
    page.goto(f"{server}/login/")
    page.get_by_role("link", name="Sign in with Contoso").click()
    page.locator("input[name=sub]").fill("gus")
    page.get_by_role("button", name="Authorize").click()
    expect(page.get_by_role("heading", name="Not signed in")).to_be_visible()
    expect(page.locator("main")).to_contain_text("Ask your administrator")
