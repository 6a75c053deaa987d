"""What lines get from config templates that are linked above them, or that they read by name."""

import json
from collections.abc import Mapping
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from orchestration.models import (
    ConfigTemplateVersion,
    Node,
    SolutionTemplateVersion,
    SolutionVersion,
    Target,
    TemplateLink,
)
from orchestration.queries.injections import NOTHING
from orchestration.queries.provenance import saves_of
from orchestration.queries.resolving import LineReview, resolve_again, resolve_lines
from orchestration.services import catalog, config_templates, configuration, publishing
from orchestration.services.config_templates import ConfigSource
from orchestration.services.configuration import Edit
from tests.integration.conftest import Company

COMMON = """
schema:
  rules:
    configs:
      Broker: {type: string, defaultValue: mq.local}
      Shift: {type: int, required: true}
      Log: {type: object}
      Log.Level: {type: string}
configs:
  Broker: ${{$val(Broker)}}
  Shift: ${{$val(Shift)}}
  Log: {Level: "${{$val(Log.Level)}}", File: a.log}
  Place: ${{$site(Factory, name)}}
"""
APP = """
configs:
  Broker: ${{$val(Broker)}}
  Shift: ${{$val(Shift)}}
  Log: ${{$val(Log)}}
  Place: ${{$config(common/1.0.0, Place)}}
"""


@pytest.fixture
def common(company: Company) -> ConfigTemplateVersion:
    return template(company, "common", COMMON)


@pytest.fixture
def app(company: Company) -> SolutionTemplateVersion:
    return solution(company, APP)


def template(
    company: Company, name: str, text: str, version: str = "1.0.0"
) -> ConfigTemplateVersion:
    source = ConfigSource(name, version, text)
    return config_templates.create_version(company.root_user, company.context, source)


def solution(company: Company, text: str, version: str = "1.0.0") -> SolutionTemplateVersion:
    source = catalog.SolutionSource("app", version, text)
    return catalog.create_solution_version(company.root_user, company.context, source)


def link(company: Company, node: Node, version: ConfigTemplateVersion) -> TemplateLink:
    return config_templates.link(company.root_user, node, version)


def put(company: Company, version: Any, node: Node, values: Mapping[str, Any]) -> None:
    base = node.configuration_revisions.filter(template=version.template_id).count()
    configuration.save(company.root_user, version, [Edit(node, values, base)])


def review(company: Company, app: SolutionTemplateVersion, line: str = "alpha-1") -> LineReview:
    (found,) = resolve_lines(app, [company.lines[line]], "app")
    return found


def result(company: Company, app: SolutionTemplateVersion, line: str = "alpha-1") -> dict[str, Any]:
    resolution = review(company, app, line).resolution
    assert resolution.ok, resolution.problems
    return dict(resolution.configuration or {})


def test_a_linked_template_gives_its_values_to_the_lines_below(
    company: Company, common: ConfigTemplateVersion, app: SolutionTemplateVersion
) -> None:
    west, alpha = Node.objects.get(name="west"), company.factories["alpha"]
    put(company, common, west, {"Shift": 1, "Log": {"Level": "info"}})
    link(company, alpha, common)
    assert result(company, app) == {
        "Broker": "mq.local",
        "Shift": 1,
        "Log": {"Level": "info", "File": "a.log"},
        "Place": "alpha",
    }
    unlinked = {"Broker": None, "Shift": None, "Log": None, "Place": "beta"}
    assert result(company, app, "beta-1") == unlinked


def test_values_below_the_link_count_there_and_nowhere_else(
    company: Company, common: ConfigTemplateVersion, app: SolutionTemplateVersion
) -> None:
    alpha, line = company.factories["alpha"], company.lines["alpha-1"].node
    put(company, common, alpha, {"Shift": 1, "Log": {"Level": "info"}})
    put(company, common, line, {"Log": {"Level": "debug"}})
    link(company, alpha, common)
    assert result(company, app)["Log"] == {"Level": "debug", "File": "a.log"}
    assert result(company, app, "alpha-2")["Log"] == {"Level": "info", "File": "a.log"}


def test_what_is_required_may_be_set_below_the_link(
    company: Company, common: ConfigTemplateVersion, app: SolutionTemplateVersion
) -> None:
    alpha = company.factories["alpha"]
    link(company, alpha, common)
    (problem,) = review(company, app).resolution.problems
    assert (problem.key, problem.kind_or_rule) == ("Shift", "required")
    assert problem.template == "common/1.0.0 (alpha)"
    put(company, common, company.lines["alpha-1"].node, {"Shift": 3})
    assert result(company, app)["Shift"] == 3
    assert not review(company, app, "alpha-2").ok


def test_own_values_win_where_they_are_set_and_the_lower_place_wins(
    company: Company, common: ConfigTemplateVersion, app: SolutionTemplateVersion
) -> None:
    alpha, line = company.factories["alpha"], company.lines["alpha-1"].node
    put(company, common, alpha, {"Shift": 1})
    link(company, alpha, common)
    put(company, app, alpha, {"Shift": 5})
    assert result(company, app)["Shift"] == 5
    put(company, common, line, {"Shift": 2})
    assert result(company, app)["Shift"] == 2
    assert result(company, app, "alpha-2")["Shift"] == 5


def test_false_and_zero_are_values_and_null_is_none(company: Company) -> None:
    flags = template(company, "flags", "configs: {On: '${{$val(On)}}', Count: '${{$val(Count)}}'}")
    app = solution(company, "configs: {On: '${{$val(On)}}', Count: '${{$val(Count)}}'}")
    alpha, line = company.factories["alpha"], company.lines["alpha-1"].node
    put(company, flags, alpha, {"On": True, "Count": 4})
    link(company, alpha, flags)
    put(company, flags, line, {"On": False, "Count": 0})
    assert result(company, app) == {"On": False, "Count": 0}
    put(company, flags, line, {"On": None, "Count": 0})
    assert result(company, app) == {"On": True, "Count": 0}


def test_of_two_at_one_place_the_one_linked_later_wins_with_a_warning(company: Company) -> None:
    one = template(company, "one", "configs: {Dns: first, Ntp: one}")
    two = template(company, "two", "configs: {Dns: second}")
    app = solution(company, "configs: {Dns: '${{$val(Dns)}}', Ntp: '${{$val(Ntp)}}'}")
    alpha = company.factories["alpha"]
    link(company, alpha, one)
    link(company, alpha, two)
    assert result(company, app) == {"Dns": "second", "Ntp": "one"}
    (warning,) = review(company, app).resolution.warnings
    assert (warning.at, warning.hint) == ("Dns", "two/1.0.0 was linked later and wins")
    newer = template(company, "one", "configs: {Dns: third}", "1.1.0")
    link(company, alpha, newer)
    assert result(company, app) == {"Dns": "second", "Ntp": None}


def test_config_looks_for_a_path_at_the_next_link_up(company: Company) -> None:
    text = "configs:\n  ${{$include(more/1.0.0)}}:\n  Dns: ${{$val(Dns)}}\n  Ntp: ${{$val(Ntp)}}\n"
    template(company, "more", "configs: {Zone: eu}")
    net = template(company, "net", text)
    west, alpha = Node.objects.get(name="west"), company.factories["alpha"]
    put(company, net, west, {"Ntp": "ntp.west"})
    put(company, net, alpha, {"Dns": "dns.alpha"})
    app = solution(
        company,
        "configs: {Dns: '${{$config(net/1.0.0, Dns)}}', All: '${{$config(net/1.0.0)}}'}",
    )
    link(company, west, net)
    link(company, alpha, net)
    whole = {"Dns": "dns.alpha", "Ntp": "ntp.west", "Zone": "eu"}
    assert result(company, app) == {"Dns": "dns.alpha", "All": whole}


def test_a_template_that_is_linked_nowhere_is_read_by_name(company: Company) -> None:
    net = template(company, "net", "configs: {Dns: '${{$val(Dns)}}', Line: '${{$target(name)}}'}")
    text = "configs: {Dns: '${{$config(net/1.0.0, Dns)}}', Line: '${{$config(net/1.0.0, Line)}}'}"
    app = solution(company, text)
    put(company, net, company.factories["alpha"], {"Dns": "dns.alpha"})
    assert result(company, app) == {"Dns": "dns.alpha", "Line": "alpha-1"}
    (problem, *_) = review(company, app, "beta-1").resolution.problems
    assert (problem.key, str(problem.kind_or_rule)) == ("Dns", "not-found")


def test_an_unknown_name_is_not_found_at_review(company: Company) -> None:
    app = solution(company, "configs: {A: '${{$config(nothing/1.0.0, B)}}', C: 1}")
    (problem,) = review(company, app).resolution.problems
    assert (problem.key, str(problem.kind_or_rule)) == ("A", "not-found")


def test_the_origin_is_the_save_that_counts(
    company: Company, common: ConfigTemplateVersion, app: SolutionTemplateVersion
) -> None:
    west, alpha = Node.objects.get(name="west"), company.factories["alpha"]
    line = company.lines["alpha-1"].node
    put(company, common, west, {"Shift": 1})
    put(company, common, line, {"Broker": "mq.line"})
    link(company, alpha, common)
    found = review(company, app).resolution.provenance
    saves = saves_of(company.root_user, found.values())

    def told(key: str) -> tuple[str, str, dict[str, Any] | None]:
        origin = found[key]
        save = saves.whole(origin)
        return origin.template, origin.name, save.values if save else None

    assert told("Shift") == ("common/1.0.0", "west", {"Shift": 1})
    assert told("Broker") == ("common/1.0.0", "alpha-1", {"Broker": "mq.line"})
    assert told("Log.File") == ("common/1.0.0", "alpha", None)
    assert (found["Place"].source, found["Place"].template) == ("config", "common/1.0.0")
    assert [shadow.name for shadow in found["Broker"].shadows] == ["alpha"]


@pytest.mark.parametrize("named", [False, True])
def test_many_lines_cost_no_more_queries_than_one(
    company: Company,
    common: ConfigTemplateVersion,
    app: SolutionTemplateVersion,
    named: bool,  # noqa: FBT001
) -> None:
    put(company, common, Node.objects.get(name="west"), {"Shift": 1})
    if not named:
        link(company, Node.objects.get(name="west"), common)
    for line in company.lines.values():
        put(company, common, line.node, {"Shift": 2})

    def cost(count: int) -> int:
        lines = list(Target.objects.select_related("node")[:count])
        with CaptureQueriesContext(connection) as queries:
            assert len(list(resolve_lines(app, lines, "app"))) == count
        return len(queries)

    cost(1)  # compiles
    assert cost(6) == cost(1)


def test_resolving_a_revision_again_reads_what_it_was_made_of(
    company: Company, common: ConfigTemplateVersion, app: SolutionTemplateVersion
) -> None:
    west, line = Node.objects.get(name="west"), company.lines["alpha-1"].node
    net = template(company, "net", "configs: {Dns: '${{$val(Dns)}}'}")
    text = APP + "  Dns: ${{$config(net/1.0.0, Dns)}}\n"
    reading = solution(company, text, "1.1.0")
    put(company, common, west, {"Shift": 1})
    put(company, net, west, {"Dns": "dns.west"})
    put(company, common, line, {"Broker": "mq.line"})
    first = link(company, west, common)
    before = result(company, reading)
    root = company.root_user
    (made,) = publishing.publish(root, reading, [company.lines["alpha-1"]])
    assert made.revision is not None
    put(company, common, west, {"Shift": 2})
    put(company, net, line, {"Dns": "dns.line"})
    config_templates.unlink(root, first)
    assert result(company, reading) != before
    revision = SolutionVersion.objects.get(pk=made.revision.pk)
    again = resolve_again(revision, NOTHING).resolution
    assert again.configuration == before
    assert again.digest == revision.digest
    assert json.loads(json.dumps(again.provenance_json())) == revision.provenance
