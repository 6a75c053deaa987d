"""The playground: texts in, every remark and the result with its origins out; nothing is kept."""

import re
from html import unescape
from http import HTTPStatus
from typing import Any

import pytest
from django.test import Client

from orchestration.models import ConfigurationRevision, Event, SolutionTemplateVersion
from orchestration.resolution import MASK
from orchestration.services import catalog, configuration, contexts
from tests.integration.admin.conftest import SignIn
from tests.integration.conftest import Company

PAGE = "/admin/playground/"
SCHEMA = """\
rules:
  configs:
    Speed: {type: int, required: true, maxValue: 100}
    Token: {type: string, secret: true}
"""
TEMPLATE = """\
configs:
  Speed: ${{$val(Speed)}}
  Half: ${{$val(Speed) / 2}}
  Token: ${{$val(Token)}}
  Report: {to: x}
"""
SECRET = "canary-in-a-coal-mine"


@pytest.fixture
def author(company: Company, sign_in: SignIn) -> Client:
    return sign_in("sol", "solution-author")


@pytest.fixture
def version(company: Company) -> SolutionTemplateVersion:
    """A solution with values on alpha-1 and above, one of them a secret."""
    root = company.root_user
    catalog.create_schema_version(root, company.context, text=SCHEMA, name="rules", version="1.0.0")
    source = catalog.SolutionSource("pump", "1.0.0", TEMPLATE, schema="rules/1.0.0")
    made = catalog.create_solution_version(root, company.context, source)
    for node, values in (
        (company.factories["alpha"], {"Speed": 50, "Token": SECRET}),
        (company.lines["alpha-1"].node, {"Speed": 60}),
    ):
        configuration.save(root, made, [configuration.Edit(node, values, 0)])
    return made


def texts(company: Company, **changed: str) -> dict[str, Any]:
    """The fields of the page, filled in for the levels Region, City, Factory, Line."""
    filled = {"context": company.context.pk, "template": TEMPLATE, "schema": SCHEMA}
    names = {f"name_{number}": name for number, name in enumerate(("root", "", "", "alpha", "l1"))}
    return {**filled, **names, **changed}


def shown(client: Client, data: dict[str, Any], *, part: bool = True) -> str:
    headers = {"HX-Request": "true"} if part else {}
    answer = client.post(PAGE, data, headers=headers)
    assert answer.status_code == HTTPStatus.OK, answer.content[:500]
    return unescape(answer.content.decode())


def lines(text: str) -> dict[str, str]:
    """The lines of the configuration with their origins."""
    rows = re.findall(r"<tr><td><code>(.*?)</code></td><td>(.*?)</td></tr>", text, re.DOTALL)
    return {line: re.sub(r"<[^>]*>", " ", origin) for line, origin in rows}


def test_it_opens_with_an_example_that_works(author: Client) -> None:
    answer = author.get(PAGE)
    text = answer.content.decode()
    assert answer.status_code == HTTPStatus.OK
    assert "Can be used" in text
    assert "WarnAt: 80" in lines(text)
    assert "sha256:" in text


def test_values_and_origins_stand_beside_each_other(company: Company, author: Client) -> None:
    data = texts(company, values_3="Speed: 50", values_4="Speed: 60\nToken: abc-123")
    found = lines(shown(author, data))
    assert found["Speed: 60"].startswith("Set at Line l1, over 50 from Factory alpha")
    assert found["Half: 30"].startswith("Worked out from Speed")
    assert found["Report:"] == ""
    assert found["  to: x"] == "Fixed by the solution"
    assert f"Token: {MASK}" in found
    assert "abc-123" not in shown(author, data)


def test_an_error_shows_its_line_with_a_caret(company: Company, author: Client) -> None:
    wrong = TEMPLATE.replace("$val(Speed) / 2", "$vall(Speed) / 2")
    text = shown(author, texts(company, template=wrong, values_4="Speed: 60"))
    assert "Cannot be used" in text
    assert "template, Half, line 3, column 12" in text
    assert "did you mean $val?" in text
    excerpt = re.search(r'<pre class="excerpt">(.*?)</pre>', text, re.DOTALL)
    assert excerpt is not None
    first, second = re.sub(r"<[^>]*>", "", excerpt[1]).split("\n")
    assert first == "3  Half: ${{$vall(Speed) / 2}}"
    assert first[1:].index("$vall") == second.index("^")
    assert 'data-go="id_template" data-line="3" data-column="12"' in text
    assert lines(text) == {}


def test_a_value_that_breaks_a_rule_is_shown_where_it_is_set(
    company: Company, author: Client
) -> None:
    text = shown(author, texts(company, values_3="# ours\nSpeed: 500"))
    assert "values of Factory alpha, Speed, line 2, column 1" in text
    assert 'data-go="id_values_3"' in text


def test_without_scripts_the_whole_page_comes_back_as_it_was_typed(
    company: Company, author: Client
) -> None:
    typed = "# mine <b>\n" + TEMPLATE
    text = shown(author, texts(company, template=typed, values_4="Speed: 60"), part=False)
    assert typed in text
    assert "Speed: 60" in lines(text)


def test_a_stored_version_and_a_line_can_be_started_from(
    company: Company, author: Client, version: SolutionTemplateVersion
) -> None:
    line = company.lines["alpha-1"]
    data = {"context": company.context.pk, "version": version.pk, "line": line.pk, "load": ""}
    text = shown(author, data, part=False)
    found = lines(text)
    assert found["Speed: 60"].startswith("Set at Line alpha-1, over 50 from Factory alpha")
    assert f"Token: {MASK}" in found
    assert SECRET not in text
    assert "displayName: alpha-1" in text
    assert "timeZone: America/Chicago" in text
    linked = unescape(author.get(PAGE, {"version": version.pk}).content.decode())
    assert TEMPLATE in linked
    assert SCHEMA in linked


def test_values_of_places_one_may_not_see_are_left_out(
    company: Company, sign_in: SignIn, version: SolutionTemplateVersion
) -> None:
    line = company.lines["alpha-1"]
    browser = sign_in("pia", "solution-author", version.template.node)
    sign_in("pia", "configuration-viewer", line.node)
    data = {"version": version.pk, "line": line.pk, "load": ""}
    text = shown(browser, data, part=False)
    assert "You may not see the values of Contoso, west, chicago, alpha" in text
    assert lines(text)["Speed: 60"] == "Set at Line alpha-1"
    other = {"version": version.pk, "line": company.lines["beta-1"].pk, "load": ""}
    assert "Select a valid choice" in shown(browser, other, part=False)


def test_only_who_writes_solutions_comes_in(company: Company, sign_in: SignIn) -> None:
    for name, role in (("anna", "onboarding-admin"), ("vic", "solution-viewer")):
        browser = sign_in(name, role)
        assert browser.get(PAGE).status_code == HTTPStatus.FORBIDDEN
        assert browser.post(PAGE, {"template": "x"}).status_code == HTTPStatus.FORBIDDEN
        assert PAGE not in browser.get("/admin/").content.decode()
    assert Client().get(PAGE).status_code == HTTPStatus.FOUND
    assert PAGE in sign_in("sol", "solution-author").get("/admin/").content.decode()


def test_the_levels_are_those_of_the_chosen_context(company: Company, root: Client) -> None:
    other = contexts.create(company.root_user, "fabrikam", ["Hall", "Cell"])
    text = shown(root, {"context": other.pk, "load": ""}, part=False)
    assert "<legend>Cell</legend>" in text
    assert "<legend>Region</legend>" not in text


@pytest.mark.parametrize(
    "text", ["", "[" * 5000, "a: [", "\x00", "- 1", "a: &a [*a]", "${{", "1e999", "a:\n\tb: 1"]
)
def test_whatever_is_typed_is_answered(company: Company, author: Client, text: str) -> None:
    for field in ("template", "schema", "specification", "target", "values_3", "about_4"):
        shown(author, texts(company, **{field: text}))
    everywhere = dict.fromkeys(("template", "schema", "specification", "values_4"), text)
    shown(author, texts(company, **everywhere, name_4=text))


def test_what_is_too_large_is_said_to_be(company: Company, author: Client) -> None:
    text = shown(author, texts(company, values_4="#" * (256 * 1024 + 1)))
    assert "too large" in text
    assert "values_4" in text
    shown(author, texts(company, template="#" * (1024 * 1024)))


def test_nothing_is_kept(
    company: Company, author: Client, version: SolutionTemplateVersion
) -> None:
    before = Event.objects.count(), ConfigurationRevision.objects.count()
    shown(author, texts(company, values_4="Speed: 60"))
    assert (Event.objects.count(), ConfigurationRevision.objects.count()) == before
    assert SolutionTemplateVersion.objects.get() == version
