"""The way from a solution to its published revisions, as a browser without scripts goes it."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from orchestration.models import (
    ConfigurationRevision,
    Node,
    SolutionTemplateVersion,
    SolutionVersion,
)
from orchestration.services import configuration, places
from orchestration.services.configuration import Edit
from portal.pages.configure import line_values
from portal.web.journey import pack, unpack
from rbac.models import User
from tests.integration.conftest import Company
from tests.integration.pages import site
from tests.integration.pages.configure.forms import form_with, words

Publish = Callable[..., list[Any]]


def address(name: str, version: SolutionTemplateVersion, *lines: int, **more: str) -> str:
    extra = "".join(f"&{key}={value}" for key, value in more.items())
    return f"{reverse(name)}?version={version.pk}&lines={pack(lines)}{extra}"


def ids(company: Company, *names: str) -> list[int]:
    return [company.lines[name].pk for name in names]


def own(company: Company, name: str) -> dict[str, Any]:
    rows = ConfigurationRevision.objects.filter(node=company.lines[name].node)
    return dict(rows.order_by("-number")[0].values)


def test_solutions_stand_in_the_order_of_the_names_shown(company: Company, author: Client) -> None:
    shown = {"kiln": "Abbey oven", "mixer": "", "aerator": "Zeolite filter"}
    for name, title in shown.items():
        version = company.solution(name)
        Node.objects.filter(pk=version.template.node_id).update(display_name=title)
    page = words(author.get(reverse("configure-solutions")))
    order = [page.index(title or name) for name, title in shown.items()]
    assert order == sorted(order)


def test_the_whole_way(company: Company, author: Client, oven: SolutionTemplateVersion) -> None:
    page = author.get(reverse("configure-solutions"))
    assert "needs soap" in words(page)
    lines = author.get(f"{reverse('configure-lines')}?version={oven.pk}")
    chosen = ids(company, "alpha-1", "alpha-2", "alpha-3")
    form = form_with(lines, "shown")
    grid = author.get(
        form.send(author, line=[str(pk) for pk in chosen], next="1").headers["Location"]
    )
    assert "Values for 3 lines" in words(grid)
    values = form_with(grid, f"base.{chosen[0]}")
    cell = f"c.{chosen[1]}.MaxTemp"
    answer = values.send(author, **{"v.Note": "all of you", cell: "85"})
    assert answer.status_code == 303
    assert own(company, "alpha-1") == {"Port": 9000, "Note": "all of you"}
    assert own(company, "alpha-2") == {"Port": 9001, "Note": "all of you", "MaxTemp": 85}

    review = author.get(answer.headers["Location"])
    assert "Review for 3 lines" in words(review)
    assert "nothing of this solution runs there yet" in words(review)
    assert "Nothing on the line changes yet." in words(review)
    form = form_with(review, "seen")
    done = form.send(author, comment="first")
    result = author.get(done.headers["Location"])
    assert "Published for 3 lines" in words(result)
    made = SolutionVersion.objects.order_by("instance__target__node__path")
    assert [one.label for one in made] == ["1.0.0.1"] * 3
    assert [one.configuration["MaxTemp"] for one in made] == [80, 85, 80]
    assert made[0].comment == "first"

    twice = author.get(form.send(author).headers["Location"])
    assert "Nothing new was published" in words(twice)
    assert "Unchanged: the newest revision already has these values" in words(twice)
    assert SolutionVersion.objects.count() == 3


def test_lines_that_do_not_fit_say_why_and_cannot_be_chosen(
    company: Company, author: Client, oven: SolutionTemplateVersion
) -> None:
    dry = places.create_target(company.root_user, company.factories["alpha"], "dry", scope="plant")
    page = author.get(f"{reverse('configure-lines')}?version={oven.pk}")
    assert "It lacks: soap." in words(page)
    form = form_with(page, "shown")
    assert str(dry.pk) not in form.fields["shown"]
    answer = form.send(author, line=[str(dry.pk)], next="1")
    assert "Choose at least one line." in words(author.get(answer.headers["Location"]))


def test_choosing_adds_up_over_filters(
    company: Company, author: Client, oven: SolutionTemplateVersion
) -> None:
    start = f"{reverse('configure-lines')}?version={oven.pk}"
    (first,) = ids(company, "alpha-1")
    form = form_with(author.get(start), "shown")
    filtered = form.send(author, line=[str(first)], filter="1", q="beta")
    page = author.get(filtered.headers["Location"])
    assert "alpha-1" not in words(page)
    assert "and 1 that the list does not show now" in words(page)
    all_of_them = form_with(page, "shown").send(author, all="1")
    lines = unpack(
        all_of_them.headers["Location"].split("lines=")[1].split("&")[0].replace("%2C", ",")
    )
    assert list(lines) == sorted([first, *ids(company, "beta-1", "beta-2", "beta-3")])
    none = form_with(author.get(all_of_them.headers["Location"]), "shown").send(author, none="1")
    assert "lines=" not in none.headers["Location"]


def test_what_lines_inherit_is_shown_and_not_set(
    company: Company, author: Client, oven: SolutionTemplateVersion
) -> None:
    lines = ids(company, "alpha-1", "alpha-2")
    page = author.get(address("configure-line-values", oven, *lines))
    html = page.content.decode()
    assert 'placeholder="80"' in html
    assert "Region west" in words(page)
    form = form_with(page, f"base.{lines[0]}")
    assert f"c.{lines[0]}.Port" not in form.fields
    assert "v.Port" not in form.fields
    before = ConfigurationRevision.objects.count()
    assert form.send(author).status_code == 303
    assert ConfigurationRevision.objects.count() == before


def test_lines_that_differ_are_made_the_same_or_inherit_again(
    company: Company, author: Client, oven: SolutionTemplateVersion
) -> None:
    lines = ids(company, "alpha-1", "alpha-2")
    where = address("configure-line-values", oven, *lines)
    form = form_with(author.get(where), f"base.{lines[0]}")
    form.send(author, **{f"c.{lines[0]}.MaxTemp": "70"})
    page = author.get(where)
    assert "different: 70 °C, 80 °C" in page.content.decode()
    form = form_with(page, f"base.{lines[0]}")
    assert form.text("v.MaxTemp") == ""
    asked = form.send(author, reset="v.MaxTemp")
    form_with(asked, f"base.{lines[0]}").send(author)
    assert "MaxTemp" not in own(company, "alpha-1")
    form = form_with(author.get(where), f"base.{lines[0]}")
    form.send(author, **{"v.MaxTemp": "60"})
    assert [own(company, name)["MaxTemp"] for name in ("alpha-1", "alpha-2")] == [60, 60]


def test_a_wrong_cell_is_said_and_nothing_is_saved(
    company: Company, author: Client, oven: SolutionTemplateVersion
) -> None:
    lines = ids(company, "alpha-1", "alpha-2")
    form = form_with(author.get(address("configure-line-values", oven, *lines)), "comment")
    answer = form.send(author, **{"v.Note": "x", f"c.{lines[1]}.MaxTemp": "900"})
    assert answer.status_code == 422
    assert "900 °C is not possible." in words(answer)
    again = form_with(answer, "comment")
    assert (again.text(f"c.{lines[1]}.MaxTemp"), again.text("v.Note")) == ("900", "x")
    assert own(company, "alpha-1") == {"Port": 9000}


def test_a_line_somebody_else_saved_is_shown_before_it_is_overwritten(
    company: Company, author: Client, oven: SolutionTemplateVersion
) -> None:
    lines = ids(company, "alpha-1", "alpha-2")
    form = form_with(author.get(address("configure-line-values", oven, *lines)), "comment")
    theirs = Edit(company.lines["alpha-1"].node, {"Port": 9000, "MaxTemp": 82, "Note": "new"}, 1)
    configuration.save(company.root_user, oven, [theirs])
    mine = {f"c.{lines[0]}.MaxTemp": "85", f"c.{lines[1]}.MaxTemp": "86"}
    answer = form.send(author, **mine)
    assert answer.status_code == 409
    assert "Where alpha-1: root, " in words(answer)
    assert "root set this to 82 °C on " in words(answer)
    assert own(company, "alpha-2") == {"Port": 9001}
    again = form_with(answer, "comment")
    assert again.text(f"c.{lines[0]}.MaxTemp") == "85"
    assert again.text(f"c.{lines[0]}.Note") == "new"
    assert again.send(author).status_code == 303
    assert own(company, "alpha-1") == {"Port": 9000, "MaxTemp": 85, "Note": "new"}
    assert own(company, "alpha-2")["MaxTemp"] == 86


def test_a_value_for_all_overwrites_no_save_of_a_line_on_another_page(
    company: Company,
    author: Client,
    oven: SolutionTemplateVersion,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(line_values, "SIZE", 1)
    lines = ids(company, "alpha-1", "alpha-2")
    form = form_with(author.get(address("configure-line-values", oven, *lines)), "comment")
    theirs = Edit(company.lines["alpha-2"].node, {"Port": 9001, "Note": "theirs"}, 1)
    configuration.save(company.root_user, oven, [theirs])
    answer = form.send(author, **{"v.Note": "mine"})
    assert answer.status_code == 409
    assert "Where alpha-2: root, " in words(answer)
    assert own(company, "alpha-1") == {"Port": 9000}
    assert own(company, "alpha-2")["Note"] == "theirs"
    assert form_with(answer, "comment").send(author).status_code == 303
    assert [own(company, name)["Note"] for name in ("alpha-1", "alpha-2")] == ["mine"] * 2


def test_a_failed_line_says_why_and_is_mended_without_losing_the_rest(
    company: Company, author: Client, oven: SolutionTemplateVersion
) -> None:
    broken = company.lines["alpha-1"].node
    configuration.save(company.root_user, oven, [Edit(broken, {}, 1)])
    lines = ids(company, "alpha-1", "alpha-2")
    review = author.get(address("configure-review", oven, *lines))
    assert "One line cannot be published" in words(review)
    assert "Port: Enter a value. It is kept by IT: ask somebody with one of the" in words(review)
    assert "Publish for one line" in words(review)
    where = form_with(review, "seen").send(author).headers["Location"]
    result = author.get(where)
    assert "Published for one line" in words(result)
    assert "One line failed" in words(result)
    assert (
        address("configure-review", oven, lines[0]).replace("&", "&amp;") in result.content.decode()
    )

    configuration.save(company.root_user, oven, [Edit(broken, {"Port": 9000}, 2)])
    assert "Mended meanwhile, and can be published now: alpha-1" in words(
        author.get(result.request["PATH_INFO"] + "?" + result.request["QUERY_STRING"])
    )
    again = author.get(address("configure-review", oven, lines[0]))
    form_with(again, "seen").send(author)
    assert SolutionVersion.objects.count() == 2


def test_a_value_out_of_range_says_where_it_was_set(
    company: Company, author: Client, oven: SolutionTemplateVersion
) -> None:
    west = ConfigurationRevision.objects.filter(node__name="west")
    west.update(values={"MaxTemp": 900})
    page = author.get(address("configure-review", oven, *ids(company, "alpha-1")))
    said = "Highest temperature: 900 °C is not possible. Enter a number from 20 to 120 °C."
    assert said in words(page)
    assert "Set at Region west." in words(page)
    assert "No line can be published yet." in words(page)


def test_what_is_published_is_what_was_reviewed(
    company: Company, author: Client, oven: SolutionTemplateVersion
) -> None:
    review = author.get(address("configure-review", oven, *ids(company, "alpha-1")))
    configuration.save(
        company.root_user, oven, [Edit(company.factories["alpha"], {"MaxTemp": 70}, 0)]
    )
    answer = form_with(review, "seen").send(author)
    page = author.get(answer.headers["Location"])
    assert "Values have changed since you looked." in words(page)
    assert SolutionVersion.objects.count() == 0
    form_with(page, "seen").send(author)
    assert SolutionVersion.objects.get().configuration["MaxTemp"] == 70


def test_identical_differences_are_said_once(
    company: Company, author: Client, oven: SolutionTemplateVersion, publish: Publish
) -> None:
    company.agent("alpha")
    for one in publish("alpha-1", "alpha-2", "alpha-3"):
        site.deployed(company.root_user, one.revision)
    edits = [
        Edit(company.factories["alpha"], {"MaxTemp": 85}, 0),
        Edit(company.lines["alpha-1"].node, {"Port": 9000, "Shift": "late"}, 1),
    ]
    configuration.save(company.root_user, oven, edits)
    page = words(
        author.get(
            address("configure-review", oven, *ids(company, "alpha-1", "alpha-2", "alpha-3"))
        )
    )
    assert "3 lines: Highest temperature: 80 °C → 85 °C alpha-1, alpha-2, alpha-3" in page
    assert "1 line: Shift: early → late alpha-1" in page


def test_one_line_in_full_says_where_every_value_is_from(
    company: Company, author: Client, ana: User, oven: SolutionTemplateVersion
) -> None:
    line = company.lines["alpha-1"].node
    edit = Edit(line, {"Port": 9000, "MaxTemp": 85, "Password": "hunter2-hunter2"}, 1)
    configuration.save(ana, oven, [edit])
    where = reverse("configure-review-line", args=[line.pk]) + f"?version={oven.pk}"
    page = words(author.get(where))
    assert "Set by ana at Line alpha-1 on" in page
    assert ", over 80 °C from Region west" in page
    assert "hunter2" not in page
    file = author.get(where.replace("/?", "/configuration.yaml?"))
    assert file.headers["Content-Disposition"].endswith('filename="alpha-1-oven-1.0.0.yaml"')
    assert "MaxTemp: 85" in file.content.decode()
    assert "hunter2" not in file.content.decode()


def test_of_an_origin_above_ones_own_only_the_name_is_said(
    company: Company, client: Client, mia: User, oven: SolutionTemplateVersion
) -> None:
    site.signed_in(client, mia)
    line = company.lines["beta-1"]
    where = reverse("configure-review-line", args=[line.pk]) + f"?version={oven.pk}"
    page = words(client.get(where))
    assert "Set at Region west" in page
    assert "Set by root at Line beta-1" in page
    assert "Set by root at Region west" not in page


def test_of_the_other_factory_nothing_is_seen(
    company: Company, client: Client, mia: User, oven: SolutionTemplateVersion, publish: Publish
) -> None:
    publish("alpha-1", "beta-1")
    site.signed_in(client, mia)
    theirs, mine = ids(company, "alpha-1")[0], ids(company, "beta-1")[0]
    for name in ("configure-lines", "configure-line-values", "configure-review"):
        page = words(client.get(address(name, oven, theirs, mine)))
        assert "alpha" not in page, name
        assert "beta-1" in page, name
    assert "alpha" not in words(client.get(reverse("configure-hierarchy")))
    assert "alpha" not in words(client.get(reverse("configure-published")))
    assert "1 installed copy" in words(client.get(reverse("configure-solutions")))
    line = reverse("configure-review-line", args=[theirs]) + f"?version={oven.pk}"
    assert client.get(line).status_code == 404
    only_theirs = client.get(address("configure-review", oven, theirs))
    assert only_theirs.status_code == 303
    made = SolutionVersion.objects.get(instance__target=theirs)
    result = client.get(address("configure-result", oven, made=str(made.pk)))
    assert "alpha" not in words(result)


def test_who_may_not_publish_is_told_before_and_refused_after(
    company: Company, client: Client, oven: SolutionTemplateVersion, publish: Publish
) -> None:
    publish("alpha-1")
    (line,) = ids(company, "alpha-1")
    viewer = company.person("vera", "configuration-viewer")
    site.signed_in(client, viewer)
    page = words(client.get(reverse("configure-solutions")))
    assert "You do not have the right “See solution templates and schemas”" in page
    assert client.get(address("configure-review", oven, line)).status_code == 403
    assert client.post(address("configure-publish", oven, line)).status_code == 403
    site.signed_in(client, company.person("sol", "solution-author"))
    page = words(client.get(address("configure-line-values", oven, line)))
    assert "You do not have the right “Review configurations”" in page


def test_the_result_leads_to_deploy_only_who_may(
    company: Company, client: Client, ana: User, oven: SolutionTemplateVersion, publish: Publish
) -> None:
    (made,) = publish("alpha-1")
    where = address("configure-result", oven, made.target.pk, made=str(made.revision.pk))
    site.signed_in(client, ana)
    assert "You do not have the right “Deploy, retry, roll back and stop”" in words(
        client.get(where)
    )
    company.person("ana", "deployment-manager")
    page = client.get(where)
    deploy = f"{reverse('deploy-confirm')}?instance={made.revision.instance_id}"
    assert deploy in page.content.decode()
    assert client.get(deploy).status_code == 200


@pytest.mark.parametrize("query", ["", "version=x", "version=99999", f"version={'9' * 30}"])
def test_an_address_without_a_solution_is_nothing(
    author: Client, oven: SolutionTemplateVersion, query: str
) -> None:
    for name in ("configure-lines", "configure-line-values", "configure-review"):
        assert author.get(f"{reverse(name)}?{query}").status_code == 404


def test_the_root_of_the_hierarchy_holds_values_too(
    company: Company, author: Client, oven: SolutionTemplateVersion
) -> None:
    page = author.get(f"{reverse('configure-hierarchy')}?level=top")
    root = Node.objects.get(kind="context")
    assert "Contoso" in words(page)
    assert reverse("configure-place", args=[root.pk]) in page.content.decode()
    answer = author.get(reverse("configure-place", args=[root.pk]))
    assert answer.headers["Location"] == reverse(
        "configure-values", args=[root.pk, oven.template_id]
    )


def test_lines_that_fail_alike_are_said_together_and_mended_together(
    company: Company, author: Client, oven: SolutionTemplateVersion
) -> None:
    west = ConfigurationRevision.objects.filter(node__name="west")
    west.update(values={})
    lines = ids(company, "alpha-1", "alpha-2", "beta-1")
    page = author.get(address("configure-review", oven, *lines))
    assert words(page).count("Highest temperature: Enter a value.") == 1
    mend = address("configure-line-values", oven, *lines).replace("&", "&amp;")
    assert f'href="{mend}"' in page.content.decode()
