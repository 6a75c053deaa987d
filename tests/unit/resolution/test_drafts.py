"""Texts that may not even be readable: what is wrong with them, and where."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestration.expressions import DocumentError, load_yaml
from orchestration.expressions.key_places import key_places
from orchestration.resolution import Draft, Written, check_draft


def findings(template: str, schema: str = "", specification: str = "") -> list[str]:
    draft = Draft(
        Written(template, "template"), Written(schema, "schema"), Written(specification, "spec")
    )
    return [str(finding) for finding in check_draft(draft)]


def test_every_key_and_element_has_a_place() -> None:
    text = "a:\n  b: 1\n  'c.d': [x, {e: 2}]\nf: *g\n"
    assert key_places(text) == {
        ("a",): (1, 1),
        ("a", "b"): (2, 3),
        ("a", "c.d"): (3, 3),
        ("a", "c.d", 0): (3, 11),
        ("a", "c.d", 1): (3, 14),
        ("a", "c.d", 1, "e"): (3, 15),
        ("f",): (4, 1),
    }


@pytest.mark.parametrize("text", ["", "x", "[1", "{a: [", "a: 1\n\tb: 2", "[" * 100, "? [a]\n: b"])
def test_places_of_what_cannot_be_read_end_there(text: str) -> None:
    assert all(line >= 1 for line, _ in key_places(text).values())


@given(
    st.recursive(st.integers(), lambda inner: st.dictionaries(st.text("ab.", min_size=1), inner))
)
def test_the_place_of_a_key_is_where_it_is_written(tree: object) -> None:
    text = json.dumps(tree, indent=1)
    lines = text.splitlines()
    for path, (line, column) in key_places(text).items():
        assert lines[line - 1][column - 1 :].startswith(json.dumps(path[-1]))


def test_a_problem_that_knows_only_its_key_gets_a_line() -> None:
    schema = (
        "rules:\n  configs:\n    a.b: {type: itn}\n    c:\n      type: int\n      minValue: x\n"
    )
    types = "(types are string, boolean, int, float, object, array[string], array[int], "
    types += "array[float], array[object])"
    assert findings("configs: {c: 1}", schema) == [
        "error: schema, a.b, line 3, column 5: there is no type itn " + types,
        "error: schema, c, line 4, column 5: minValue must be a number",
    ]


def test_inline_rules_stand_in_the_template() -> None:
    template = "schema:\n  rules:\n    configs:\n      a: {type: itn}\nconfigs: {a: 1}\n"
    (found,) = findings(template)
    assert found.startswith("error: schema of template, a, line 4, column 7: there is no type itn")


def test_what_is_missing_is_shown_where_it_is_missing() -> None:
    found = findings("configs: {a: 1}", specification="components:\n  - name: a\n")
    assert found == ["error: spec, components[0].type, line 2, column 5: a component needs a type"]


def test_a_text_that_cannot_be_read_does_not_hide_the_others() -> None:
    assert findings("a: [", "rules: {configs: {a: {type: int}, b: {type: x}}}")[1].startswith(
        "error: schema, b, line 1, column 35: there is no type x"
    )


def test_without_a_catalog_a_named_schema_is_taken_on_trust() -> None:
    template = Written("schema: {name: r, version: 1.0.0}\nconfigs: {a: 1}", "template")
    assert check_draft(Draft(template)) == []
    (missing,) = check_draft(Draft(template, schemas={"s/1.0.0": {}}))
    assert str(missing).startswith("error: template, schema, line 1, column 1: there is no schema")


@given(st.text(max_size=200), st.text(max_size=200))
def test_no_text_raises(template: str, schema: str) -> None:
    for found in check_draft(Draft(Written(template, "t"), Written(schema, "s"))):
        assert found.severity in {"error", "warning"}
        assert found.problem.message


def test_bytes_are_read_as_files_are() -> None:
    with pytest.raises(DocumentError):
        load_yaml("configs: {a: 1}".encode("utf-16"))
    (found,) = check_draft(Draft(Written("configs: {a: 1}".encode("utf-16"), "t.yaml")))
    assert found.code == "encoding"
    assert check_draft(Draft(Written(b"\xef\xbb\xbfconfigs: {a: 1}", "t.yaml"))) == []


def test_a_template_without_keys_is_held_to_its_rules() -> None:
    (found,) = findings("configs: {}", "rules: {configs: {a: {type: int}}}")
    assert found == "warning: schema, a, line 1, column 19: nothing uses the key of this rule"


def test_thousands_of_unknown_names_are_not_all_compared_with_thousands() -> None:
    keys = range(3000)
    template = "configs:\n" + "".join(f"  a{n}: ${{{{$val(unknown{n})}}}}\n" for n in keys)
    schema = "rules:\n  configs:\n" + "".join(f"    known{n}: {{type: int}}\n" for n in keys)
    undeclared = [line for line in findings(template, schema) if "no rule declares" in line]
    assert len(undeclared) == 3000
    assert "did you mean known0?" in undeclared[0]
    assert sum("did you mean" in line for line in undeclared) < 10
