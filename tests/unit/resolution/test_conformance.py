"""Every vector passes, and none is left out."""

import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from orchestration.resolution.conformance import check_vector

FOLDER = Path(__file__).parents[2] / "conformance"
COUNTS = {"expressions.json": 261, "rules.json": 113, "resolution.json": 46}


def vectors(name: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads((FOLDER / name).read_text(encoding="utf-8"))["vectors"]
    return found


ALL = [vector for name in COUNTS for vector in vectors(name)]


def test_no_vector_is_left_out() -> None:
    assert {name: len(vectors(name)) for name in COUNTS} == COUNTS
    assert {path.name for path in FOLDER.glob("*.json")} == set(COUNTS)
    assert len({vector["id"] for vector in ALL}) == sum(COUNTS.values())


@pytest.mark.parametrize("vector", ALL, ids=[vector["id"] for vector in ALL])
def test_vector(vector: dict[str, Any]) -> None:
    assert check_vector(vector) is None


def written(tmp_path: Path, *cases: dict[str, Any]) -> Path:
    file = tmp_path / "vectors.json"
    file.write_text(json.dumps({"about": "", "vectors": cases}), encoding="utf-8")
    return file


def test_command_tells_what_failed_and_counts(tmp_path: Path) -> None:
    right = {"id": "right", "template": "${{1+1}}", "expect": 2}
    wrong = {"id": "wrong", "template": "${{1+1}}", "expect": 3}
    output = StringIO()
    with pytest.raises(SystemExit) as ended:
        call_command("conformance", str(written(tmp_path, right, wrong)), stdout=output)
    assert ended.value.code == 1
    assert output.getvalue().splitlines() == ["wrong: expected 3, got 2", "1 passed, 1 failed"]


def test_command_ends_well_when_all_pass(tmp_path: Path) -> None:
    output = StringIO()
    right = {"id": "right", "template": "${{'a'}}", "expect": "a"}
    call_command("conformance", str(written(tmp_path, right)), stdout=output)
    assert output.getvalue().splitlines() == ["1 passed, 0 failed"]


def test_command_refuses_what_is_no_file_of_vectors(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="is not a file of vectors"):
        call_command("conformance", str(tmp_path / "absent.json"))


@pytest.mark.parametrize(
    "vector",
    [
        {"template": "${{5}}", "expect": 5.0, "strict": True},
        {"template": "${{true}}", "expect": 1},
        {"template": "${{1/0}}", "expect": None},
        {"template": "${{1/0}}", "error": {"kind": "type"}},
        {"template": "${{1}}", "error": {"kind": "type"}},
        {"template": {"a": "${{1/0}}"}, "errors": [{"at": "b", "kind": "division-by-zero"}]},
        {"schema": {"rules": {"configs": {"k": {"type": "int"}}}}, "schema_error": True},
        {"schema": {"rules": {"configs": {"k": {"type": "what"}}}}, "config": {}, "valid": True},
        {
            "schema": {"rules": {"configs": {"k": {"type": "int"}}}},
            "config": {"k": "x"},
            "valid": False,
            "errors": [{"key": "k", "rule": "minValue"}],
        },
        {
            "levels": ["L"],
            "path": [{"level": "L", "name": "n", "values": {"k": 1}}],
            "template": {"k": "${{$val(k)}}"},
            "expect": {"k": 1},
            "provenance": {"k": {"from": "template"}},
        },
    ],
)
def test_runner_notices_what_is_wrong(vector: dict[str, Any]) -> None:
    assert check_vector(vector) is not None
