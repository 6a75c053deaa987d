"""Who set a value is who changed it, not who saved the place last."""

from django.test import Client
from django.urls import reverse

from orchestration.models import ConfigurationRevision, SolutionTemplateVersion
from orchestration.queries import values
from orchestration.queries.provenance import saves_of
from orchestration.queries.reviewing import review
from orchestration.queries.setters import setters_of
from orchestration.services import configuration
from orchestration.services.configuration import Edit
from portal.web.journey import pack
from rbac.models import User
from tests.integration.conftest import Company
from tests.integration.pages.configure.forms import words

PORT = {"Port": 9000}  # what the line has from the start, set by root


def put(company: Company, oven: SolutionTemplateVersion, by: User, **wanted: object) -> None:
    node = company.lines["alpha-1"].node
    base = ConfigurationRevision.objects.filter(node=node, template=oven.template.pk).count()
    configuration.save(by, oven, [Edit(node, {**PORT, **wanted}, base)])


def newest(company: Company) -> ConfigurationRevision:
    found = ConfigurationRevision.objects.filter(node=company.lines["alpha-1"].node)
    return found.order_by("-number")[0]


def test_a_key_keeps_the_save_in_which_it_got_its_value(
    company: Company, oven: SolutionTemplateVersion, ana: User
) -> None:
    put(company, oven, ana, MaxTemp=85)
    put(company, oven, company.root_user, MaxTemp=85, Camera={"Exposure": 3})
    save = newest(company)
    assert save.set_in == {"Port": 1, "MaxTemp": 2, "Camera.Exposure": 3}
    found = setters_of([save])
    setters = {key: found.of(save, key).author for key in ("Port", "MaxTemp", "Camera")}
    root = company.root_user
    assert setters == {"Port": root, "MaxTemp": ana, "Camera": root}


def test_a_value_set_again_is_of_who_set_it_again(
    company: Company, oven: SolutionTemplateVersion, ana: User
) -> None:
    put(company, oven, company.root_user, MaxTemp=60)
    put(company, oven, company.root_user)
    put(company, oven, ana, MaxTemp=60)
    assert newest(company).set_in == {"Port": 1, "MaxTemp": 4}


def test_a_secret_kept_as_it_is_stays_of_who_set_it(
    company: Company, oven: SolutionTemplateVersion, ana: User
) -> None:
    put(company, oven, company.root_user, Password="kept-as-it-is")
    put(company, oven, ana, Password="kept-as-it-is", MaxTemp=85)
    assert newest(company).set_in == {"Port": 1, "Password": 2, "MaxTemp": 3}


def test_the_review_names_who_set_each_value(
    company: Company, oven: SolutionTemplateVersion, ana: User
) -> None:
    put(company, oven, ana, MaxTemp=85)
    (line,) = review(ana, oven, [company.lines["alpha-1"]])
    found = line.resolution.provenance
    saves = saves_of(ana, found.values())
    setters = {key: saves.of(found[key], key) for key in ("MaxTemp", "Port")}
    assert {key: save and save.author for key, save in setters.items()} == {
        "MaxTemp": ana,
        "Port": company.root_user,
    }


def test_what_is_inherited_names_who_set_it(
    company: Company, oven: SolutionTemplateVersion, ana: User
) -> None:
    factory, line = company.factories["alpha"], company.lines["alpha-1"].node
    root = company.root_user
    configuration.save(root, oven, [Edit(factory, {"MaxTemp": 60, "Shift": "early"}, 0)])
    configuration.save(ana, oven, [Edit(factory, {"MaxTemp": 60, "Shift": "late"}, 1)])
    fields = {field.rule.key: field for field in values.sheet(ana, oven, line).fields}
    saves = {key: fields[key].inherited_save for key in ("MaxTemp", "Shift")}
    assert {key: save and save.author for key, save in saves.items()} == {
        "MaxTemp": root,
        "Shift": ana,
    }


def test_the_page_of_a_review_names_them_too(
    company: Company,
    oven: SolutionTemplateVersion,
    ana: User,
    author: Client,
) -> None:
    put(company, oven, ana, MaxTemp=85)
    chosen = {"version": str(oven.pk), "lines": pack([company.lines["alpha-1"].pk])}
    where = reverse("configure-review-line", args=[company.lines["alpha-1"].pk])
    page = words(author.get(where, chosen))
    assert "Set by root at Line alpha-1" in page
    assert "Set by ana at Line alpha-1" in page
