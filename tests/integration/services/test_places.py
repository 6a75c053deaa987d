"""Sites and targets: putting them up, changing them, taking them away."""

from typing import Any

import pytest

from orchestration.models import Event, Node, SolutionInstance, Target
from orchestration.services import places
from orchestration.services.contexts import catalog_of, root_of
from orchestration.services.errors import Invalid, Refused, ServiceError
from rbac.access import Denied
from tests.integration.conftest import Company
from tests.integration.services.site import Site


def code_of(error: pytest.ExceptionInfo[Any]) -> str:
    value = error.value
    return value.verdict.code if isinstance(value, Denied) else str(value.code)


def test_paths_are_made_of_ids(company: Company) -> None:
    for node in Node.objects.select_related("parent"):
        above = node.parent.path if node.parent else "/"
        assert node.path == f"{above}{node.pk}/"
    line = company.lines["alpha-1"].node
    assert line.level_name == "Line"
    assert line.path_ids()[-2:] == [company.factories["alpha"].pk, line.pk]


def test_a_place_may_be_made_where_one_has_the_right(company: Company) -> None:
    olga = company.person("olga", "onboarding-admin", company.factories["alpha"])
    made = places.create_target(olga, company.factories["alpha"], "alpha-4", capabilities=["soap"])
    assert [c.name for c in made.capabilities.all()] == ["soap"]
    with pytest.raises(Denied):
        places.create_target(olga, company.factories["beta"], "beta-4")
    with pytest.raises(Denied):
        places.create_site(olga, root_of(company.context), "east")
    assert Target.objects.count() == 7
    event = Event.objects.get(kind="target.created", object_name="alpha-4")
    assert (event.user, event.node, event.context) == (olga, made.node, company.context)


def test_a_target_may_hang_higher_up(company: Company) -> None:
    shared = places.create_target(company.root_user, root_of(company.context), "shared")
    assert shared.node.level == 0
    city = company.factories["alpha"].parent
    assert city is not None
    assert places.create_target(company.root_user, city, "city-wide").node.level == 2


def test_a_target_may_share_the_level_of_its_site(company: Company) -> None:
    factory = company.factories["alpha"]
    shared = places.create_target(company.root_user, factory, "shared", level=factory.level)
    assert shared.node.level_name == "Factory"
    for level in (0, 1, 4, -1):
        with pytest.raises(Invalid) as invalid:
            places.create_target(company.root_user, factory, "other", level=level)
        assert invalid.value.code == "level-wrong"
    for parent in (shared.node, catalog_of(company.context)):
        with pytest.raises(Invalid) as invalid:
            places.create_target(company.root_user, parent, "other", level=3)
        assert invalid.value.code == "parent-not-a-place"


@pytest.mark.parametrize(
    ("parent", "options", "code"),
    [
        ("alpha", {"name": " "}, "name-empty"),
        ("alpha", {"name": "alpha-1"}, "name-taken"),
        ("alpha", {"name": " alpha-1 "}, "name-taken"),
        ("alpha", {"name": "new"}, "level-too-deep"),
        ("line", {"name": "new"}, "parent-not-a-place"),
        ("catalog", {"name": "new"}, "parent-not-a-place"),
        ("root", {"name": "new", "time_zone": "Mars/Olympus"}, "time-zone-unknown"),
    ],
)
def test_sites_that_make_no_sense_are_refused(
    company: Company, parent: str, options: dict[str, str], code: str
) -> None:
    parents = {
        "alpha": company.factories["alpha"],
        "line": company.lines["alpha-1"].node,
        "catalog": catalog_of(company.context),
        "root": root_of(company.context),
    }
    before = Node.objects.count()
    where, options = parents[parent], dict(options)
    if code.startswith("name"):
        with pytest.raises(Invalid) as invalid:
            places.create_target(company.root_user, where, options["name"])
    else:
        with pytest.raises(Invalid) as invalid:
            places.create_site(company.root_user, where, options.pop("name"), **options)
    assert invalid.value.code == code
    assert Node.objects.count() == before


@pytest.mark.parametrize("scope", ["kube-system", ""])
def test_scopes_of_the_system_are_refused(company: Company, scope: str) -> None:
    with pytest.raises(Invalid) as invalid:
        places.create_target(company.root_user, company.factories["alpha"], "new", scope=scope)
    assert invalid.value.code == "scope-reserved"


def test_an_unknown_capability_leaves_no_half_made_target(company: Company) -> None:
    with pytest.raises(Invalid):
        places.create_target(
            company.root_user, company.factories["alpha"], "new", capabilities=["zinc"]
        )
    assert not Node.objects.filter(name="new").exists()


def test_the_same_name_may_stand_in_two_places(company: Company) -> None:
    places.create_target(company.root_user, company.factories["beta"], "alpha-1")
    assert Node.objects.filter(name="alpha-1").count() == 2


def test_a_place_is_renamed_without_moving(company: Company) -> None:
    node = company.factories["alpha"]
    path = node.path
    changed = places.change_node(
        company.root_user, node, name=" a ", display_name="Alpha", time_zone="Europe/Berlin"
    )
    assert (changed.name, changed.title, changed.path) == ("a", "Alpha", path)
    kinds = Event.objects.filter(object_id=node.pk, kind="site.changed")
    assert kinds.count() == 1


def test_renaming_a_line_needs_the_right_to_lines(company: Company) -> None:
    dora = company.person("dora", "deployment-admin", company.factories["alpha"])
    line = company.lines["alpha-1"].node
    places.change_node(dora, line, name="alpha-1", display_name="Soap", time_zone="")
    with pytest.raises(Denied) as denied:
        places.change_node(
            dora, company.factories["alpha"], name="a", display_name="", time_zone=""
        )
    assert denied.value.verdict.params["perm"] == "edit_hierarchy"


@pytest.mark.parametrize(
    ("name", "zone", "code"),
    [("", "", "name-empty"), ("alpha-2", "", "name-taken"), ("x", "Mars", "time-zone-unknown")],
)
def test_names_and_zones_are_checked_on_change(
    company: Company, name: str, zone: str, code: str
) -> None:
    line = company.lines["alpha-1"].node
    with pytest.raises(Invalid) as invalid:
        places.change_node(company.root_user, line, name=name, display_name="", time_zone=zone)
    assert invalid.value.code == code
    line.refresh_from_db()
    assert line.name == "alpha-1"


@pytest.mark.parametrize("which", ["root", "catalog", "solution"])
def test_what_is_no_place_is_neither_renamed_nor_removed_as_one(
    company: Company, which: str
) -> None:
    solution = company.solution().template.node
    if which == "catalog":
        solution.solution.delete()
        solution.delete()
    node = {
        "root": root_of(company.context),
        "catalog": catalog_of(company.context),
        "solution": solution,
    }[which]
    with pytest.raises(Invalid) as invalid:
        places.change_node(company.root_user, node, name="x", display_name="", time_zone="")
    assert invalid.value.code == "not-a-place"
    with pytest.raises(Invalid) as invalid:
        places.remove(company.root_user, node)
    assert invalid.value.code == "not-a-place"
    node.refresh_from_db()
    assert node.name != "x"


def test_a_target_is_given_an_agent_of_its_own_place_only(site: Site) -> None:
    company = site.company
    other = company.agent("beta", serves=False)
    target = company.lines["alpha-1"]
    settings: dict[str, Any] = {
        "scope": "plant",
        "capabilities": ["soap"],
        "specification": {"drivers": []},
    }
    with pytest.raises(Invalid) as invalid:
        places.change_target(company.root_user, target, agent=other, **settings)
    assert invalid.value.code == "agent-elsewhere"

    seq = site.document().seq
    target.refresh_from_db()
    places.change_target(company.root_user, target, agent=None, **settings)
    assert site.document().seq > seq
    target.refresh_from_db()
    assert target.agent is None
    assert target.specification == {"drivers": []}


def test_who_may_change_lines_may_not_change_who_serves_them(site: Site) -> None:
    company = site.company
    dora = company.person("dora", "deployment-admin", company.factories["alpha"])
    target = company.lines["alpha-1"]
    target.refresh_from_db()
    settings: dict[str, Any] = {"scope": "other", "capabilities": (), "specification": {}}
    places.change_target(dora, target, agent=site.agent, **settings)
    with pytest.raises(Denied) as denied:
        places.change_target(dora, target, agent=None, **settings)
    assert denied.value.verdict.params["perm"] == "manage_agents"
    target.refresh_from_db()
    assert (target.scope, target.agent) == ("other", site.agent)


@pytest.mark.parametrize("how_far", ["offered", "installed"])
def test_the_scope_stays_while_something_is_installed(site: Site, how_far: str) -> None:
    company = site.company
    begin = site.install if how_far == "installed" else site.offer
    begin(company.revision("alpha-1", company.solution()))
    target = Target.objects.get(pk=company.lines["alpha-1"].pk)
    with pytest.raises(Refused) as refused:
        places.change_target(
            company.root_user,
            target,
            scope="other",
            capabilities=(),
            specification={},
            agent=site.agent,
        )
    assert refused.value.code == "scope-in-use"


def test_only_an_empty_place_is_removed(site: Site) -> None:
    company = site.company
    site.install(company.revision("alpha-1", company.solution()))
    line, factory = company.lines["alpha-1"].node, company.factories["alpha"]
    for node, code in ((line, "still-installed"), (factory, "place-not-empty")):
        with pytest.raises(Refused) as refused:
            places.remove(company.root_user, node)
        assert refused.value.code == code
    for name in ("alpha-2", "alpha-3"):
        places.remove(company.root_user, company.lines[name].node)
    assert Target.objects.filter(node__path__startswith=factory.path).count() == 1
    event = Event.objects.get(kind="target.removed", object_name="alpha-2")
    assert event.node == factory


def test_a_line_goes_with_what_was_only_published_and_leaves_its_history(site: Site) -> None:
    company = site.company
    company.revision("alpha-1", company.solution())
    line, factory = company.lines["alpha-1"].node, company.factories["alpha"]
    places.remove(company.root_user, line)
    assert not SolutionInstance.objects.exists()
    history = Event.objects.filter(node=factory, object_name="alpha-1")
    assert {event.kind for event in history} == {"target.created", "target.removed"}


def test_a_place_with_agents_is_not_removed(company: Company) -> None:
    company.agent("beta", serves=False)
    for name in ("beta-1", "beta-2", "beta-3"):
        places.remove(company.root_user, company.lines[name].node)
    with pytest.raises(ServiceError) as error:
        places.remove(company.root_user, company.factories["beta"])
    assert error.value.code == "place-has-agents"


def test_removing_needs_the_right(company: Company) -> None:
    dora = company.person("dora", "deployment-manager")
    with pytest.raises(Denied) as denied:
        places.remove(dora, company.lines["alpha-2"].node)
    assert code_of(denied) == "right-missing"
    assert Target.objects.count() == 6
