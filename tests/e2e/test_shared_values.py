"""Values that many solutions share: set once at a plant, found again in the review of a line."""

from collections.abc import Callable
from dataclasses import dataclass

import pytest
from playwright.sync_api import Page, expect

from orchestration.models import Node, SolutionTemplateVersion, Target
from orchestration.services import catalog, config_templates, contexts, places, publishing
from rbac import grants
from rbac.models import User

SignIn = Callable[[Page, User], None]
COMMON = """
schema:
  rules:
    configs:
      Broker: {type: string, required: true, editableBy: [OT], label: Message broker}
configs: {Broker: '${{$val(Broker)}}'}
"""
TEMPLATE = """
schema: {rules: {configs: {Broker: {type: string, label: Broker of the oven}}}}
configs: {Broker: '${{$val(Broker)}}'}
"""


@dataclass
class Plant:
    """A plant with a line, where a config template is linked that the oven reads."""

    ana: User
    factory: Node
    line: Target
    oven: SolutionTemplateVersion


@pytest.fixture
def plant(server: str) -> Plant:
    root = User.objects.create_superuser("root")
    context = contexts.create(root, "bakery", ["Factory", "Line"])
    factory = places.create_site(root, contexts.root_of(context), "mill")
    line = places.create_target(root, factory, "line-1", display_name="Line 1", scope="plant")
    shared = config_templates.create_version(
        root,
        context,
        config_templates.ConfigSource("common", "1.0.0", COMMON, display_name="Plant common"),
    )
    config_templates.link(root, factory, shared)
    source = catalog.SolutionSource(
        "oven",
        "1.0.0",
        TEMPLATE,
        {"components": [{"name": "oven", "type": "mock", "properties": {}}]},
        display_name="Oven",
    )
    oven = catalog.create_solution_version(root, context, source)
    ana = User.objects.create_user("ana", first_name="Ana", last_name="Author")
    for role in ("configuration-author", "solution-viewer"):
        grants.give(role, ana, contexts.root_of(context))
    return Plant(ana, factory, line, oven)


def test_a_value_of_the_plant_is_in_the_review_of_a_line_with_its_origin(
    quiet: Page, server: str, sign_in: SignIn, plant: Plant
) -> None:
    sign_in(quiet, plant.ana)
    quiet.goto(f"{server}/configure/?level=0")
    quiet.get_by_role("link", name="mill").first.click()
    quiet.get_by_role("link", name="Plant common").click()
    quiet.get_by_label("Message broker").fill("mq.mill")
    quiet.get_by_role("button", name="Save values").click()
    expect(quiet.get_by_text("Values saved.")).to_be_visible()

    quiet.goto(f"{server}/configure/nodes/{plant.line.pk}/")
    row = quiet.get_by_role("row", name="Plant common")
    expect(row.get_by_text("Factory mill")).to_be_visible()
    quiet.get_by_role("link", name="Oven").click()
    expect(quiet.get_by_label("Broker of the oven")).to_have_value("mq.mill")
    expect(quiet.get_by_text("Factory mill in common/1.0.0")).to_be_visible()

    quiet.goto(
        f"{server}/configure/solutions/review/{plant.line.pk}/"
        f"?version={plant.oven.pk}&lines={plant.line.pk}"
    )
    expect(quiet.get_by_text("mq.mill")).to_be_visible()
    expect(quiet.get_by_text("Set by Ana Author at Factory mill in common/1.0.0")).to_be_visible()


def test_another_value_makes_what_is_published_pending(
    quiet: Page, server: str, sign_in: SignIn, plant: Plant
) -> None:
    sign_in(quiet, plant.ana)
    values = f"{server}/configure/nodes/{plant.factory.pk}/solutions/"
    shared = plant.factory.links.get().template_id
    for broker in ("mq.mill", "mq.other"):
        quiet.goto(f"{values}{shared}/")
        quiet.get_by_label("Message broker").fill(broker)
        quiet.get_by_role("button", name="Save values").click()
        expect(quiet.get_by_text("Values saved.")).to_be_visible()
        if broker == "mq.mill":
            (made,) = publishing.publish(plant.ana, plant.oven, [plant.line])
            assert made.revision is not None
    quiet.get_by_role("link", name="Review this one").click()
    quiet.get_by_role("link", name="Line 1").first.click()
    expect(quiet.get_by_text("mq.other")).to_be_visible()
