"""Sentence by sentence: the language does what its description says."""

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


@pytest.mark.parametrize("case", cases())
def test_the_sentence_holds(case: dict[str, Any]) -> None:
    assert case.keys() & {"expect", "error", "errors"}
    assert check_vector(case) is None
