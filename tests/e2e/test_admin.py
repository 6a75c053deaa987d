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
    "orchestration/node/", "orchestration/target/add/", "orchestration/solutiontemplate/add/",
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
    quiet.get_by_label("Number of lines").fill("3")
    quiet.get_by_role("button", name="Add factory").click()
    expect(quiet.locator(".messagelist")).to_contain_text("its 3 lines were made")
    expect(quiet.locator(".tree--2")).to_have_text("gamma")

    quiet.get_by_role("link", name="gamma", exact=True).click()
    quiet.get_by_role("link", name="Enrol an agent").click()
    quiet.get_by_role("button", name="Save").click()
    command = quiet.locator("pre").inner_text()
    assert re.fullmatch(r"python -m agent run --server \S+ --token \S+ --data \S+", command)

    gamma = Node.objects.get(name="gamma")
    agent = Agent.objects.create(node=gamma, name="gw-1", sign_key="k", fingerprint="one-two-three")
    quiet.goto(f"{server}/admin/")
    quiet.get_by_role("row", name="gw-1").get_by_role("link", name="Approve").click()
    expect(quiet.locator("#content")).to_contain_text("one-two-three")
    quiet.get_by_role("button", name="Approve").click()
    expect(quiet.locator(".messagelist")).to_contain_text("gw-1 was approved")
    assert Target.objects.filter(node__parent=gamma, agent=agent).count() == 3
