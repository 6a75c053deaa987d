"""Sites and targets from sheets: what a dry run shows is done, or nothing is."""

from typing import Any

import pytest
from django.db.models import Count
from pytest_django import DjangoAssertNumQueries

from orchestration.models import Event, Node, Target
from orchestration.queries import bulk_rows
from orchestration.queries.bulk_columns import Kind
from orchestration.services import contexts, places
from orchestration.services.apply_plan import Action
from orchestration.services.bulk_import import import_rows
from orchestration.services.bulk_plan import MOST_ROWS, BulkPlan, Row, Sheet
from orchestration.services.errors import Invalid, Stale
from orchestration.services.places_at_once import NewTarget, create_targets
from rbac import grants
from rbac.access import Denied
from tests.integration.conftest import Company

BETA = "contoso/west/plano/beta"


def sheet(kind: Kind, *rows: dict[str, Any]) -> Sheet:
    return Sheet(kind, tuple(Row(number, row) for number, row in enumerate(rows, start=2)))


def actions(plan: BulkPlan) -> list[str]:
    return [result.action for result in plan.results]


def codes(plan: BulkPlan) -> list[tuple[int, str, str]]:
    return [
        (
            one.number,
            one.column,
            one.error.verdict.code if isinstance(one.error, Denied) else one.error.code,
        )
        for one in plan.results
        if one.error
    ]


@pytest.mark.parametrize("kind", [Kind.SITES, Kind.TARGETS])
def test_what_was_exported_changes_nothing_when_it_is_imported(
    company: Company, kind: Kind
) -> None:
    rows = [dict(row) for row in bulk_rows.rows(company.root_user, kind)]
    assert len(rows) == {Kind.SITES: 5, Kind.TARGETS: 6}[kind]
    before = Event.objects.count()
    plan = import_rows(company.root_user, sheet(kind, *rows))
    assert plan.counts == {Action.UNCHANGED: len(rows)}
    assert Event.objects.count() == before


def test_a_dry_run_changes_nothing_and_the_import_does_what_it_showed(company: Company) -> None:
    wanted = sheet(
        Kind.TARGETS,
        {"path": f"{BETA}/new", "capabilities": ["soap"], "time_zone": "Europe/Berlin"},
        {"path": f"{BETA}/beta-1", "display_name": "One"},
        {"path": f"{BETA}/beta-2", "scope": "plant"},
    )
    shown = import_rows(company.root_user, wanted, dry_run=True)
    assert actions(shown) == ["create", "update", "unchanged"]
    assert not Node.objects.filter(name="new").exists()
    assert Node.objects.get(name="beta-1").display_name == ""
    done = import_rows(company.root_user, wanted, expected=shown.digest)
    assert done.results == shown.results
    made = Target.objects.get(node__name="new")
    assert made.node.path == f"{company.factories['beta'].path}{made.pk}/"
    assert (made.node.time_zone, made.node.level_name) == ("Europe/Berlin", "Line")
    assert [capability.name for capability in made.capabilities.all()] == ["soap"]
    assert Event.objects.filter(kind="target.created", node=made.node).count() == 1


def test_something_that_changed_meanwhile_is_told_and_nothing_is_done(company: Company) -> None:
    wanted = sheet(
        Kind.TARGETS, {"path": f"{BETA}/new"}, {"path": f"{BETA}/beta-1", "display_name": "One"}
    )
    shown = import_rows(company.root_user, wanted, dry_run=True)
    line = Node.objects.get(name="beta-1")
    places.change_node(company.root_user, line, name="beta-1", display_name="Two", time_zone="")
    with pytest.raises(Stale) as caught:
        import_rows(company.root_user, wanted, expected=shown.digest)
    assert caught.value.code == "plan-changed"
    assert not Node.objects.filter(name="new").exists()


def test_one_row_that_fails_holds_up_all_and_each_says_why(company: Company) -> None:
    plan = import_rows(
        company.root_user,
        sheet(
            Kind.TARGETS,
            {"path": f"{BETA}/new"},
            {"path": f"{BETA}/zone", "time_zone": "Europe/Atlantis"},
            {"path": f"{BETA}/scope", "scope": "kube-system"},
            {"path": f"{BETA}/can", "capabilities": ["fly"]},
            {"path": "contoso/nowhere/line"},
            {"path": f"{BETA}/level", "level": "Moon"},
            {"path": f"{BETA}/beta-1", "level": "Factory"},
            {"path": f"{BETA}/new"},
            {"path": f"{BETA}/{'x' * 65}"},
            {"path": "contoso"},
        ),
    )
    assert not plan.ok
    assert plan.results[0].action == Action.CREATE
    assert codes(plan) == [
        (3, "time_zone", "time-zone-unknown"),
        (4, "scope", "scope-reserved"),
        (5, "capabilities", "capability-unknown"),
        (6, "path", "place-unknown"),
        (7, "level", "level-wrong"),
        (8, "level", "level-kept"),
        (9, "path", "row-repeated"),
        (10, "path", "field-wrong"),
        (11, "path", "path-wrong"),
    ]
    assert not Node.objects.filter(name="new").exists()


def test_rights_count_row_by_row(company: Company) -> None:
    ida = company.person("ida", "onboarding-admin", company.factories["beta"])
    wanted = sheet(
        Kind.TARGETS,
        {"path": f"{BETA}/new"},
        {"path": "contoso/west/chicago/alpha/new"},
        {"path": f"{BETA}/beta-1", "display_name": "One"},
    )
    plan = import_rows(ida, wanted)
    assert codes(plan) == [(3, "path", "place-unknown")]
    grants.give("configuration-viewer", ida, company.factories["alpha"])
    assert codes(import_rows(ida, wanted)) == [(3, "path", "right-missing")]
    seen = {row["path"] for row in bulk_rows.rows(ida, Kind.SITES)}
    assert seen == {BETA, "contoso/west/chicago/alpha"}


def test_sites_are_made_from_the_top_down_whatever_their_order(company: Company) -> None:
    plan = import_rows(
        company.root_user,
        sheet(
            Kind.SITES,
            {"path": "contoso/south/houston/gamma", "time_zone": "America/Chicago"},
            {"path": "contoso/south/houston"},
            {"path": "contoso/south", "display_name": "South"},
            {"path": "contoso/west", "display_name": "West"},
        ),
    )
    assert actions(plan) == ["create", "create", "create", "update"]
    gamma = Node.objects.get(name="gamma")
    assert [Node.objects.get(pk=pk).name for pk in gamma.path_ids()][1:] == [
        "south", "houston", "gamma",
    ]  # fmt: skip


def test_only_what_the_sheet_speaks_of_is_changed(company: Company) -> None:
    import_rows(
        company.root_user, sheet(Kind.TARGETS, {"path": f"{BETA}/beta-1", "display_name": "One"})
    )
    line = Target.objects.get(node__name="beta-1")
    assert (line.scope, line.capabilities.count(), line.node.display_name) == ("plant", 1, "One")
    import_rows(
        company.root_user,
        sheet(Kind.TARGETS, {"path": f"{BETA}/beta-1", "display_name": "", "capabilities": []}),
    )
    line = Target.objects.get(node__name="beta-1")
    assert (line.scope, line.capabilities.count(), line.node.display_name) == ("plant", 0, "")


def test_too_many_rows_and_none_are_refused(company: Company) -> None:
    with pytest.raises(Invalid) as none:
        import_rows(company.root_user, Sheet(Kind.SITES, ()))
    assert none.value.code == "rows-missing"
    rows = tuple(Row(number, {"path": str(number)}) for number in range(MOST_ROWS + 1))
    with pytest.raises(Invalid) as many:
        import_rows(company.root_user, Sheet(Kind.SITES, rows))
    assert many.value.code == "too-much"


def test_many_targets_take_few_queries(
    company: Company, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    rows = [{"path": f"{BETA}/new-{number}", "capabilities": ["soap"]} for number in range(300)]
    wanted = sheet(Kind.TARGETS, *rows)
    with django_assert_max_num_queries(2 * 300 + 40):  # a savepoint for each row, and little else
        assert import_rows(company.root_user, wanted).counts == {Action.CREATE: 300}
    made = Target.objects.filter(node__name__startswith="new-").annotate(Count("capabilities"))
    assert {target.capabilities__count for target in made} == {1}
    with django_assert_max_num_queries(4 * 300 + 40):
        assert import_rows(company.root_user, wanted).counts == {Action.UNCHANGED: 300}


def test_targets_made_at_once_are_made_all_or_none(company: Company) -> None:
    beta = company.factories["beta"]
    with pytest.raises(Invalid) as caught:
        create_targets(company.root_user, [NewTarget(beta, "first"), NewTarget(beta, "beta-1")])
    assert caught.value.code == "name-taken"
    assert not Node.objects.filter(name="first").exists()
    vera = company.person("vera", "configuration-viewer", contexts.root_of(company.context))
    with pytest.raises(Denied):
        create_targets(vera, [NewTarget(beta, "first")])
