"""Pages of schemas and solutions tell what is questionable about them, and who uses them."""

from html import unescape

import pytest
from django.test import Client

from orchestration.models import Schema, SolutionTemplate, SolutionTemplateVersion
from orchestration.services import catalog, config_templates, configuration, publishing, rollouts
from tests.integration.admin.conftest import SignIn, page_of
from tests.integration.conftest import Company

SCHEMA = "rules:\n  configs:\n    Speed: {type: int, max_value: 9}\n    Idle: {type: int}\n"
TEMPLATE = "configs:\n  Speed: ${{$val(Speed)}}\n"


@pytest.fixture
def version(company: Company) -> SolutionTemplateVersion:
    """A solution that is published for a line of each factory, and runs on one of them."""
    root = company.root_user
    catalog.create_schema_version(root, company.context, text=SCHEMA, name="rules", version="1.0.0")
    source = catalog.SolutionSource("pump", "1.0.0", TEMPLATE, schema="rules/1.0.0")
    made = catalog.create_solution_version(root, company.context, source)
    company.agent("alpha")
    lines = [company.lines[name] for name in ("alpha-1", "beta-1")]
    for line in lines:
        configuration.save(root, made, [configuration.Edit(line.node, {"Speed": 5}, 0)])
    first, _second = (one.revision for one in publishing.publish(root, made, lines))
    assert first is not None
    rollouts.deploy(root, [first])
    first.instance.current = first
    first.instance.save(update_fields=["current"])
    return made


def text_of(client: Client, page: str) -> str:
    return unescape(client.get(page).content.decode())


def test_a_solution_tells_what_is_questionable_and_where_it_runs(
    version: SolutionTemplateVersion, root: Client
) -> None:
    text = text_of(root, page_of(SolutionTemplate, "change", version.template_id))
    assert "schema, Idle, line 4, column 5: nothing uses the key of this rule" in text
    assert "max_value is the older spelling of maxValue" in text
    assert "published for 2 lines, runs on 1" in text
    assert '"maximum": 9' in text
    assert (
        f"/admin/playground/?context={version.template.node.context_id}&version={version.pk}"
        in text
    )


def test_only_lines_one_sees_are_counted(
    company: Company, version: SolutionTemplateVersion, sign_in: SignIn
) -> None:
    browser = sign_in("pia", "solution-author", version.template.node)
    page = page_of(SolutionTemplate, "change", version.template_id)
    assert "on no line" in text_of(browser, page)
    sign_in("pia", "configuration-viewer", company.factories["beta"])
    assert "published for 1 line, runs on 0" in text_of(browser, page)


def test_a_schema_tells_who_uses_it(
    company: Company, version: SolutionTemplateVersion, root: Client
) -> None:
    source = config_templates.ConfigSource("plant", "2.0.0", TEMPLATE, schema="rules/1.0.0")
    config_templates.create_version(company.root_user, company.context, source)
    text = text_of(root, page_of(Schema, "change", Schema.objects.get().pk))
    assert "pump 1.0.0, plant" in text
    assert "max_value is the older spelling of maxValue" in text
    assert "nothing uses the key" not in text
    assert '"maximum": 9' in text


def test_what_is_fine_is_said_to_be(company: Company, root: Client) -> None:
    source = catalog.SolutionSource("plain", "1.0.0", "configs: {a: 1}")
    made = catalog.create_solution_version(company.root_user, company.context, source)
    text = text_of(root, page_of(SolutionTemplate, "change", made.template_id))
    assert "Nothing to remark." in text
