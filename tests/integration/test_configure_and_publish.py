"""From values at places to immutable revisions, through the engine."""

import pytest

from orchestration.models import Node, SolutionInstance, SolutionTemplateVersion
from orchestration.queries import values
from orchestration.queries.reviewing import review
from orchestration.services import catalog, configuration, publishing
from orchestration.services.configuration import Edit
from orchestration.services.errors import Invalid, Stale
from orchestration.services.publishing import Outcome
from rbac.access import Denied
from rbac.models import User
from tests.integration.conftest import Company

SCHEMA = """
rules:
  configs:
    MaxTemp: {type: float, required: true, minValue: 20, maxValue: 120, editableBy: [OT]}
    Port: {type: int, required: true, editableBy: [IT]}
"""
TEMPLATE = """
schema: {name: oven, version: 1.0.0}
configs:
  Line: ${{$target(name)}}
  MaxTemp: ${{$val(MaxTemp)}}
  Port: ${{$val(Port)}}
"""


@pytest.fixture
def oven(company: Company) -> SolutionTemplateVersion:
    root = company.root_user
    catalog.create_schema_version(root, company.context, text=SCHEMA, name="oven", version="1.0.0")
    source = catalog.SolutionSource(
        "oven",
        "1.0.0",
        TEMPLATE,
        {"components": [{"name": "oven", "type": "mock", "properties": {}}]},
        capabilities=["soap"],
    )
    return catalog.create_solution_version(root, company.context, source)


@pytest.fixture
def ana(company: Company) -> User:
    """Configuration author of the whole company."""
    company.person("ana", "configuration-author")
    return company.person("ana", "solution-viewer")


def set_up(company: Company, oven: SolutionTemplateVersion) -> None:
    edits = [Edit(Node.objects.get(name="west"), {"MaxTemp": 80}, 0)]
    edits += [
        Edit(line.node, {"Port": 9000 + i}, 0) for i, line in enumerate(company.lines.values())
    ]
    configuration.save(company.root_user, oven, edits)


def test_the_nearest_value_reaches_the_line(
    company: Company, oven: SolutionTemplateVersion, ana: User
) -> None:
    set_up(company, oven)
    lines = [company.lines[name] for name in ("alpha-1", "alpha-2", "alpha-3")]
    configuration.save(ana, oven, [Edit(lines[1].node, {"Port": 9001, "MaxTemp": 85}, 1)])

    reviews = review(ana, oven, lines)
    configurations = [r.resolution.configuration or {} for r in reviews]
    assert [c["MaxTemp"] for c in configurations] == [80, 85, 80]
    assert all(r.ok for r in reviews)
    origin = reviews[1].resolution.provenance["MaxTemp"]
    assert (origin.source, origin.node_ref) == ("value", lines[1].pk)

    published = publishing.publish(ana, oven, lines)
    assert [p.revision and p.revision.label for p in published] == ["1.0.0.1"] * 3
    again = publishing.publish(ana, oven, lines)
    assert [p.outcome for p in again] == [Outcome.UNCHANGED] * 3


def test_a_line_that_lacks_a_value_fails_alone(
    company: Company, oven: SolutionTemplateVersion, ana: User
) -> None:
    set_up(company, oven)
    configuration.save(company.root_user, oven, [Edit(company.lines["beta-1"].node, {}, 1)])
    published = publishing.publish(ana, oven, [company.lines["alpha-1"], company.lines["beta-1"]])
    assert [p.outcome for p in published] == [Outcome.PUBLISHED, Outcome.FAILED]
    problems = published[1].problems
    assert [(p.key, p.kind_or_rule) for p in problems] == [("Port", "required")]


def test_saving_above_marks_what_is_below(
    company: Company, oven: SolutionTemplateVersion, ana: User
) -> None:
    set_up(company, oven)
    publishing.publish(ana, oven, [company.lines["alpha-1"], company.lines["beta-1"]])
    configuration.save(ana, oven, [Edit(company.factories["alpha"], {"MaxTemp": 70}, 0)])
    pending = SolutionInstance.objects.filter(configuration_pending=True)
    assert [str(i.target) for i in pending] == ["alpha-1"]


def test_a_stale_edit_shows_both_and_saves_nothing(
    company: Company, oven: SolutionTemplateVersion, ana: User
) -> None:
    set_up(company, oven)
    line = company.lines["alpha-1"].node
    configuration.save(ana, oven, [Edit(line, {"Port": 9000, "MaxTemp": 81}, 1)])
    with pytest.raises(Stale) as stale:
        configuration.save(ana, oven, [Edit(line, {"Port": 9000, "MaxTemp": 90}, 1)])
    assert stale.value.params["theirs"] == {"Port": 9000, "MaxTemp": 81}
    assert stale.value.params["yours"] == {"Port": 9000, "MaxTemp": 90}
    assert len(values.history(ana, oven.template, line)) == 2


def test_values_of_it_are_not_for_ot(
    company: Company, oven: SolutionTemplateVersion, ana: User
) -> None:
    set_up(company, oven)
    with pytest.raises(Denied) as denied:
        configuration.save(ana, oven, [Edit(company.lines["alpha-1"].node, {"Port": 1}, 1)])
    assert denied.value.verdict.params["perm"] == "edit_it_values"
    fields = values.sheet(ana, oven, company.lines["alpha-1"].node).fields
    assert {f.rule.key: bool(f.verdict) for f in fields} == {"MaxTemp": True, "Port": False}
    assert {f.rule.key: f.inherited for f in fields} == {"MaxTemp": 80, "Port": None}


def test_a_value_out_of_range_is_refused_with_its_place(
    company: Company, oven: SolutionTemplateVersion, ana: User
) -> None:
    with pytest.raises(Invalid) as invalid:
        configuration.save(ana, oven, [Edit(company.factories["alpha"], {"MaxTemp": 900}, 0)])
    problem = invalid.value.problems[0]
    assert (problem["key"], problem["place"]) == ("MaxTemp", "alpha")


def test_the_other_factory_is_none_of_ones_business(
    company: Company, oven: SolutionTemplateVersion
) -> None:
    mia = company.person("mia", "configuration-author", company.factories["beta"])
    company.person("mia", "solution-viewer")
    set_up(company, oven)
    with pytest.raises(Denied):
        review(mia, oven, [company.lines["alpha-1"]])
    with pytest.raises(Denied):
        publishing.publish(mia, oven, [company.lines["beta-1"], company.lines["alpha-1"]])
    assert SolutionInstance.objects.count() == 0
