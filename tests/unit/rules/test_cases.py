"""Sentence by sentence: rules do what their description says."""

import json
from pathlib import Path
from typing import Any

import pytest

from orchestration.expressions import load_yaml
from orchestration.resolution.conformance import check_vector

FOLDER = Path(__file__).parent / "cases"


def cases() -> list[Any]:
    return [
        pytest.param(case, id=f"{file.stem}: {group['says']} ({number})")
        for file in sorted(FOLDER.glob("*.yaml"))
        for group in json.loads(json.dumps(load_yaml(file.read_bytes())))
        for number, case in enumerate(group["cases"], start=1)
    ]


def vector(case: dict[str, Any]) -> dict[str, Any]:
    """Make a vector of a case: its rules are a schema's, and without errors it is valid."""
    errors = case.get("errors", [])
    schema = case.get("schema") or {"rules": {"configs": case["rules"]}}
    return {**case, "schema": schema, "valid": not errors, "errors": errors}


@pytest.mark.parametrize("case", cases())
def test_the_sentence_holds(case: dict[str, Any]) -> None:
    assert check_vector(vector(case)) is None
