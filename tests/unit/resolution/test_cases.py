"""Sentence by sentence: resolution does what its description says."""

import json
from pathlib import Path
from typing import Any

import pytest

from orchestration.expressions import load_yaml
from orchestration.resolution.conformance import check_vector

FILE = Path(__file__).parent / "cases" / "resolution.yaml"
PLACES = (("Region", "West"), ("Factory", "Chicago"), ("Line", "Line-1"))


def cases() -> list[Any]:
    return [
        pytest.param(case, id=f"{group['says']} ({number})")
        for group in json.loads(json.dumps(load_yaml(FILE.read_bytes())))
        for number, case in enumerate(group["cases"], start=1)
    ]


def vector(case: dict[str, Any]) -> dict[str, Any]:
    """Make a vector of a case: places become a path, with what is linked at one of them."""
    whole = {"levels": [level for level, _ in PLACES], **case}
    if "rules" in case:
        whole["schema"] = {"rules": {"configs": case["rules"]}}
    if "places" in case:
        whole["path"] = [
            {"level": level, "name": name, "values": values}
            for (level, name), values in zip(PLACES, case["places"], strict=False)
        ]
        whole["path"][case.get("linked_at", -1)]["linked"] = case.get("linked", {})
    return whole


@pytest.mark.parametrize("case", cases())
def test_the_sentence_holds(case: dict[str, Any]) -> None:
    assert check_vector(vector(case)) is None
