"""Hostile input: a clear error or the right value, never a traceback, with bounded work."""

from typing import Any

import pytest

from orchestration.expressions import DocumentError, load_yaml
from orchestration.resolution import (
    Draft,
    PathNode,
    Written,
    check_draft,
    compile_template,
    resolve,
)
from orchestration.rules import SchemaError, parse_schema
from tests.unit.expressions.hostile import READ, REFUSED

_LONGEST = 600  # characters of one line for a person


def is_one_line(text: str) -> bool:
    return bool(text.strip()) and len(text.splitlines()) == 1 and len(text) < _LONGEST


@pytest.mark.parametrize(("text", "code"), REFUSED.values(), ids=REFUSED)
def test_refused_with_one_line(text: str | bytes, code: str) -> None:
    with pytest.raises(DocumentError) as caught:
        load_yaml(text, name="app.yaml")
    assert caught.value.code == code
    assert is_one_line(str(caught.value))
    (finding,) = check_draft(Draft(Written(text or "#", "app.yaml"), Written("", "schema")))
    assert (finding.severity, is_one_line(str(finding))) == ("error", True)


@pytest.mark.parametrize(("text", "kinds"), READ.values(), ids=READ)
def test_read_and_resolved_or_refused_with_one_line_each(
    text: str | bytes, kinds: set[str]
) -> None:
    includes: dict[str, Any] = {"app/1.0.0": {"${{$include(app/1.0.0)}}": None}}
    compiled = compile_template(load_yaml(text), includes=includes, tolerant=True)
    resolution = resolve(compiled, path=[PathNode("Line", "Line-1")])
    found = {str(problem.kind) for problem in compiled.problems}
    found |= {str(problem.kind_or_rule) for problem in resolution.problems}
    assert found <= kinds
    assert bool(found) is bool(kinds)
    messages = [problem.message for problem in compiled.problems]
    messages += [problem.message for problem in resolution.problems]
    assert [message for message in messages if not is_one_line(message)] == []
    findings = check_draft(Draft(Written(text, "app.yaml"), Written(text, "schema")))
    assert [str(one) for one in findings if not is_one_line(str(one))] == []


@pytest.mark.parametrize(("text", "kinds"), READ.values(), ids=READ)
def test_no_schema_either(text: str | bytes, kinds: set[str]) -> None:
    with pytest.raises(SchemaError) as caught:
        parse_schema(load_yaml(text))
    assert all(is_one_line(str(problem)) for problem in caught.value.found)
