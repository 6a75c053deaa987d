"""Schemas and solution templates: immutable, whole or not at all, and by who may."""

import pytest

from orchestration.models import (
    Event,
    Schema,
    SchemaVersion,
    SolutionTemplate,
    SolutionTemplateVersion,
)
from orchestration.queries.templates import rules_of
from orchestration.services import catalog, contexts, importing
from orchestration.services.catalog import SolutionSource
from orchestration.services.errors import Invalid
from portal.web.event_sentences import sentence
from rbac.access import Denied
from tests.integration.conftest import LEVELS, Company

SCHEMA = """
rules:
  configs:
    Speed: {type: int, required: true, maxValue: 9}
"""
TEMPLATE = """
schema: {name: press, version: 1.0.0}
configs:
  Speed: ${{$val(Speed)}}
"""


def add_schema(company: Company, text: str = SCHEMA, version: str = "1.0.0") -> SchemaVersion:
    row, _ = catalog.create_schema_version(
        company.root_user, company.context, text=text, name="press", version=version
    )
    return row


def add(
    company: Company,
    text: str = TEMPLATE,
    version: str = "1.0.0",
    capabilities: tuple[str, ...] = ("soap",),
) -> SolutionTemplateVersion:
    source = SolutionSource("press", version, text, {"components": []}, capabilities=capabilities)
    return catalog.create_solution_version(company.root_user, company.context, source)


def test_the_same_again_is_no_change(company: Company) -> None:
    first, solution = add_schema(company), add(company)
    events = Event.objects.count()
    assert (add_schema(company), add(company)) == (first, solution)
    assert Event.objects.count() == events


def test_a_version_never_changes(company: Company) -> None:
    add_schema(company)
    add(company)
    with pytest.raises(Invalid) as invalid:
        add_schema(company, SCHEMA.replace("9", "10"))
    assert invalid.value.code == "version-exists"
    with pytest.raises(Invalid) as invalid:
        add(company, TEMPLATE + "  Fixed: 1\n")
    assert invalid.value.code == "version-exists"
    assert SchemaVersion.objects.get().text == SCHEMA
    assert SolutionTemplateVersion.objects.get().config_text == TEMPLATE


def test_versions_of_one_solution_are_in_order(company: Company) -> None:
    add_schema(company)
    for version in ("1.10.0", "1.9.0", "2.0.0-rc.1", "2.0.0"):
        add(company, version=version)
    found = SolutionTemplateVersion.objects.values_list("version", flat=True)
    assert list(found) == ["2.0.0", "2.0.0-rc.1", "1.10.0", "1.9.0"]
    assert SolutionTemplate.objects.count() == 1


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("rules: [", "document-unreadable"),
        ("just text", "document-unreadable"),
        ("", "document-unreadable"),
        ("rules: {configs: {Speed: {type: engine}}}", "schema-refused"),
        ("rules: {configs: {Speed: {type: int, minValue: 9, maxValue: 1}}}", "schema-refused"),
        ("rules: {configs: {Speed: {type: int, defaultValue: fast}}}", "schema-refused"),
    ],
)
def test_a_schema_that_cannot_be_used_leaves_nothing(
    company: Company, text: str, code: str
) -> None:
    with pytest.raises(Invalid) as invalid:
        add_schema(company, text)
    assert invalid.value.code == code
    assert invalid.value.problems
    assert all(problem["message"] for problem in invalid.value.problems)
    assert not Schema.objects.exists()


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("configs: [", "document-unreadable"),
        ("schema: {name: other, version: 1.0.0}\nconfigs: {}", "schema-unknown"),
        ("configs:\n  Speed: ${{$val(}}", "template-refused"),
        ("configs:\n  Speed: ${{$nonsense(1)}}", "template-refused"),
    ],
)
def test_a_template_that_cannot_be_used_leaves_nothing(
    company: Company, text: str, code: str
) -> None:
    add_schema(company)
    nodes = company.context.nodes.count()
    with pytest.raises(Invalid) as invalid:
        add(company, text)
    assert invalid.value.code == code
    assert not SolutionTemplate.objects.exists()
    assert company.context.nodes.count() == nodes


def test_an_unknown_capability_leaves_nothing(company: Company) -> None:
    add_schema(company)
    with pytest.raises(Invalid) as invalid:
        add(company, capabilities=("soap", "zinc"))
    assert invalid.value.params["names"] == ["zinc"]
    assert not SolutionTemplate.objects.exists()


@pytest.mark.parametrize("version", ["", "1", "v1.0.0", "1.0.0-" + "x" * 70])
def test_versions_are_semver(company: Company, version: str) -> None:
    add_schema(company)
    with pytest.raises(Invalid) as invalid:
        add(company, version=version)
    assert invalid.value.code in {"version-missing", "version-malformed"}


def test_what_was_rolled_back_leaves_nothing_parsed_behind(company: Company) -> None:
    """Ids come again after a rollback; what was parsed under one must not."""
    broken = importing.Files(
        schema=SCHEMA, template=TEMPLATE + "  Bad: ${{$nonsense(1)}}", name="press", version="1.0.0"
    )
    with pytest.raises(Invalid) as invalid:
        importing.load(company.root_user, company.context, broken)
    assert invalid.value.code == "template-refused"
    assert not Schema.objects.exists()
    add_schema(company, SCHEMA.replace("maxValue: 9", "maxValue: 100"))
    rules = rules_of(add(company))
    assert rules is not None
    assert not rules.check_value("Speed", 50)
    assert rules.check_value("Speed", 500)


def test_contexts_do_not_see_each_others_schemas(company: Company) -> None:
    add_schema(company)
    other = contexts.create(company.root_user, "fabrikam", LEVELS)
    with pytest.raises(Invalid) as invalid:
        catalog.create_solution_version(
            company.root_user, other, SolutionSource("press", "1.0.0", TEMPLATE, {})
        )
    assert invalid.value.code == "schema-unknown"


def test_authors_of_solutions_and_nobody_else(company: Company) -> None:
    adam = company.person("adam", "configuration-author")
    vera = company.person("vera", "solution-viewer")
    sol = company.person("sol", "solution-author", company.factories["alpha"])
    source = SolutionSource("press", "1.0.0", "configs: {}", {})
    for stranger in (adam, vera, sol):
        with pytest.raises(Denied):
            catalog.create_schema_version(
                stranger, company.context, text=SCHEMA, name="press", version="1.0.0"
            )
        with pytest.raises(Denied):
            catalog.create_solution_version(stranger, company.context, source)
    assert not Schema.objects.exists()
    author = company.person("ines", "solution-author", contexts.catalog_of(company.context))
    made = catalog.create_solution_version(author, company.context, source)
    assert made.created_by == author
    assert Event.objects.get(kind="solution.version-created").user == author


def test_what_a_solution_needs_of_a_line_is_recorded_when_it_changes(company: Company) -> None:
    for name in ("gpu", "arm"):
        contexts.add_capability(company.root_user, company.context, name)
    add_schema(company)
    add(company)
    add(company, version="1.0.1")
    assert not Event.objects.filter(kind="solution.capabilities-changed").exists()
    solution = add(company, version="1.1.0", capabilities=("gpu", "arm")).template
    assert {one.name for one in solution.capabilities.all()} == {"gpu", "arm"}
    event = Event.objects.get(kind="solution.capabilities-changed")
    assert (event.object_id, event.actor, event.node) == (solution.pk, "root", solution.node)
    assert event.params == {"needs": ["arm", "gpu"], "before": ["soap"]}
    assert sentence(event) == "press now needs lines that can: arm, gpu"
    add(company, version="1.2.0", capabilities=())
    assert solution.capabilities.count() == 2
