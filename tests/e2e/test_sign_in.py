from collections.abc import Callable

from playwright.sync_api import Page, expect

from rbac.models import User

SignIn = Callable[[Page, User], None]


def test_a_stranger_gets_the_form_and_a_clean_console(server: str, quiet: Page) -> None:
    quiet.goto(f"{server}/login/")
    expect(quiet.locator("input[name=password]")).to_be_visible()
    assert quiet.evaluate("getComputedStyle(document.body).margin") == "0px"


def test_a_wrong_password_is_said_beside_the_form(server: str, quiet: Page) -> None:
    quiet.goto(f"{server}/login/")
    quiet.locator("input[name=username]").fill("nobody")
    quiet.locator("input[name=password]").fill("wrong")
    quiet.get_by_role("button", name="Sign in").click()
    expect(quiet.locator("form")).to_contain_text("correct", ignore_case=True)


def test_an_administrator_gets_in(sign_in: SignIn, server: str, page: Page) -> None:
    root = User.objects.create_superuser("root")
    page.goto(f"{server}/login/?next=/admin/")
    sign_in(page, root)
    page.goto(f"{server}/admin/")
    expect(page.locator("#site-name")).to_be_visible()
