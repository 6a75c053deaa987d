"""Config templates on the pages of Configure: where they are linked, and their values."""

import pytest
from django.test import Client
from django.urls import reverse

from orchestration.models import ConfigTemplateVersion, ConfigurationRevision, SolutionInstance
from orchestration.services import catalog, config_templates
from orchestration.services.config_templates import ConfigSource
from rbac.models import User
from tests.integration.conftest import Company
from tests.integration.pages import site

TEXT = """
schema:
  rules:
    configs:
      Broker: {type: string, label: Message broker, editableBy: [OT], defaultValue: mq.local}
      Shift: {type: int, maxValue: 3, editableBy: [OT]}
configs: {Broker: "${{$val(Broker)}}", Shift: "${{$val(Shift)}}"}
"""


@pytest.fixture
def common(company: Company) -> ConfigTemplateVersion:
    """A config template that is linked to factory alpha."""
    source = ConfigSource("common", "1.0.0", TEXT, display_name="Plant common")
    version = config_templates.create_version(company.root_user, company.context, source)
    config_templates.link(company.root_user, company.factories["alpha"], version)
    return version


@pytest.fixture
def anna(company: Company) -> User:
    """Sets values at factory alpha, and knows nothing of any catalog."""
    return company.person("anna", "configuration-author", company.factories["alpha"])


def form_of(company: Company, version: ConfigTemplateVersion, line: str = "") -> str:
    node = company.lines[line].node if line else company.factories["alpha"]
    return reverse("configure-values", args=[node.pk, version.template_id])


def test_a_line_lists_what_is_linked_above_with_its_place(
    company: Company, common: ConfigTemplateVersion, anna: User, client: Client
) -> None:
    site.signed_in(client, anna)
    alpha, line = company.factories["alpha"], company.lines["alpha-1"].node
    at_line = client.get(reverse("configure-place", args=[line.pk])).content.decode()
    assert "Plant common" in at_line
    assert "Factory alpha" in at_line
    assert form_of(company, common, "alpha-1") in at_line
    at_factory = client.get(reverse("configure-place", args=[alpha.pk])).content.decode()
    assert '<td data-label="Linked to">Here</td>' in at_factory


def test_a_value_set_above_is_inherited_and_can_be_overridden(
    company: Company, common: ConfigTemplateVersion, anna: User, client: Client
) -> None:
    company.revision("alpha-1", company.solution())
    site.signed_in(client, anna)
    saved = client.post(form_of(company, common), {"base": "0", "v.Broker": "mq.alpha"})
    assert saved.status_code == 303
    assert SolutionInstance.objects.get().configuration_pending
    below = client.get(form_of(company, common, "alpha-1")).content.decode()
    assert "mq.alpha" in below
    assert "Factory alpha" in below
    client.post(form_of(company, common, "alpha-1"), {"base": "0", "v.Broker": "mq.line"})
    values = {row.node.name: row.values for row in ConfigurationRevision.objects.all()}
    assert values == {"alpha": {"Broker": "mq.alpha"}, "alpha-1": {"Broker": "mq.line"}}


def test_after_a_save_the_copies_below_can_be_reviewed(
    company: Company, common: ConfigTemplateVersion, anna: User, client: Client
) -> None:
    company.revision("alpha-1", company.solution())
    site.signed_in(client, anna)
    page = client.post(form_of(company, common), {"base": "0", "v.Shift": "2"}, follow=True)
    assert "Review this one" in page.content.decode()


def test_a_save_that_reaches_several_solutions_is_one_notice(
    company: Company, common: ConfigTemplateVersion, anna: User, client: Client
) -> None:
    company.revision("alpha-1", company.solution())
    company.revision("alpha-1", company.solution("oven"))
    site.signed_in(client, anna)
    page = client.post(form_of(company, common), {"base": "0", "v.Shift": "2"}, follow=True)
    said = page.content.decode()
    assert said.count("now Configuration pending") == 1
    assert "2 installed copies are now Configuration pending" in said
    assert said.count("Review this one") == 2
    assert "oven 1.0.0" in said


def test_a_wrong_value_is_said_and_not_saved(
    company: Company, common: ConfigTemplateVersion, anna: User, client: Client
) -> None:
    site.signed_in(client, anna)
    page = client.post(form_of(company, common), {"base": "0", "v.Shift": "9"})
    assert page.status_code == 422
    assert not ConfigurationRevision.objects.exists()
    alpha = company.factories["alpha"]
    check = reverse("configure-check-config", args=[alpha.pk, common.pk])
    assert "3" in client.post(check, {"v.Shift": "9"}).content.decode()


def test_the_history_is_compared_and_restored(
    company: Company, common: ConfigTemplateVersion, anna: User, client: Client
) -> None:
    site.signed_in(client, anna)
    alpha = company.factories["alpha"]
    for base, broker in enumerate(("one", "two")):
        client.post(form_of(company, common), {"base": str(base), "v.Broker": broker})
    args = [alpha.pk, common.template_id]
    page = client.get(reverse("configure-history", args=args), {"save": ["1", "2"]})
    assert "Message broker" in page.content.decode()
    client.post(reverse("configure-restore", args=[*args, 1]), {"base": "2"})
    assert alpha.configuration_revisions.order_by("-number")[0].values == {"Broker": "one"}


def test_what_is_not_linked_here_does_not_exist(
    company: Company, common: ConfigTemplateVersion, client: Client
) -> None:
    mia = company.person("mia", "configuration-author", company.factories["beta"])
    site.signed_in(client, mia)
    assert client.get(form_of(company, common, "beta-1")).status_code == 404
    assert client.get(form_of(company, common)).status_code == 404
    beta = company.factories["beta"]
    check = reverse("configure-check-config", args=[beta.pk, common.pk])
    assert client.post(check, {"v.Shift": "9"}).status_code == 404


def test_where_versions_differ_one_chooses(
    company: Company, common: ConfigTemplateVersion, client: Client
) -> None:
    source = ConfigSource("common", "2.0.0", TEXT.replace("Shift", "Turn"))
    newer = config_templates.create_version(company.root_user, company.context, source)
    site.signed_in(client, company.root_user)
    linked = client.get(form_of(company, common)).content.decode()
    assert "Shift" in linked
    assert f'<option value="{newer.pk}"' in linked
    other = client.get(form_of(company, common), {"version": newer.pk}).content.decode()
    assert "Turn" in other


def test_the_form_of_a_solution_shows_what_a_linked_template_gives(
    company: Company, common: ConfigTemplateVersion, anna: User, client: Client
) -> None:
    text = "schema: {rules: {configs: {Broker: {type: string, editableBy: [OT]}}}}\n"
    text += "configs: {Broker: '${{$val(Broker)}}'}"
    source = catalog.SolutionSource("app", "1.0.0", text)
    app = catalog.create_solution_version(company.root_user, company.context, source)
    company.person("anna", "solution-viewer", app.template.node)
    site.signed_in(client, anna)
    client.post(form_of(company, common), {"base": "0", "v.Broker": "mq.alpha"})
    line = company.lines["alpha-1"].node
    address = reverse("configure-values", args=[line.pk, app.template_id])
    page = client.get(address).content.decode()
    assert "mq.alpha" in page
    assert "Factory alpha in common/1.0.0" in page
    client.post(address, {"base": "0", "v.Broker": "mq.own"})
    assert line.configuration_revisions.get().values == {"Broker": "mq.own"}


def test_what_a_shared_value_changes_is_shown_before_it_is_saved(
    company: Company, common: ConfigTemplateVersion, client: Client
) -> None:
    source = catalog.SolutionSource("app", "1.0.0", "configs: {Broker: '${{$val(Broker)}}'}")
    app = catalog.create_solution_version(company.root_user, company.context, source)
    company.revision("alpha-1", app)
    site.signed_in(client, company.root_user)
    typed = {"base": "0", "v.Broker": "mq.new", "impact": "1"}
    page = client.post(form_of(company, common), typed).content.decode()
    assert "mq.new" in page
    assert "alpha-1" in page
    assert not ConfigurationRevision.objects.exists()


def test_what_is_wrong_with_shared_values_is_said_in_the_review(
    company: Company, client: Client
) -> None:
    text = "schema: {rules: {configs: {Zone: {type: string, required: true, editableBy: [OT]}}}}\n"
    text += "configs: {Zone: '${{$val(Zone)}}'}"
    source = ConfigSource("zones", "1.0.0", text)
    zones = config_templates.create_version(company.root_user, company.context, source)
    config_templates.link(company.root_user, company.factories["alpha"], zones)
    app = catalog.create_solution_version(
        company.root_user,
        company.context,
        catalog.SolutionSource("app", "1.0.0", "configs: {Zone: '${{$val(Zone)}}'}"),
    )
    site.signed_in(client, company.root_user)
    line = company.lines["alpha-1"]
    address = reverse("configure-review-line", args=[line.pk])
    page = client.get(address, {"version": app.pk, "lines": line.pk}).content.decode()
    assert "zones/1.0.0 (alpha): Zone" in page
    assert "It is mended in the shared values, not here." in page
