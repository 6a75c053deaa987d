"""Contexts, their levels and their capabilities."""

import pytest

from orchestration.models import Context, Event, Node
from orchestration.services import contexts
from orchestration.services.errors import Invalid
from rbac.access import Denied
from tests.integration.conftest import LEVELS, Company


def test_a_context_has_a_root_and_a_catalog(company: Company) -> None:
    made = contexts.create(company.root_user, "fabrikam", ["Plant", "Cell"], display_name="F")
    root, catalog = contexts.root_of(made), contexts.catalog_of(made)
    assert (root.parent, root.kind, root.title) == (None, Node.Kind.CONTEXT, "F")
    assert (catalog.parent, catalog.path) == (root, f"/{root.pk}/{catalog.pk}/")
    event = Event.objects.get(kind="context.created", object_id=made.pk)
    assert (event.user, event.params) == (company.root_user, {"levels": ["Plant", "Cell"]})


def test_only_a_superuser_makes_contexts(company: Company) -> None:
    admin = company.person("adam", "admin")
    with pytest.raises(Denied) as denied:
        contexts.create(admin, "fabrikam", LEVELS)
    assert denied.value.verdict.code == "superuser-only"
    assert Context.objects.count() == 1


@pytest.mark.parametrize(
    ("levels", "code"),
    [
        ([], "levels-empty"),
        (["Plant", " "], "levels-empty"),
        (["Plant", "plant"], "levels-repeated"),
    ],
)
def test_levels_that_make_no_sense_are_refused(
    company: Company, levels: list[str], code: str
) -> None:
    with pytest.raises(Invalid) as invalid:
        contexts.create(company.root_user, "fabrikam", levels)
    assert invalid.value.code == code
    assert not Context.objects.filter(name="fabrikam").exists()


@pytest.mark.parametrize(("name", "code"), [("contoso", "name-taken"), ("  ", "name-empty")])
def test_a_context_needs_a_name_of_its_own(company: Company, name: str, code: str) -> None:
    with pytest.raises(Invalid) as invalid:
        contexts.create(company.root_user, name, LEVELS)
    assert invalid.value.code == code
    assert Context.objects.count() == 1
    assert Node.objects.filter(parent=None).count() == 1


def test_levels_can_be_renamed_and_added_but_not_taken_from_under_a_place(
    company: Company,
) -> None:
    admin = company.person("adam", "admin")
    changed = contexts.change(
        admin, company.context, display_name="C", levels=["Area", "Town", "Plant", "Line", "Cell"]
    )
    line = company.lines["alpha-1"].node
    line.refresh_from_db()
    assert line.level_name == "Line"
    assert contexts.root_of(changed).title == "C"
    with pytest.raises(Invalid) as invalid:
        contexts.change(admin, company.context, display_name="C", levels=["Area", "Town", "Plant"])
    assert (invalid.value.code, invalid.value.params) == ("levels-in-use", {"places": 6})


def test_changing_a_context_needs_the_right(company: Company) -> None:
    onboarding = company.person("olga", "onboarding-admin")
    with pytest.raises(Denied):
        contexts.change(onboarding, company.context, display_name="x", levels=LEVELS)
    with pytest.raises(Denied):
        contexts.add_capability(onboarding, company.context, "paint")
    company.context.refresh_from_db()
    assert company.context.display_name == "Contoso"


def test_a_capability_saved_twice_is_one(company: Company) -> None:
    contexts.add_capability(company.root_user, company.context, "soap", "makes soap")
    assert list(company.context.capabilities.values_list("name", "description")) == [
        ("soap", "makes soap")
    ]


def test_a_capability_in_use_stays(company: Company) -> None:
    soap = company.context.capabilities.get(name="soap")
    with pytest.raises(Invalid) as invalid:
        contexts.remove_capability(company.root_user, soap)
    assert invalid.value.code == "capability-in-use"
    paint = contexts.add_capability(company.root_user, company.context, "paint")
    contexts.remove_capability(company.root_user, paint)
    assert [c.name for c in company.context.capabilities.all()] == ["soap"]
    removed = Event.objects.get(kind="capability.removed")
    assert removed.object_name == "paint"


def test_unknown_capabilities_are_all_named(company: Company) -> None:
    with pytest.raises(Invalid) as invalid:
        contexts.capabilities_named(company.context, ["soap", "zinc", "acid"])
    assert invalid.value.params["names"] == ["acid", "zinc"]
