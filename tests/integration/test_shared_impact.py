"""What another value of a config template, or another link, would change in all solutions below."""

import pytest

from orchestration.models import ConfigTemplateVersion, Node, SolutionTemplateVersion
from orchestration.queries import impact
from orchestration.queries.impact import Impact
from orchestration.services import catalog, config_templates, configuration, publishing
from orchestration.services.config_templates import ConfigSource
from orchestration.services.configuration import Edit
from tests.integration.api.conftest import Api, said
from tests.integration.conftest import Company

COMMON = """
schema:
  rules:
    configs:
      Broker: {type: string, defaultValue: mq.local}
      Token: {type: string, secret: true}
configs: {Broker: '${{$val(Broker)}}', Token: '${{$val(Token)}}'}
"""


@pytest.fixture
def common(company: Company) -> ConfigTemplateVersion:
    """Linked at factory alpha, with a value of its own on alpha-2."""
    source = ConfigSource("common", "1.0.0", COMMON, display_name="Plant common")
    version = config_templates.create_version(company.root_user, company.context, source)
    config_templates.link(company.root_user, company.factories["alpha"], version)
    own = Edit(company.lines["alpha-2"].node, {"Broker": "mq.second"}, 0)
    configuration.save(company.root_user, version, [own])
    return version


@pytest.fixture
def solutions(
    company: Company, common: ConfigTemplateVersion
) -> tuple[SolutionTemplateVersion, SolutionTemplateVersion]:
    """One reads the broker as a value, the other by name; both are published on two lines."""
    reader = created(company, "reader", "configs: {Broker: '${{$val(Broker)}}'}")
    named = created(company, "named", "configs: {Queue: '${{$config(common/1.0.0, Broker)}}'}")
    lines = [company.lines["alpha-1"], company.lines["alpha-2"]]
    for version in (reader, named):
        made = publishing.publish(company.root_user, version, lines)
        assert all(one.revision for one in made)
    return reader, named


def created(company: Company, name: str, text: str) -> SolutionTemplateVersion:
    source = catalog.SolutionSource(name, "1.0.0", text, {})
    return catalog.create_solution_version(company.root_user, company.context, source)


def told(found: Impact) -> list[tuple[str, object, object, list[tuple[str, str]]]]:
    return [
        (change.key, change.before, change.after, [(c.solution, c.line) for c in group.copies])
        for group in found.groups
        for change in group.effect.changes
    ]


def test_a_shared_value_changes_every_solution_that_reads_it(
    company: Company,
    common: ConfigTemplateVersion,
    solutions: tuple[SolutionTemplateVersion, SolutionTemplateVersion],
) -> None:
    alpha = company.factories["alpha"]
    found = impact.of_shared_values(company.root_user, common, {alpha: {"Broker": "mq.new"}})
    assert told(found) == [
        ("Broker", "mq.local", "mq.new", [("reader", "alpha-1")]),
        ("Queue", "mq.local", "mq.new", [("named", "alpha-1")]),
    ]
    assert [(copy.solution, copy.line) for copy in found.overriding] == [
        ("reader", "alpha-2"),
        ("named", "alpha-2"),
    ]
    assert found.looked_at == 4


def test_the_value_of_a_solution_wins_over_a_shared_one(
    company: Company,
    common: ConfigTemplateVersion,
    solutions: tuple[SolutionTemplateVersion, SolutionTemplateVersion],
) -> None:
    alpha = company.factories["alpha"]
    configuration.save(company.root_user, solutions[0], [Edit(alpha, {"Broker": "mine"}, 0)])
    found = impact.of_shared_values(company.root_user, common, {alpha: {"Broker": "mq.new"}})
    assert [row[0] for row in told(found)] == ["Queue"]
    assert ("reader", "alpha-1") in [(copy.solution, copy.line) for copy in found.overriding]


def test_unlinking_and_linking_elsewhere_is_foreseen(
    company: Company,
    common: ConfigTemplateVersion,
    solutions: tuple[SolutionTemplateVersion, SolutionTemplateVersion],
) -> None:
    root, alpha = company.root_user, company.factories["alpha"]
    gone = impact.of_link(root, alpha, common, linked=False)
    assert ("Broker", "mq.local", None) in [row[:3] for row in told(gone)]
    assert impact.of_link(root, alpha, common, linked=True).changed == 0
    publishing.publish(root, solutions[0], [company.lines["beta-1"]])
    west = Node.objects.get(name="west")
    assert told(impact.of_link(root, west, common, linked=True)) == [
        ("Broker", None, "mq.local", [("reader", "beta-1")])
    ]


def test_a_shared_secret_is_not_told_though_solutions_do_not_mark_it(
    company: Company, common: ConfigTemplateVersion
) -> None:
    plain = created(company, "plain", "configs: {Token: '${{$val(Token)}}'}")
    publishing.publish(company.root_user, plain, [company.lines["alpha-1"]])
    alpha = company.factories["alpha"]
    found = impact.of_shared_values(company.root_user, common, {alpha: {"Token": "swordfish"}})
    assert [row[:3] for row in told(found)] == [("Token", None, None)]
    assert "swordfish" not in repr(found)


def test_over_rest_it_takes_the_right_to_change_it(
    company: Company,
    common: ConfigTemplateVersion,
    solutions: tuple[SolutionTemplateVersion, SolutionTemplateVersion],
) -> None:
    alpha, root = company.factories["alpha"], Api(company.root_user)
    edits = [{"node": alpha.pk, "values": {"Broker": "mq.new"}}]
    body = {"config_template_version": common.pk, "edits": edits}
    assert root.post("configurations/impact/", body).json()["changed"] == 2
    unlink = {"version": common.pk, "remove": True}
    assert root.post(f"nodes/{alpha.pk}/links/impact/", unlink).json()["changed"] >= 2
    company.person("olga", "configuration-author", alpha)
    olga = Api(company.person("olga", "solution-viewer"))
    assert said(olga.post(f"nodes/{alpha.pk}/links/impact/", unlink)) == (403, "right-missing")
