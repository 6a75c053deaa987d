"""The admin site in a real browser: the set-up of a factory, with a console that stays clean."""

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

from orchestration.models import Agent, Node, Target
from orchestration.services import contexts, places
from rbac.models import User

SignIn = Callable[[Page, User], None]
PAGES = (
    "", "health/", "auth/group/add/", "orchestration/agent/",
    "orchestration/context/", "orchestration/deployment/", "orchestration/event/",
    "orchestration/node/", "orchestration/node/tree/", "orchestration/node/add-factory/",
    "orchestration/target/add/", "orchestration/solutiontemplate/add/",
    "rbac/roleassignment/add/", "rbac/user/",
)  # fmt: skip


def test_no_page_of_the_admin_site_breaks_the_policy(
    sign_in: SignIn, server: str, quiet: Page
) -> None:
    root = User.objects.create_superuser("root")
    contexts.create(root, "contoso", ["Region", "Factory", "Line"])
    quiet.goto(f"{server}/admin/")
    sign_in(quiet, root)
    for page in PAGES:
        quiet.goto(f"{server}/admin/{page}")
        expect(quiet.locator("#site-name")).to_be_visible()


def test_a_factory_from_nothing_to_its_first_agent(
    sign_in: SignIn, server: str, quiet: Page
) -> None:
    root = User.objects.create_superuser("root")
    context = contexts.create(root, "contoso", ["Region", "Factory", "Line"])
    region = places.create_site(root, contexts.root_of(context), "north")
    quiet.goto(f"{server}/admin/")
    sign_in(quiet, root)

    quiet.goto(f"{server}/admin/orchestration/node/")
    quiet.get_by_role("link", name="Add a factory with its lines").click()
    quiet.get_by_label("Inside").select_option(str(region.pk))
    quiet.get_by_label("Name of the factory").fill("gamma")
    quiet.get_by_label("Lines:", exact=True).fill("Filling 1..25, Packing 1..15")
    quiet.get_by_role("button", name="Add factory").click()
    expect(quiet.locator("#content-main")).to_contain_text("gamma and its 40 lines were made")
    command = quiet.locator("pre").inner_text()
    assert re.fullmatch(r"python -m agent run --server \S+ --token \S+ --data \S+", command)

    quiet.get_by_role("link", name="Show it in the tree").click()
    expect(quiet.locator(".branch__name", has_text="Packing 15")).to_be_visible()

    gamma = Node.objects.get(name="gamma")
    agent = Agent.objects.create(node=gamma, name="gw-1", sign_key="k", fingerprint="one-two-three")
    quiet.goto(f"{server}/admin/")
    quiet.get_by_role("row", name="gw-1").get_by_role("link", name="Approve").click()
    expect(quiet.locator("#content")).to_contain_text("one-two-three")
    quiet.get_by_role("button", name="Approve").click()
    expect(quiet.locator(".messagelist")).to_contain_text("gw-1 was approved")
    assert Target.objects.filter(node__parent=gamma, agent=agent).count() == 40


def test_the_tree_opens_place_by_place(sign_in: SignIn, server: str, quiet: Page) -> None:
    root = User.objects.create_superuser("root")
    context = contexts.create(root, "contoso", ["Region", "Factory", "Line"])
    region = places.create_site(root, contexts.root_of(context), "north")
    factory = places.create_site(root, region, "gamma")
    for number in range(60):
        places.create_target(root, factory, f"line-{number}")
    quiet.goto(f"{server}/admin/")
    sign_in(quiet, root)
    quiet.set_viewport_size({"width": 390, "height": 800})
    quiet.goto(f"{server}/admin/orchestration/node/tree/")
    names = quiet.locator(".branch__name")
    expect(names).to_have_text(["contoso"])
    names.get_by_text("contoso").click()
    names.get_by_text("north").click()
    names.get_by_text("gamma").click()
    expect(names).to_have_count(53)
    quiet.get_by_role("button", name="Show more of 10").click()
    expect(names.last).to_have_text("line-59")
    expect(names).to_have_count(63)
    wide = quiet.evaluate("document.documentElement.scrollWidth")
    assert wide <= 390
    quiet.get_by_label("Find a place or line by name").fill("line-42")
    quiet.get_by_role("button", name="Find").click()
    expect(names).to_have_text(["line-42"])
