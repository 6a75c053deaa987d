"""Values from sheets: one row a key, and what no row names stays."""

from typing import Any

import pytest

from orchestration.models import (
    ConfigurationRevision,
    Schema,
    SchemaVersion,
    SolutionTemplateVersion,
)
from orchestration.queries import bulk_rows
from orchestration.queries.bulk_columns import Kind
from orchestration.queries.saved import current_values
from orchestration.services import configuration, contexts
from orchestration.services.apply_plan import Action
from orchestration.services.bulk_import import import_rows
from orchestration.services.bulk_plan import Row, Sheet
from rbac import grants
from tests.integration.conftest import Company
from tests.integration.services.test_bulk_places import codes

BETA = "contoso/west/plano/beta"
RULES = """
rules:
  configs:
    Speed: {type: int, maxValue: 100, editableBy: [OT]}
    Ratio: {type: float}
    Name: {type: string}
    On: {type: boolean}
    Recipe.Steps: {type: "array[string]"}
    Password: {type: string, secret: true}
    Address: {type: string, editableBy: [IT]}
"""


@pytest.fixture
def version(company: Company) -> SolutionTemplateVersion:
    made = company.solution()
    schema = Schema.objects.create(context=company.context, name="mixer")
    made.schema = SchemaVersion.objects.create(schema=schema, version="1.0.0", text=RULES)
    made.save()
    return made


def row(key: str, value: Any, at: str = BETA, **more: Any) -> dict[str, Any]:
    return {"at": at, "solution": "mixer", "key": key, "value": value, **more}


def sheet(*rows: dict[str, Any], **more: Any) -> Sheet:
    found = tuple(Row(number, one) for number, one in enumerate(rows, start=2))
    return Sheet(Kind.VALUES, found, **more)


def typed(*rows: dict[str, Any], **more: Any) -> Sheet:
    return sheet(*rows, typed=True, **more)


def kept(company: Company, version: SolutionTemplateVersion, at: str = "beta") -> Any:
    node = company.factories[at]
    return current_values(version.template, [node.pk])[node.pk].values


def test_cells_are_read_as_the_rules_want_them(
    company: Company, version: SolutionTemplateVersion
) -> None:
    plan = import_rows(
        company.root_user,
        typed(
            row("Speed", "85"),
            row("Ratio", "3,5"),
            row("Name", "007"),
            row("On", "WAHR"),
            row("Recipe.Steps", '["a", "b"]'),
            row("Free", "some text"),
            decimal_comma=True,
        ),
    )
    assert plan.counts == {Action.CREATE: 6}
    assert kept(company, version) == {
        "Speed": 85, "Ratio": 3.5, "Name": "007", "On": True,
        "Recipe": {"Steps": ["a", "b"]}, "Free": "some text",
    }  # fmt: skip


def test_what_was_exported_changes_nothing_when_it_is_imported(
    company: Company, version: SolutionTemplateVersion
) -> None:
    values = {"Speed": 85, "Name": "007", "Recipe": {"Steps": []}, "Password": "hidden", "E": {}}
    edit = configuration.Edit(company.factories["beta"], values, 0)
    configuration.save(company.root_user, version, [edit])
    rows = [dict(one) for one in bulk_rows.rows(company.root_user, Kind.VALUES)]
    assert {one["key"]: one["value"] for one in rows} == {
        "Speed": 85, "Name": "007", "Recipe.Steps": [], "E": {},
    }  # fmt: skip
    assert {one["at"] for one in rows} == {BETA}
    assert import_rows(company.root_user, sheet(*rows)).counts == {Action.UNCHANGED: 4}
    assert ConfigurationRevision.objects.count() == 1


def test_an_empty_cell_unsets_and_other_keys_stay(
    company: Company, version: SolutionTemplateVersion
) -> None:
    values = {"Speed": 85, "Recipe": {"Steps": ["a"]}, "Password": "hidden"}
    edit = configuration.Edit(company.factories["beta"], values, 0)
    configuration.save(company.root_user, version, [edit])
    reference = kept(company, version)["Password"]
    plan = import_rows(company.root_user, typed(row("Recipe.Steps", ""), row("Name", "")))
    assert [one.action for one in plan.results] == [Action.UPDATE, Action.UNCHANGED]
    assert kept(company, version) == {"Speed": 85, "Password": reference}


def test_values_of_many_places_come_in_one_sheet_all_or_none(
    company: Company, version: SolutionTemplateVersion
) -> None:
    wanted = [
        row("Speed", "85"),
        row("Speed", "101", at="contoso/west/chicago/alpha"),
        row("Name", "ok", at="contoso/west/chicago/alpha"),
        row("Speed", "1", at="contoso/nowhere"),
        row("Speed", "1", at="contoso", solution="other"),
        row("a..b", "1"),
        row("Speed", "86"),
    ]
    plan = import_rows(company.root_user, typed(*wanted))
    assert codes(plan) == [
        (3, "value", "values-refused"),
        (5, "at", "place-unknown"),
        (6, "solution", "solution-unknown"),
        (7, "key", "field-wrong"),
        (8, "at", "row-repeated"),
    ]
    assert not ConfigurationRevision.objects.exists()
    mended = [wanted[0], {**wanted[1], "value": "99"}, wanted[2]]
    shown = import_rows(company.root_user, typed(*mended), dry_run=True)
    assert not ConfigurationRevision.objects.exists()
    import_rows(company.root_user, typed(*mended), expected=shown.digest)
    assert kept(company, version, "alpha") == {"Speed": 99, "Name": "ok"}


def test_a_secret_is_taken_in_and_never_told(
    company: Company, version: SolutionTemplateVersion
) -> None:
    plan = import_rows(company.root_user, typed(row("Password", "hidden-word")))
    (result,) = plan.results
    assert (result.action, [change.secret for change in result.changes]) == (Action.CREATE, [True])
    assert "hidden-word" not in repr(plan)
    assert "hidden-word" not in repr(kept(company, version))
    assert list(bulk_rows.rows(company.root_user, Kind.VALUES)) == []


def test_who_may_not_change_a_value_is_told_in_its_row(
    company: Company, version: SolutionTemplateVersion
) -> None:
    olaf = company.person("olaf", "configuration-author", contexts.root_of(company.context))
    grants.give("solution-viewer", olaf, contexts.root_of(company.context))
    plan = import_rows(olaf, typed(row("Speed", "85"), row("Address", "10.0.0.1")))
    assert [code for _, _, code in codes(plan)].count("right-missing") >= 1
    assert not ConfigurationRevision.objects.exists()
    assert import_rows(olaf, typed(row("Speed", "85"))).ok


def test_who_may_not_see_values_learns_nothing_of_them(
    company: Company, version: SolutionTemplateVersion
) -> None:
    edit = configuration.Edit(company.factories["beta"], {"Speed": 85}, 0)
    configuration.save(company.root_user, version, [edit])
    ida = company.person("ida", "onboarding-admin", contexts.root_of(company.context))
    plan = import_rows(ida, typed(row("Speed", "85")), dry_run=True)
    assert codes(plan) == [(2, "at", "right-missing")]
    assert list(bulk_rows.rows(ida, Kind.VALUES)) == []
