"""The form of a place's values: what it shows, what it saves, and what it refuses."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from orchestration.models import ConfigurationRevision, Node, SolutionTemplateVersion
from orchestration.services import catalog, configuration
from orchestration.services.configuration import Edit
from rbac.models import User
from tests.integration.conftest import Company
from tests.integration.opening import opened
from tests.integration.pages import site
from tests.integration.pages.configure.forms import Form, form_with, words

Publish = Callable[..., list[Any]]


def at(node: Node, version: SolutionTemplateVersion) -> str:
    return reverse("configure-values", args=[node.pk, version.template_id])


def values_of(node: Node) -> dict[str, Any]:
    newest = ConfigurationRevision.objects.filter(node=node).order_by("-number").first()
    return dict(newest.values) if newest else {}


@pytest.fixture
def alpha(company: Company) -> Node:
    return company.factories["alpha"]


@pytest.fixture
def form(author: Client, alpha: Node, oven: SolutionTemplateVersion) -> Form:
    return form_with(author.get(at(alpha, oven)), "base")


def test_inherited_values_stand_in_place_with_their_origin(
    author: Client, alpha: Node, oven: SolutionTemplateVersion, form: Form
) -> None:
    assert form.text("v.MaxTemp") == "80"
    page = words(author.get(at(alpha, oven)))
    assert "Inherited from Region west · by root" in page
    assert "Kept by IT" in page
    assert "The camera" in page


def test_sending_the_form_back_unchanged_saves_nothing(
    author: Client, alpha: Node, form: Form
) -> None:
    answer = form.send(author)
    assert answer.status_code == 303
    assert values_of(alpha) == {}
    assert "Nothing was changed." in words(author.get(answer.headers["Location"]))


def test_only_what_was_typed_is_set_with_its_type(
    author: Client, alpha: Node, form: Form, ana: User
) -> None:
    answer = form.send(
        author,
        v__MaxTemp="72,5",
        v__Shift="late",
        v__Counter=None,
        v__Camera__Exposure="12",
        v__Tags="a\r\nb\r\n",
        comment="for the night",
    )
    assert answer.status_code == 303
    assert values_of(alpha) == {
        "MaxTemp": 72.5,
        "Shift": "late",
        "Counter": False,
        "Camera": {"Exposure": 12},
        "Tags": ["a", "b"],
    }
    saved = ConfigurationRevision.objects.get(node=alpha)
    assert (saved.comment, saved.author) == ("for the night", ana)


def test_sending_the_same_form_twice_saves_once(author: Client, alpha: Node, form: Form) -> None:
    assert form.send(author, v__MaxTemp="70").status_code == 303
    assert form.send(author, v__MaxTemp="70").status_code == 303
    assert ConfigurationRevision.objects.filter(node=alpha).count() == 1


@pytest.mark.parametrize(
    ("name", "text", "why"),
    [
        ("v__MaxTemp", "hot", "“hot” is not a number."),
        ("v__MaxTemp", "900", "900 °C is not possible. Enter a number from 20 to 120 °C."),
        ("v__Shift", "noon", "Choose one of: early, late."),
        ("v__Camera__Exposure", "1,5", "is not a whole number"),
        ("v__Camera__Exposure", "0", "Enter a number of at least 1."),
        ("v__Tags", "a\0b", "It holds a character that cannot be used."),
    ],
)
def test_a_wrong_value_is_said_beside_it_and_nothing_is_saved(
    author: Client, alpha: Node, form: Form, name: str, text: str, why: str
) -> None:
    answer = form.send(author, v__Note="kept", comment="a\0b", **{name: text})
    assert answer.status_code == 422
    assert why in words(answer)
    assert "Nothing was saved. Beside it stands what would be possible." in words(answer)
    again = form_with(answer, "base")
    assert again.text(name.replace("__", ".")) == text
    assert again.text("comment") == "ab"
    assert again.text("v.Note") == "kept"
    assert values_of(alpha) == {}


def test_a_value_goes_back_to_what_is_inherited(
    author: Client, alpha: Node, oven: SolutionTemplateVersion, form: Form
) -> None:
    form.send(author, v__MaxTemp="70")
    page = author.get(at(alpha, oven))
    assert "Set here; otherwise 80 °C, from Region west" in words(page)
    asked = form_with(page, "base").send(author, reset="v.MaxTemp", v__Note="typed meanwhile")
    assert asked.status_code == 200
    assert values_of(alpha) == {"MaxTemp": 70}
    again = form_with(asked, "base")
    assert again.text("v.MaxTemp") == "80"
    assert again.text("v.Note") == "typed meanwhile"
    assert "Will be inherited again when you save." in words(asked)
    again.send(author)
    assert values_of(alpha) == {"Note": "typed meanwhile"}


def test_an_emptied_text_is_a_value_and_an_emptied_number_is_none(
    company: Company, author: Client, alpha: Node, oven: SolutionTemplateVersion
) -> None:
    west = Node.objects.get(name="west")
    configuration.save(company.root_user, oven, [Edit(west, {"MaxTemp": 80, "Note": "hello"}, 1)])
    form = form_with(author.get(at(alpha, oven)), "base")
    form.send(author, v__Note="", v__MaxTemp="")
    assert values_of(alpha) == {"Note": ""}


def test_what_is_inherited_does_not_become_ones_own_by_a_change_above(
    company: Company, author: Client, alpha: Node, oven: SolutionTemplateVersion, form: Form
) -> None:
    west = Node.objects.get(name="west")
    configuration.save(company.root_user, oven, [Edit(west, {"MaxTemp": 90}, 1)])
    form.send(author, v__Note="hello")
    assert values_of(alpha) == {"Note": "hello"}


def test_a_stale_form_shows_both_and_the_person_decides(
    company: Company, author: Client, alpha: Node, oven: SolutionTemplateVersion, form: Form
) -> None:
    theirs = Edit(alpha, {"MaxTemp": 82, "Shift": "late"}, 0)
    configuration.save(company.root_user, oven, [theirs])
    answer = form.send(author, v__MaxTemp="85", comment="mine")
    assert answer.status_code == 409
    page = words(answer)
    assert "root saved these values while you had them open" in page
    assert re.search(
        r"root set this to 82 °C on \d+ \w+ \d\d:\d\d C[DS]T\. What you typed is kept\.", page
    )
    again = form_with(answer, "base")
    assert (again.text("v.MaxTemp"), again.text("v.Shift")) == ("85", "late")
    assert again.text("comment") == "mine"
    assert values_of(alpha) == {"MaxTemp": 82, "Shift": "late"}
    taken = form_with(again.send(author, take="v.MaxTemp"), "base")
    assert taken.text("v.MaxTemp") == "82"
    assert again.send(author).status_code == 303
    assert values_of(alpha) == {"MaxTemp": 85, "Shift": "late"}


def test_a_save_above_says_what_waits_below_and_offers_the_review(
    author: Client, alpha: Node, oven: SolutionTemplateVersion, form: Form, publish: Publish
) -> None:
    lines = [one.target.pk for one in publish("alpha-1", "alpha-2", "beta-1")]
    answer = form.send(author, v__MaxTemp="70")
    page = author.get(answer.headers["Location"])
    assert "2 installed copies are now Configuration pending" in words(page)
    assert "Review these 2" in words(page)
    url = reverse("configure-review")
    packed = f"{lines[0]}-{lines[1]}"
    assert f"{url}?version={oven.pk}&amp;lines={packed}" in page.content.decode()


def test_a_newer_save_is_announced_to_whoever_has_the_form_open(
    company: Company, author: Client, alpha: Node, oven: SolutionTemplateVersion
) -> None:
    assert "since you opened them" not in words(author.get(f"{at(alpha, oven)}?base=0"))
    configuration.save(company.root_user, oven, [Edit(alpha, {"MaxTemp": 82}, 0)])
    page = words(author.get(f"{at(alpha, oven)}?base=0"))
    assert "root saved these values since you opened them" in page


def test_values_of_it_cannot_be_forged(
    author: Client, company: Company, oven: SolutionTemplateVersion
) -> None:
    line = company.lines["alpha-1"].node
    form = form_with(author.get(at(line, oven)), "base")
    assert form.text("v.Port") == "9000"
    answer = form.send(author, v__Port="1")
    assert answer.status_code == 403
    assert "Change configuration values kept by IT" in words(answer)
    assert values_of(line) == {"Port": 9000}


def test_a_secret_is_kept_unless_another_is_typed(
    author: Client, alpha: Node, oven: SolutionTemplateVersion, form: Form
) -> None:
    form.send(author, v__Password="hunter2-hunter2")
    page = author.get(at(alpha, oven))
    assert "hunter2" not in page.content.decode()
    assert re.search("set by [^,]+, [^,]+, and not shown", page.content.decode())
    form_with(page, "base").send(author, v__Note="x")
    assert opened(values_of(alpha))["Password"] == "hunter2-hunter2"


def test_who_may_only_look_gets_no_button_and_a_refusal(
    company: Company, client: Client, alpha: Node, oven: SolutionTemplateVersion, publish: Publish
) -> None:
    publish("alpha-1")
    site.signed_in(client, company.person("vera", "configuration-viewer"))
    page = client.get(at(alpha, oven))
    assert "You may look at these values and not change them." in words(page)
    assert words(page).count("You do not have the right “Change configuration values open to") == 1
    assert "Save values" not in words(page)
    answer = client.post(at(alpha, oven), {"base": "0", "v.MaxTemp": "70"})
    assert answer.status_code == 403
    assert values_of(alpha) == {}


def test_a_strangers_place_or_solution_is_not_there(
    company: Company, client: Client, mia: User, oven: SolutionTemplateVersion
) -> None:
    site.signed_in(client, mia)
    beta, alpha = company.factories["beta"], company.factories["alpha"]
    assert client.get(at(beta, oven)).status_code == 200
    assert client.get(at(alpha, oven)).status_code == 404
    assert client.post(at(alpha, oven), {"v.MaxTemp": "70"}).status_code == 404
    assert client.get(reverse("configure-place", args=[alpha.pk])).status_code == 404
    assert client.get(reverse("configure-values", args=[beta.pk, 99_999])).status_code == 404
    site.signed_in(client, company.person("nobody"))
    assert client.get(at(beta, oven)).status_code == 403


def test_of_a_place_above_ones_own_only_the_name_is_said(
    company: Company, client: Client, mia: User, oven: SolutionTemplateVersion
) -> None:
    site.signed_in(client, mia)
    page = client.get(at(company.factories["beta"], oven))
    west = Node.objects.get(name="west")
    assert "Inherited from Region west" in words(page)
    assert "by root" not in words(page)
    assert f"/configure/nodes/{west.pk}/" not in page.content.decode()


def test_one_value_is_checked_while_it_is_typed(
    author: Client, oven: SolutionTemplateVersion
) -> None:
    url = reverse("configure-check", args=[oven.pk])
    wrong = author.post(url, {"v.MaxTemp": "900"})
    assert wrong.status_code == 200
    assert 'id="f-v-MaxTemp-error"' in wrong.content.decode()
    assert "Enter a number from 20 to 120 °C." in words(wrong)
    assert "Understood as 70.5 °C" in words(author.post(url, {"v.MaxTemp": "70,5"}))
    assert "data-invalid" not in author.post(url, {"c.12.MaxTemp": "70"}).content.decode()
    assert author.post(url, {"v.Unknown": "1"}).status_code == 404
    assert author.post(url, {"c.12": "1"}).status_code == 404
    assert author.post(url, {}).status_code == 204


def test_the_history_compares_and_restores(
    author: Client, alpha: Node, oven: SolutionTemplateVersion
) -> None:
    for text in ("70", "75"):
        form_with(author.get(at(alpha, oven)), "base").send(author, v__MaxTemp=text)
    address = reverse("configure-history", args=[alpha.pk, oven.template_id])
    assert "Highest temperature: 70 °C → 75 °C" in words(author.get(address))
    compared = words(author.get(f"{address}?save=1&save=2"))
    assert "From save 1 to save 2" in compared
    back = reverse("configure-restore", args=[alpha.pk, oven.template_id, 1])
    assert author.post(back, {"base": "1"}).status_code == 409, "the second was not seen"
    assert values_of(alpha) == {"MaxTemp": 75}
    assert form_with(author.get(address), "base").send(author).status_code == 303
    assert values_of(alpha) == {"MaxTemp": 70}
    assert ConfigurationRevision.objects.filter(node=alpha).count() == 3
    assert "Restored from save 1" in words(author.get(address))
    missing = reverse("configure-restore", args=[alpha.pk, oven.template_id, 99])
    assert author.post(missing).status_code == 404


def test_what_only_it_may_set_cannot_be_restored_by_ot(
    company: Company, author: Client, oven: SolutionTemplateVersion
) -> None:
    line = company.lines["alpha-1"].node
    configuration.save(company.root_user, oven, [Edit(line, {"Port": 9999}, 1)])
    address = reverse("configure-history", args=[line.pk, oven.template_id])
    assert "Change configuration values kept by IT" in words(author.get(address))
    back = reverse("configure-restore", args=[line.pk, oven.template_id, 1])
    assert author.post(back).status_code == 403
    assert values_of(line) == {"Port": 9999}


def test_what_lies_in_an_object_of_it_is_kept_by_it(company: Company, author: Client) -> None:
    root = company.root_user
    schema = """
rules:
  configs:
    Line: {type: object, editableBy: [IT]}
    Line.Speed: {type: int}
    Line.Open: {type: int, disabled: true}
    Mine: {type: int, disabled: true, label: Fixed}
"""
    catalog.create_schema_version(root, company.context, text=schema, name="press", version="1.0.0")
    template = "schema: {name: press, version: 1.0.0}\nconfigs: {Line: '${{$val(Line)}}'}"
    source = catalog.SolutionSource("press", "1.0.0", template, {"components": []})
    press = catalog.create_solution_version(root, company.context, source)
    page = author.get(at(company.factories["alpha"], press))
    assert words(page).count("Kept by IT") == 2
    assert "Fixed Cannot be changed here" in words(page)
    answer = author.post(at(company.factories["alpha"], press), {"base": "0", "v.Line.Speed": "1"})
    assert answer.status_code == 403


def test_a_secret_that_is_refused_is_not_sent_back(
    author: Client, alpha: Node, oven: SolutionTemplateVersion, form: Form
) -> None:
    page = form.send(author, v__Password="abc", v__Port="canary-port")
    assert page.status_code == 422
    assert "canary-port" in page.content.decode()
    assert 'value="abc"' not in page.content.decode()


def test_a_second_window_of_ones_own_is_called_that(
    author: Client, alpha: Node, oven: SolutionTemplateVersion, form: Form
) -> None:
    assert form.send(author, v__MaxTemp="82").status_code == 303
    page = words(form.send(author, v__MaxTemp="85"))
    assert "You, in another window, saved these values while you had them open" in page
    assert "You, in another window, set this to 82 °C on" in page


def test_a_key_that_is_no_longer_secret_is_set_anew(
    company: Company, author: Client, alpha: Node, oven: SolutionTemplateVersion, form: Form
) -> None:
    form.send(author, v__Password="hunter2-hunter2")
    assert oven.schema
    rules = oven.schema.text.replace("secret: true, ", "")
    catalog.create_schema_version(
        company.root_user, company.context, text=rules, name="oven", version="9.0.0"
    )
    text = oven.config_text.replace("version: 1.0.0", "version: 9.0.0")
    source = catalog.SolutionSource("oven", "9.0.0", text, oven.specification)
    plain = catalog.create_solution_version(company.root_user, company.context, source)
    page = author.get(at(alpha, plain), {"version": plain.pk})
    assert "and not shown" in page.content.decode()
    assert "$secret" not in page.content.decode()
    form_with(page, "base").send(author, v__Password="shown from now on")
    assert values_of(alpha)["Password"] == "shown from now on"
