"""The playground in a real browser: the result follows what is typed, under the strict policy."""

from collections.abc import Callable

from playwright.sync_api import Browser, Page, expect

from orchestration.services import contexts
from rbac.models import User

SignIn = Callable[[Page, User], None]
WRONG = "configs:\n  Speed: ${{$val(Speed)}}\n  Half: ${{$vall(Speed) / 2}}\n"


def opened(sign_in: SignIn, server: str, page: Page) -> User:
    root = User.objects.create_superuser("root")
    contexts.create(root, "contoso", ["Factory", "Line"])
    sign_in(page, root)
    page.goto(f"{server}/admin/")
    page.get_by_role("link", name="Playground").click()
    expect(page.get_by_role("heading", name="Playground")).to_be_visible()
    return root


def test_the_result_follows_what_is_typed(sign_in: SignIn, server: str, quiet: Page) -> None:
    opened(sign_in, server, quiet)
    result = quiet.locator("#result")
    expect(result).to_contain_text("WarnAt: 80")
    quiet.get_by_label("Schema").fill("rules: {configs: {Speed: {type: int}}}")
    quiet.get_by_label("Specification").fill("")
    template = quiet.get_by_label("Template", exact=True)
    template.fill(WRONG)
    expect(result).to_contain_text("did you mean $val?")
    expect(quiet.get_by_role("status").filter(has_text="Cannot be used")).to_have_count(1)

    quiet.get_by_role("button", name="Go to template, Half, line 3, column 12").click()
    expect(template).to_be_focused()
    chosen = "field => field.value.slice(field.selectionStart, field.selectionEnd)"
    assert template.evaluate(chosen) == "$vall(Speed) / 2}}"

    template.fill(WRONG.replace("vall", "val"))
    quiet.get_by_label("Values of Factory").fill("Speed: 50")
    quiet.get_by_label("Values of Line").fill("Speed: 60")
    row = result.get_by_role("row", name="Speed: 60 Set at")
    expect(row).to_contain_text("Set at Line 3, over 50 from Factory 1")
    assert "?" not in quiet.url  # nothing of what is typed stands in the address


def test_without_scripts_it_is_a_form(sign_in: SignIn, server: str, browser: Browser) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    opened(sign_in, server, page)
    expect(page.get_by_role("button", name="Go to")).to_have_count(0)
    page.get_by_label("Template", exact=True).fill(WRONG)
    page.get_by_role("button", name="Try it").click()
    expect(page.locator("#result")).to_contain_text("did you mean $val?")
    expect(page.get_by_label("Template", exact=True)).to_have_value(WRONG)
    context.close()
