"""Trying a solution out on made-up places."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestration.resolution import MASK, Draft, Outcome, Trial, TrialPlace, Written, try_out

SCHEMA = """\
rules:
  configs:
    Speed: {type: int, required: true, maxValue: 100}
    Token: {type: string, secret: true, pattern: "[a-z]+"}
"""
TEMPLATE = """\
configs:
  Speed: ${{$val(Speed)}}
  Token: ${{$val(Token)}}
  Zone: ${{$site(Factory, timeZone)}}
  Name: ${{$target(name)}}
"""


def run(template: str = TEMPLATE, schema: str = SCHEMA, **texts: str) -> Outcome:
    draft = Draft(
        Written(template, "template"),
        Written(schema, "schema"),
        Written(texts.get("specification", ""), "specification"),
    )
    places = [
        TrialPlace(
            level,
            level.lower(),
            Written(texts.get(level, ""), f"values of {level}"),
            Written(texts.get(f"about_{level}", ""), f"about {level}"),
        )
        for level in ("Factory", "Line")
    ]
    target = Written(texts.get("target", "name: l1"), "target")
    return try_out(Trial(draft, places, target, "copy", ("Factory", "Line")))


def said(outcome: Outcome) -> list[tuple[str, str, str, int, int]]:
    return [
        (one.severity, one.problem.source, one.problem.at, one.problem.line, one.problem.column)
        for one in outcome.findings
    ]


def test_values_of_the_levels_give_the_configuration_and_where_it_is_from() -> None:
    outcome = run(Factory="Speed: 5", Line="Speed: 7", about_Factory="timeZone: Europe/Berlin")
    assert outcome.findings == []
    assert outcome.resolution is not None
    assert outcome.resolution.configuration == {
        "Speed": 7, "Token": None, "Zone": "Europe/Berlin", "Name": "l1",
    }  # fmt: skip
    origin = outcome.resolution.provenance["Speed"]
    assert (origin.level, origin.name, origin.shadows[0].name) == ("Line", "line", "factory")
    assert outcome.resolution.digest.startswith("sha256:")


def test_a_broken_rule_is_shown_where_the_value_that_counts_is_set() -> None:
    about = {"about_Factory": "timeZone: UTC"}
    outcome = run(Factory="Speed: 5", Line="# ours\nSpeed: 700", **about)
    assert said(outcome) == [("error", "values of Line", "Speed", 2, 1)]
    outcome = run(Factory="Speed: 500", Line="Token: abc", **about)
    assert said(outcome) == [("error", "values of Factory", "Speed", 1, 1)]
    assert said(run(**about)) == [("error", "template", "Speed", 2, 3)]


def test_what_goes_wrong_while_evaluating_is_shown_in_the_template() -> None:
    outcome = run(Factory="Speed: 5")
    assert said(outcome) == [("error", "template", "Zone", 4, 9)]
    assert outcome.resolution is not None
    assert outcome.resolution.configuration is None


def test_a_masked_value_stays_a_secret_of_no_type() -> None:
    outcome = run(Factory=f"Speed: 5\nToken: {MASK}", about_Factory="timeZone: UTC")
    assert outcome.findings == []
    joined = run(TEMPLATE + "  Other: a${{$val(Token)}}\n", Factory=f"Speed: 5\nToken: {MASK}")
    assert ("error", "template", "Other") in [one[:3] for one in said(joined)]


def test_config_templates_can_be_given() -> None:
    outcome = run(
        "configs: {a: '${{$config(base/1.0.0, x.y)}}', b: '${{$config(more/1, z)}}'}",
        schema="",
        about_Factory="linked: {base/1.0.0: {x: {y: 4}}}",
        about_Line="named: {more/1: {z: 5}}",
    )
    assert outcome.resolution is not None
    assert outcome.resolution.configuration == {"a": 4, "b": 5}


@pytest.mark.parametrize(
    ("texts", "place"),
    [
        ({"Line": "[1]"}, ("values of Line", "", 0)),
        ({"Line": "a: ["}, ("values of Line", "", 2)),
        ({"target": "x"}, ("target", "", 0)),
        ({"about_Line": "labels: 3"}, ("about Line", "labels", 1)),
        ({"about_Line": "\nlinked: {a: 3}"}, ("about Line", "linked", 2)),
        ({"about_Line": "zone: x"}, ("about Line", "zone", 1)),
        ({"specification": "components: 3"}, ("specification", "components", 1)),
    ],
)
def test_a_text_that_cannot_be_used_is_named(
    texts: dict[str, str], place: tuple[str, str, int]
) -> None:
    (first, *_) = run(**texts).findings
    problem = first.problem
    assert (first.severity, problem.source, problem.at, problem.line) == ("error", *place)


TEXTS = st.sampled_from(
    ["", "a: 1", "Speed: x", "Speed: {a: 1}", "[", "- 1", f"Speed: {MASK}", "labels: {a: [1]}"]
) | st.text(max_size=60)


@given(st.fixed_dictionaries(dict.fromkeys(("Factory", "Line", "target", "about_Line"), TEXTS)))
def test_no_text_raises(texts: dict[str, Any]) -> None:
    outcome = run(**texts)
    assert outcome.resolution is not None or any(
        one.severity == "error" for one in outcome.findings
    )
