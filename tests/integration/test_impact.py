"""What an edit would change before it is saved: which lines, how, and what it would break."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from orchestration.models import Node, SolutionInstance, SolutionTemplateVersion
from orchestration.queries import impact
from orchestration.queries.impact import Group, Impact
from orchestration.queries.saved import current_values
from orchestration.resolution import compile_template
from orchestration.services import catalog, configuration, places, publishing
from orchestration.services.configuration import Edit
from rbac.access import Denied
from tests.integration.conftest import Company

SCHEMA = """
rules:
  configs:
    MaxTemp: {type: float, required: true, maxValue: 120}
    Warn: {type: float, expression: "${{$lt($val(Warn), $val(MaxTemp))}}"}
    Password: {type: string, secret: true}
    Unread: {type: int}
"""
TEMPLATE = """
schema: {name: oven, version: 1.0.0}
configs:
  MaxTemp: ${{$val(MaxTemp)}}
  Warn: ${{$val(Warn)}}
  Password: ${{$val(Password)}}
"""
SPECIFICATION = {
    "components": [
        {"name": "${{$target(name)}}", "type": "mock", "properties": {"t": "${{$val(MaxTemp)}}"}}
    ]
}


@pytest.fixture
def oven(company: Company) -> SolutionTemplateVersion:
    """Published on all lines but beta-3, which has none; alpha-3 sets its own temperature."""
    root = company.root_user
    catalog.create_schema_version(root, company.context, text=SCHEMA, name="oven", version="1.0.0")
    version = created(company, "1.0.0", TEMPLATE)
    own = {"MaxTemp": 90, "Warn": 70}
    configuration.save(
        root,
        version,
        [
            Edit(region(), {"MaxTemp": 80, "Warn": 60, "Password": "hunter2"}, 0),
            Edit(company.lines["alpha-3"].node, own, 0),
        ],
    )
    names = ("alpha-1", "alpha-2", "alpha-3", "beta-1", "beta-2")
    made = publishing.publish(root, version, [company.lines[name] for name in names])
    assert all(one.revision for one in made)
    first = SolutionInstance.objects.filter(target=company.lines["alpha-1"])
    first.update(current=made[0].revision)
    return version


def created(company: Company, version: str, text: str) -> SolutionTemplateVersion:
    source = catalog.SolutionSource("oven", version, text, SPECIFICATION)
    return catalog.create_solution_version(company.root_user, company.context, source)


def region() -> Node:
    return Node.objects.get(name="west")


def lines(group: Group) -> list[str]:
    return [copy.line for copy in group.copies]


def settings(group: Group) -> list[tuple[str, object, object]]:
    return [(c.key, c.before, c.after) for c in group.effect.changes if c.key != "components"]


def ask(company: Company, oven: SolutionTemplateVersion, **values: object) -> Impact:
    """What new values at the region would change, for the administrator."""
    before = current_values(oven.template, [region().pk])[region().pk].values
    return impact.of_values(company.root_user, oven.template, {region(): before | values})


def test_lines_that_change_alike_are_together_and_overriding_ones_are_left_out(
    company: Company, oven: SolutionTemplateVersion
) -> None:
    found = ask(company, oven, MaxTemp=85)
    (group,) = found.groups
    assert lines(group) == ["alpha-1", "alpha-2", "beta-1", "beta-2"]
    assert settings(group) == [("MaxTemp", 80, 85)]
    assert (group.deployed, group.breaks, group.mends) == (1, False, False)
    assert [copy.line for copy in found.overriding] == ["alpha-3"]
    assert (found.looked_at, found.changed, found.deployed) == (5, 4, 1)
    assert (found.untouched, found.everywhere) == (0, True)


def test_what_would_break_and_what_would_be_mended_is_told_apart(
    company: Company, oven: SolutionTemplateVersion
) -> None:
    found = ask(company, oven, Warn=85)
    (broken,) = found.groups
    assert broken.breaks
    assert [problem.key for problem in broken.effect.problems] == ["Warn"]
    configuration.save(
        company.root_user, oven, [Edit(company.factories["beta"], {"MaxTemp": 50}, 0)]
    )
    beta = company.factories["beta"]
    (mended,) = impact.of_values(company.root_user, oven.template, {beta: {"MaxTemp": 100}}).groups
    assert lines(mended) == ["beta-1", "beta-2"]
    assert mended.mends
    assert not mended.breaks


def test_values_nobody_reads_and_the_same_values_change_nothing(
    company: Company, oven: SolutionTemplateVersion
) -> None:
    for found in (ask(company, oven, Unread=5), ask(company, oven)):
        assert (found.groups, found.overriding) == ((), ())
        assert found.untouched == 5


def test_several_places_are_one_edit(company: Company, oven: SolutionTemplateVersion) -> None:
    edits = {
        company.lines["alpha-1"].node: {"MaxTemp": 81},
        company.lines["alpha-2"].node: {"MaxTemp": 82},
    }
    found = impact.of_values(company.root_user, oven.template, edits)
    assert [(lines(group), settings(group)) for group in found.groups] == [
        (["alpha-1"], [("MaxTemp", 80, 81)]),
        (["alpha-2"], [("MaxTemp", 80, 82)]),
    ]
    assert found.looked_at == 2


def test_of_secrets_it_is_only_said_that_they_differ(
    company: Company, oven: SolutionTemplateVersion
) -> None:
    found = ask(company, oven, Password="swordfish")
    (group,) = found.groups
    assert [(c.key, c.secret) for c in group.effect.changes] == [("Password", True)]
    assert len(group.copies) == 5
    assert "hunter2" not in repr(found)
    assert "swordfish" not in repr(found)


def test_nothing_is_said_of_places_a_person_does_not_see(
    company: Company, oven: SolutionTemplateVersion
) -> None:
    mia = company.person("mia", "configuration-author", company.factories["beta"])
    beta, newer = company.factories["beta"], created(company, "1.1.0", TEMPLATE + "  New: 1\n")
    with pytest.raises(Denied):
        impact.of_values(mia, oven.template, {region(): {"MaxTemp": 85}})
    assert impact.of_values(mia, oven.template, {beta: {"MaxTemp": 85}}).everywhere
    found = impact.of_version(mia, newer)
    assert [lines(group) for group in found.groups] == [["beta-1", "beta-2"]]
    assert (found.looked_at, found.everywhere) == (2, False)


def test_a_new_version_changes_the_lines_that_have_an_older_one(
    company: Company, oven: SolutionTemplateVersion
) -> None:
    root, alpha = company.root_user, company.lines["alpha-1"]
    newer = created(company, "1.1.0", TEMPLATE + "  New: 1\n")
    (group,) = impact.of_version(root, newer).groups
    assert settings(group) == [("New", None, 1)]
    assert len(group.copies) == 5
    publishing.publish(root, newer, [alpha])
    assert impact.of_version(root, newer).looked_at == 4
    assert impact.of_version(root, oven).looked_at == 0
    text = compile_template("configs: {MaxTemp: '${{$val(MaxTemp)}}'}")
    found = impact.of_template(root, oven.template, text)
    assert [len(group.copies) for group in found.groups] == [3, 1, 1]


def test_copies_of_several_versions_that_change_alike_are_together(
    company: Company, oven: SolutionTemplateVersion
) -> None:
    newer = created(company, "1.1.0", TEMPLATE + "  New: 1\n")
    publishing.publish(company.root_user, newer, [company.lines["alpha-1"]])
    (group,) = ask(company, oven, MaxTemp=85).groups
    assert set(lines(group)) == {"alpha-1", "alpha-2", "beta-1", "beta-2"}


def test_it_costs_the_same_for_many_lines(company: Company, oven: SolutionTemplateVersion) -> None:
    def cost() -> int:
        with CaptureQueriesContext(connection) as queries:
            ask(company, oven, MaxTemp=85)
        return len(queries)

    few = cost()
    root, alpha = company.root_user, company.factories["alpha"]
    more = [
        places.create_target(root, alpha, f"more-{n}", scope="plant", capabilities=["soap"])
        for n in range(30)
    ]
    publishing.publish(root, oven, more)
    assert ask(company, oven, MaxTemp=85).changed == 34
    assert cost() == few <= 15
