"""Config templates: who may make and link them, and what a link does to the copies below."""

import pytest

from orchestration.models import ConfigTemplateVersion, Event, SolutionInstance, TemplateLink
from orchestration.services import catalog, config_templates, configuration, contexts
from orchestration.services.config_templates import ConfigSource
from orchestration.services.configuration import Edit
from orchestration.services.errors import Invalid, Refused
from rbac.access import Denied
from tests.integration.conftest import LEVELS, Company

COMMON = """
schema:
  rules:
    configs:
      Broker: {type: string, required: true, defaultValue: mq.local}
      Shift: {type: int, maxValue: 3, editableBy: [OT]}
configs:
  Broker: ${{$val(Broker)}}
  Shift: ${{$val(Shift)}}
"""


def common(company: Company, version: str = "1.0.0", text: str = COMMON) -> ConfigTemplateVersion:
    source = ConfigSource("common", version, text, display_name="Plant common")
    return config_templates.create_version(company.root_user, company.context, source)


def waiting(company: Company) -> set[str]:
    rows = SolutionInstance.objects.filter(configuration_pending=True)
    return {row.target.node.name for row in rows}


def test_the_same_version_again_is_no_change(company: Company) -> None:
    first = common(company)
    assert common(company) == first
    kinds = Event.objects.filter(kind__startswith="config-template.").values_list("kind", flat=True)
    assert sorted(kinds) == ["config-template.created", "config-template.version-created"]
    with pytest.raises(Invalid) as refused:
        common(company, text=COMMON.replace("mq.local", "mq.other"))
    assert refused.value.code == "version-exists"


def test_a_solution_and_a_config_template_never_have_one_name(company: Company) -> None:
    company.solution("common")
    with pytest.raises(Invalid) as refused:
        common(company)
    assert refused.value.code == "name-taken"


def test_config_templates_do_not_read_one_another(company: Company) -> None:
    with pytest.raises(Invalid) as refused:
        common(company, text="configs:\n  A: ${{$config(other/1.0.0, B)}}\n")
    assert refused.value.code == "template-refused"
    (problem,) = refused.value.problems
    assert (problem["key"], problem["line"]) == ("A", 2)


def test_an_author_makes_versions_and_a_viewer_does_not(company: Company) -> None:
    catalog_node = contexts.catalog_of(company.context)
    source = ConfigSource("common", "1.0.0", COMMON)
    viewer = company.person("vera", "solution-viewer", catalog_node)
    with pytest.raises(Denied):
        config_templates.create_version(viewer, company.context, source)
    author = company.person("alan", "solution-author", catalog_node)
    assert config_templates.create_version(author, company.context, source).created_by == author


def test_linking_needs_the_author_s_right_and_it_s_right_at_the_place(company: Company) -> None:
    version, alpha = common(company), company.factories["alpha"]
    at_template = company.person("alan", "solution-author", version.template.node)
    with pytest.raises(Denied) as denied:
        config_templates.link(at_template, alpha, version)
    assert denied.value.verdict.params["perm"] == "edit_it_values"
    at_place = company.person("bea", "solution-author", alpha)
    with pytest.raises(Denied) as denied:
        config_templates.link(at_place, alpha, version)
    assert denied.value.verdict.params["perm"] == "author_solutions"
    company.person("bea", "solution-author", version.template.node)
    made = config_templates.link(at_place, alpha, version)
    assert made.linked_by == at_place
    with pytest.raises(Denied):
        config_templates.link(at_place, company.factories["beta"], version)


def test_another_context_and_what_is_no_place_are_refused(company: Company) -> None:
    version = common(company)
    other = contexts.create(company.root_user, "fabrikam", LEVELS)
    with pytest.raises(Invalid) as refused:
        config_templates.link(company.root_user, contexts.root_of(other), version)
    assert refused.value.code == "other-context"
    with pytest.raises(Invalid) as refused:
        config_templates.link(company.root_user, version.template.node, version)
    assert refused.value.code == "not-a-place"
    assert not TemplateLink.objects.exists()


def test_linking_has_the_copies_below_reviewed_and_leaves_one_event(company: Company) -> None:
    mixer, version = company.solution(), common(company)
    for line in ("alpha-1", "beta-1"):
        company.revision(line, mixer)
    alpha = company.factories["alpha"]
    for _ in range(2):
        config_templates.link(company.root_user, alpha, version)
        assert waiting(company) == {"alpha-1"}
    (event,) = Event.objects.filter(kind="config-template.linked")
    assert (event.node, event.params) == (alpha, {"version": "1.0.0", "place": "alpha"})


def test_another_version_keeps_its_turn_and_unlinking_ends_it(company: Company) -> None:
    alpha = company.factories["alpha"]
    mixer = company.solution()
    company.revision("alpha-1", mixer)
    first = config_templates.link(company.root_user, alpha, common(company))
    second = config_templates.link(company.root_user, alpha, common(company, "2.0.0"))
    assert first.pk == second.pk
    assert TemplateLink.objects.get().version.version == "2.0.0"
    relinked = Event.objects.get(kind="config-template.relinked")
    assert relinked.params["before"] == "1.0.0"
    SolutionInstance.objects.update(configuration_pending=False)
    config_templates.unlink(company.root_user, second)
    assert waiting(company) == {"alpha-1"}
    with pytest.raises(Refused) as refused:
        config_templates.unlink(company.root_user, second)
    assert refused.value.code == "not-linked"
    assert Event.objects.filter(kind="config-template.unlinked").count() == 1


def test_values_of_a_config_template_are_saved_as_those_of_a_solution(company: Company) -> None:
    version, alpha = common(company), company.factories["alpha"]
    company.revision("alpha-1", company.solution())
    author = company.person("anna", "configuration-author", alpha)
    (saved,) = configuration.save(author, version, [Edit(alpha, {"Shift": 2}, 0)])
    assert (saved.template, saved.values) == (version.template.node, {"Shift": 2})
    assert waiting(company) == {"alpha-1"}
    with pytest.raises(Invalid) as refused:
        configuration.save(author, version, [Edit(alpha, {"Shift": 9}, 1)])
    assert refused.value.code == "values-refused"
    with pytest.raises(Denied):
        configuration.save(author, version, [Edit(company.factories["beta"], {"Shift": 1}, 0)])


def test_an_unknown_include_is_refused_with_the_nearest_name(company: Company) -> None:
    common(company)
    text = "configs:\n  ${{$include(commn/1.0.0)}}:\n  A: 1\n"
    with pytest.raises(Invalid) as refused:
        catalog.create_solution_version(
            company.root_user, company.context, catalog.SolutionSource("app", "1.0.0", text)
        )
    assert refused.value.code == "template-refused"
    (problem,) = refused.value.problems
    assert problem["hint"] == "did you mean common/1.0.0?"


def test_templates_include_templates_of_their_own_context_only(company: Company) -> None:
    common(company)
    text = "configs:\n  ${{$include(common/1.0.0, Broker)}}:\n  A: 1\n"
    other = contexts.create(company.root_user, "fabrikam", LEVELS)
    source = catalog.SolutionSource("app", "1.0.0", text)
    made = catalog.create_solution_version(company.root_user, company.context, source)
    assert made.config_text == text
    with pytest.raises(Invalid):
        catalog.create_solution_version(company.root_user, other, source)
