"""Secrets in values: what is kept, who may refer to what, which named one counts."""

import json
from typing import Any

import pytest

from orchestration.models import (
    ConfigurationRevision,
    NamedSecret,
    Node,
    SecretValue,
    SolutionTemplateVersion,
)
from orchestration.queries import secrets as reads
from orchestration.queries.reviewing import review
from orchestration.services import catalog, configuration, secrets
from orchestration.services.configuration import Edit
from orchestration.services.errors import Invalid, Refused
from rbac.access import Denied
from tests.integration.conftest import Company
from tests.integration.opening import opened
from tests.integration.services.secretive import (
    CANARY,
    CONFIGS,
    RULES,
    published,
    read,
    save,
    solution,
    wanted,
    with_key,
)


@pytest.fixture
def pump(company: Company) -> SolutionTemplateVersion:
    return solution(company)


@pytest.fixture
def line(company: Company) -> Node:
    return company.lines["alpha-1"].node


# Saving


def test_what_is_saved_holds_references_and_the_rest_is_encrypted(
    company: Company, pump: SolutionTemplateVersion, line: Node
) -> None:
    typed = {"Speed": 5, "Pin": CANARY, "Login": {"Name": CANARY, "X": [1]}, "Codes": [47114711]}
    kept = save(company, pump, line, typed)
    assert kept["Speed"] == 5
    assert set(kept["Login"]) == {"Name", "X"}
    assert CANARY not in json.dumps(kept)
    assert "47114711" not in json.dumps(kept)
    assert opened(kept) == typed
    assert SecretValue.objects.count() == 4
    assert not SecretValue.objects.filter(ciphertext__contains=CANARY).exists()


def test_the_same_text_is_no_change_and_keeps_its_reference(
    company: Company, pump: SolutionTemplateVersion, line: Node
) -> None:
    first = save(company, pump, line, {"Pin": CANARY})
    assert save(company, pump, line, {"Pin": CANARY}) == first
    assert save(company, pump, line, {"Pin": "••••••", "Speed": 1}) == {**first, "Speed": 1}
    assert save(company, pump, line, {**first, "Speed": 2}) == {**first, "Speed": 2}
    assert save(company, pump, line, {"Pin": "another", "Speed": 2})["Pin"] != first["Pin"]
    assert ConfigurationRevision.objects.count() == 4


def test_a_secret_is_held_against_its_rule_before_it_is_put_away(
    company: Company, pump: SolutionTemplateVersion, line: Node
) -> None:
    with pytest.raises(Invalid) as refused:
        save(company, pump, line, {"Pin": "abc"})
    assert "abc" not in json.dumps(refused.value.problems)
    assert SecretValue.objects.count() == 0


def test_a_mask_where_nothing_was_set_sets_nothing(
    company: Company, pump: SolutionTemplateVersion, line: Node
) -> None:
    assert save(company, pump, line, {"Pin": "••••••", "Speed": 1}) == {"Speed": 1}


@pytest.mark.parametrize(
    "values",
    [
        {"Pin": {"$secret": {"name": "x", "version": "value"}}},
        {"Speed": {"$secret": {"name": "x", "version": "value"}}},
        {"Codes": [{"$secret": {"name": "sql"}}]},
        {"Pin": {"$secret": 7}},
        {"Pin": {"$secret": {"name": "sql"}, "more": 1}},
        {"Other": {"deep": {"$secret": {"name": "sql", "version": "1.1"}}}},
    ],
)
def test_what_looks_like_a_reference_is_refused(
    company: Company, pump: SolutionTemplateVersion, line: Node, values: dict[str, Any]
) -> None:
    with pytest.raises(Invalid) as refused:
        save(company, pump, line, values)
    assert refused.value.code == "secret-reference-refused"


def test_a_reference_of_another_place_is_refused(
    company: Company, pump: SolutionTemplateVersion, line: Node
) -> None:
    kept = save(company, pump, company.lines["beta-1"].node, {"Pin": CANARY})
    with pytest.raises(Invalid):
        save(company, pump, line, kept)


def test_an_earlier_save_can_be_brought_back(
    company: Company, pump: SolutionTemplateVersion, line: Node
) -> None:
    first = save(company, pump, line, {"Pin": CANARY})
    save(company, pump, line, {"Pin": "another"})
    assert save(company, pump, line, first) == first
    with pytest.raises(Invalid):
        save(company, pump, line, {"Login": {"Name": first["Pin"]}})


def test_a_named_secret_as_a_value_needs_the_right_of_it(
    company: Company, pump: SolutionTemplateVersion, line: Node
) -> None:
    values = {"Pin": {"$secret": {"name": "sql"}}}
    author = company.person("anna", "configuration-author")
    with pytest.raises(Invalid) as refused:
        configuration.save(author, pump, [Edit(line, values, 0)])
    assert refused.value.code == "secret-reference-refused"
    secrets.set_named(company.root_user, line, "sql", CANARY)
    assert save(company, pump, line, values) == values
    assert '"name":"sql"' in published(company, pump).content


# From version to version


PLAIN = "configs:\n  Pin: ${{$val(Pin)}}\n"


def test_what_was_saved_before_its_key_was_secret_is_published_by_reference(
    company: Company, line: Node
) -> None:
    plain = solution(company, text=PLAIN)
    save(company, plain, line, {"Pin": CANARY})
    marked = solution(company, "2.0.0")
    revision = published(company, marked)
    assert CANARY not in revision.content
    agent = company.agent("alpha")
    wanted(revision)
    assert read(agent, with_key(agent)) == {revision.instance_id: [CANARY]}
    kept = save(company, marked, line, {"Pin": CANARY, "Speed": 1})
    assert CANARY not in json.dumps(kept)
    assert opened(kept)["Pin"] == CANARY


def test_what_is_no_longer_secret_stays_a_reference(company: Company, line: Node) -> None:
    marked = solution(company)
    kept = save(company, marked, line, {"Pin": CANARY})
    open_again = solution(company, "2.0.0", PLAIN)
    assert published(company, open_again).configuration == {"Pin": kept["Pin"]}
    assert save(company, open_again, line, {"Pin": "shown"}) == {"Pin": "shown"}


def test_the_default_of_a_secret_reaches_the_agent_alone(company: Company, line: Node) -> None:
    text = f"schema:{RULES}{CONFIGS}".replace("minLength: 4", f"defaultValue: {CANARY}")
    revision = published(company, solution(company, text=text))
    assert CANARY not in revision.content
    agent = company.agent("alpha")
    wanted(revision)
    assert read(agent, with_key(agent)) == {revision.instance_id: [CANARY]}


# What a line may refer to


def made(told: str) -> str:
    """An expression that gives what a JSON text says."""
    return json.dumps(f"${{{{$jsonpath('{told}', '$')}}}}")


def test_a_template_cannot_fetch_the_secret_of_another_place(
    company: Company, pump: SolutionTemplateVersion, line: Node
) -> None:
    elsewhere = company.lines["beta-1"].node
    value = save(company, pump, elsewhere, {"Pin": CANARY})["Pin"]
    number = ConfigurationRevision.objects.get().pk
    secrets.set_named(company.root_user, elsewhere, "sql", CANARY)
    theirs = secrets.set_named(company.root_user, elsewhere, "sql", "newer")
    for reference in (
        value["$secret"],
        {"name": f"{number}:Pin", "version": "saved"},
        {"name": "sql", "version": theirs.reference},
        {"name": f"solution:{pump.pk}:Pin", "version": "unheard-of"},
        {"name": "config:1:Pin", "version": "default"},
    ):
        told = json.dumps({"$secret": reference})
        text = f"configs:\n  Taken: {told}\n  Put: {made(told)}\n"
        fetching = solution(company, f"2.0.{Node.objects.count()}+{len(text)}.{id(text)}", text)
        (found,) = review(company.root_user, fetching, [company.lines["alpha-1"]])
        wrong = [(one.key, one.kind_or_rule) for one in found.problems]
        assert wrong == [("Taken", "secret"), ("Put", "secret")]
        assert not found.ok


def test_another_solution_cannot_fetch_what_was_set_for_this_one(
    company: Company, pump: SolutionTemplateVersion, line: Node
) -> None:
    kept = save(company, pump, line, {"Pin": CANARY})
    told = json.dumps(kept["Pin"])
    text = f"configs:\n  Taken: {made(told)}\n"
    source = catalog.SolutionSource("thief", "1.0.0", text, {"components": []})
    thief = catalog.create_solution_version(company.root_user, company.context, source)
    (found,) = review(company.root_user, thief, [company.lines["alpha-1"]])
    assert [one.key for one in found.problems] == ["Taken"]


# Named secrets


NAMED = "configs:\n  Word: ${{$secret(sql, password)}}\n"


def test_the_nearest_named_secret_counts_and_keeps_its_version(
    company: Company, line: Node
) -> None:
    version = solution(company, text=NAMED)
    (found,) = review(company.root_user, version, [company.lines["alpha-1"]])
    assert [(one.key, one.kind_or_rule) for one in found.problems] == [("Word", "not-found")]
    above = secrets.set_named(
        company.root_user, company.factories["alpha"], "sql", {"password": CANARY, "user": "app"}
    )
    first = published(company, version)
    assert first.configuration["Word"]["$secret"]["version"] == above.reference
    here = secrets.set_named(company.root_user, line, "sql", {"password": "nearer-4711"})
    first.instance.refresh_from_db()
    assert first.instance.configuration_pending
    second = published(company, version)
    assert second.configuration["Word"]["$secret"]["version"] == here.reference
    assert second.digest != first.digest
    agent = company.agent("alpha")
    wanted(first)
    assert read(agent, with_key(agent)) == {first.instance_id: [CANARY]}


@pytest.mark.parametrize("value", ["one text", {"user": "app"}])
def test_a_key_that_the_secret_has_not_is_told_at_the_review(
    company: Company, line: Node, value: str | dict[str, str]
) -> None:
    secrets.set_named(company.root_user, line, "sql", value)
    (found,) = review(company.root_user, solution(company, text=NAMED), [company.lines["alpha-1"]])
    assert [(one.key, one.kind_or_rule) for one in found.problems] == [("Word", "secret")]


def test_setting_the_same_again_is_no_version(company: Company, line: Node) -> None:
    first = secrets.set_named(company.root_user, line, "sql", "word")
    assert secrets.set_named(company.root_user, line, "sql", "word") == first
    assert secrets.set_named(company.root_user, line, "sql", {"word": "x"}).number == 2
    shown = reads.named(company.root_user).get()
    assert shown.newest
    assert (shown.name, shown.newest.number, shown.newest.keys) == ("sql", 2, ["word"])


@pytest.mark.parametrize(
    ("name", "value", "code"),
    [
        ("", "x", "secret-name-malformed"),
        ("a b", "x", "secret-name-malformed"),
        ("a" * 65, "x", "secret-name-malformed"),
        ("sql", "", "secret-empty"),
        ("sql", {}, "secret-empty"),
        ("sql", {"a": ""}, "secret-empty"),
        ("sql", {"a b": "x"}, "secret-name-malformed"),
        ("sql", "x" * 65_537, "secret-too-long"),
    ],
)
def test_names_and_values_have_bounds(
    company: Company, line: Node, name: str, value: Any, code: str
) -> None:
    with pytest.raises(Invalid) as refused:
        secrets.set_named(company.root_user, line, name, value)
    assert refused.value.code == code


def test_named_secrets_need_the_right_to_it_values(company: Company, line: Node) -> None:
    anna = company.person("anna", "configuration-author")
    with pytest.raises(Denied):
        secrets.set_named(anna, line, "sql", "x")
    secrets.set_named(company.root_user, line, "sql", "x")
    with pytest.raises(Denied):
        secrets.delete_named(anna, NamedSecret.objects.get())
    assert reads.named(company.person("stranger")).count() == 0
    assert reads.named(anna).count() == 1


def test_what_runs_keeps_its_named_secret(company: Company, line: Node) -> None:
    secrets.set_named(company.root_user, line, "sql", {"password": CANARY})
    revision = published(company, solution(company, text=NAMED))
    secret = NamedSecret.objects.get()
    wanted(revision)
    with pytest.raises(Refused) as refused:
        secrets.delete_named(company.root_user, secret)
    assert refused.value.code == "secret-used"
    revision.instance.desired = None
    revision.instance.save()
    secrets.delete_named(company.root_user, secret)
    assert not NamedSecret.objects.exists()
