"""Setting values at many places: all of them or none, and only where one may."""

from collections.abc import Mapping
from typing import Any

import pytest

from orchestration.models import ConfigurationRevision, Event, Node, SolutionTemplateVersion
from orchestration.queries.ownership import Ownership
from orchestration.queries.values import sheet
from orchestration.services import catalog, configuration
from orchestration.services.configuration import Edit
from orchestration.services.errors import Invalid, Stale
from portal.web.sentences import refusal
from rbac.access import Denied
from tests.integration.conftest import Company

TEMPLATE = """
schema:
  rules:
    configs:
      Speed: {type: int, maxValue: 9, editableBy: [OT]}
      Label: {type: string}
      Serial: {type: string, disabled: true}
      Oven: {type: object}
      Oven.Port: {type: int, editableBy: [IT]}
      Limits.Max: {type: int, editableBy: [IT]}
configs:
  Speed: ${{$val(Speed)}}
"""


@pytest.fixture
def press(company: Company) -> SolutionTemplateVersion:
    source = catalog.SolutionSource("press", "1.0.0", TEMPLATE, {"components": []})
    return catalog.create_solution_version(company.root_user, company.context, source)


def edits(company: Company, *values: Mapping[str, Any], base: int = 0) -> list[Edit]:
    """One edit a line, from the first line on."""
    lines = list(company.lines.values())
    return [Edit(lines[n].node, value, base) for n, value in enumerate(values)]


def kept() -> list[tuple[str, int, dict[str, Any]]]:
    rows = ConfigurationRevision.objects.order_by("node__name", "number")
    return [(row.node.name, row.number, row.values) for row in rows]


def test_every_save_is_a_revision_and_sameness_is_none(
    company: Company, press: SolutionTemplateVersion
) -> None:
    for base, speed in ((0, 5), (1, 6), (2, 6)):
        configuration.save(company.root_user, press, edits(company, {"Speed": speed}, base=base))
    assert kept() == [("alpha-1", 1, {"Speed": 5}), ("alpha-1", 2, {"Speed": 6})]
    assert Event.objects.filter(kind="configuration.saved").count() == 2


@pytest.mark.parametrize("bad", ["range", "stale", "right"])
def test_one_that_cannot_be_saved_keeps_the_others_back(
    company: Company, press: SolutionTemplateVersion, bad: str
) -> None:
    author = company.person("anna", "configuration-author", company.lines["alpha-1"].node)
    if bad != "right":
        company.person("anna", "configuration-author", company.lines["alpha-2"].node)
    second = Edit(
        company.lines["alpha-2"].node,
        {"Speed": 99 if bad == "range" else 7},
        3 if bad == "stale" else 0,
    )
    expected = {"range": Invalid, "stale": Stale, "right": Denied}[bad]
    with pytest.raises(expected):
        configuration.save(author, press, [*edits(company, {"Speed": 5}), second])
    assert kept() == []
    assert not Event.objects.filter(kind="configuration.saved").exists()


def test_the_same_line_twice_in_one_save_is_stale(
    company: Company, press: SolutionTemplateVersion
) -> None:
    twice = [*edits(company, {"Speed": 5}), *edits(company, {"Speed": 6})]
    with pytest.raises(Stale):
        configuration.save(company.root_user, press, twice)
    assert kept() == []


def test_what_is_whose_decides_who_may(company: Company, press: SolutionTemplateVersion) -> None:
    ot = company.person("anna", "configuration-author")
    it = company.person("ines", "solution-author")
    for person, values, allowed in (
        (ot, {"Speed": 5}, True),
        (it, {"Speed": 5}, False),
        (it, {"Oven": {"Port": 80}}, True),
        (ot, {"Oven": {"Port": 80}}, False),
        (ot, {"Label": "x"}, True),
        (it, {"Label": "x"}, True),
        (company.root_user, {"Serial": "4711"}, False),
    ):
        ConfigurationRevision.objects.all().delete()
        if allowed:
            configuration.save(person, press, edits(company, values))
        else:
            with pytest.raises(Denied):
                configuration.save(person, press, edits(company, values))
        assert bool(kept()) == allowed, (person, values)


def test_a_value_taken_away_needs_the_right_to_it(
    company: Company, press: SolutionTemplateVersion
) -> None:
    configuration.save(company.root_user, press, edits(company, {"Speed": 5, "Oven": {"Port": 80}}))
    ot = company.person("anna", "configuration-author")
    with pytest.raises(Denied):
        configuration.save(ot, press, edits(company, {"Speed": 5}, base=1))
    configuration.save(ot, press, edits(company, {"Oven": {"Port": 80}}, base=1))
    assert kept()[-1] == ("alpha-1", 2, {"Oven": {"Port": 80}})


def test_every_broken_value_is_named(company: Company, press: SolutionTemplateVersion) -> None:
    with pytest.raises(Invalid) as invalid:
        configuration.save(
            company.root_user,
            press,
            [Edit(Node.objects.get(name="west"), {"Speed": "fast", "Label": 7}, 0)],
        )
    assert invalid.value.code == "values-refused"
    assert {problem["key"] for problem in invalid.value.problems} == {"Speed", "Label"}
    assert {problem["place"] for problem in invalid.value.problems} == {"west"}
    assert kept() == []


WHOLES = [7, []]


@pytest.mark.parametrize("key", ["Oven", "Limits"])
@pytest.mark.parametrize("whole", [*WHOLES, {}, None])
def test_a_value_over_those_of_others_needs_the_right_to_them(
    company: Company, press: SolutionTemplateVersion, key: str, whole: object
) -> None:
    ot = company.person("anna", "configuration-author")
    with pytest.raises(Denied):
        configuration.save(ot, press, edits(company, {key: whole}))
    verdict = Ownership(press).may_change(ot, company.lines["alpha-1"].node, {}, {key: whole})
    assert verdict.params["perm"] == "edit_it_values"
    assert kept() == []


@pytest.mark.parametrize("key", ["Oven", "Limits"])
@pytest.mark.parametrize("whole", WHOLES)
def test_where_keys_with_rules_lie_below_only_a_map_is_possible(
    company: Company, press: SolutionTemplateVersion, key: str, whole: object
) -> None:
    with pytest.raises(Invalid) as invalid:
        configuration.save(company.root_user, press, edits(company, {key: whole}))
    (problem,) = invalid.value.problems
    assert (problem["key"], problem["code"]) == (key, "type")
    assert kept() == []


NEWER = """
schema:
  rules:
    configs:
      Speed: {type: int, editableBy: [IT]}
      Label: {type: string}
      Oven.Port: {type: int, editableBy: [IT]}
configs:
  Speed: ${{$val(Speed)}}
"""


def newer(company: Company, version: str = "2.0.0", text: str = NEWER) -> SolutionTemplateVersion:
    source = catalog.SolutionSource("press", version, text, {"components": []})
    return catalog.create_solution_version(company.root_user, company.context, source)


def test_what_a_newer_version_keeps_for_it_is_kept_whatever_version_is_named(
    company: Company, press: SolutionTemplateVersion
) -> None:
    newer(company)
    ot = company.person("anna", "configuration-author")
    with pytest.raises(Denied) as denied:
        configuration.save(ot, press, edits(company, {"Speed": 5}))
    assert denied.value.verdict.code == "value-kept"
    assert denied.value.verdict.params["key"] == "Speed"
    told = refusal(denied.value.verdict)
    assert told.startswith("Speed is kept for somebody else since version 2.0.0.")
    assert "…" not in told
    configuration.save(ot, press, edits(company, {"Label": "still mine"}))
    assert kept() == [("alpha-1", 1, {"Label": "still mine"})]


def test_what_the_newest_version_has_no_more_is_kept_by_the_last_that_had_it(
    company: Company, press: SolutionTemplateVersion
) -> None:
    newer(company)
    newest = newer(company, "3.0.0", "configs: {A: 1}\n")
    ot = company.person("anna", "configuration-author")
    for version in (press, newest):
        with pytest.raises(Denied):
            configuration.save(ot, version, edits(company, {"Speed": 5}))
    assert kept() == []


def test_the_form_of_an_older_version_shows_what_a_newer_one_keeps(
    company: Company, press: SolutionTemplateVersion
) -> None:
    newer(company)
    ot = company.person("anna", "configuration-author")
    shown = sheet(ot, press, company.lines["alpha-1"].node)
    verdicts = {field.rule.key: field.verdict.code for field in shown.fields}
    assert verdicts["Speed"] == "value-kept"
    assert verdicts["Label"] == ""
