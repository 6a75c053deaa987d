"""Every state of every life has a row, a word and a way to it; only one function writes it."""

import ast
from enum import StrEnum
from pathlib import Path

import pytest

from orchestration import states
from orchestration.states import LIVES, Severity

ROOT = Path(__file__).resolve().parents[2]
NAMES = sorted(life.__name__ for life in LIVES)


def life_named(name: str) -> type[StrEnum]:
    return next(life for life in LIVES if life.__name__ == name)


def test_every_life_is_a_table() -> None:
    declared = {
        name
        for name, kind in vars(states).items()
        if isinstance(kind, type) and issubclass(kind, StrEnum)
        if kind not in (StrEnum, Severity) and not name.startswith("_")
    }
    assert set(NAMES) == declared


@pytest.mark.parametrize("name", NAMES)
def test_every_state_has_a_row_with_a_word_and_a_severity(name: str) -> None:
    life = life_named(name)
    table = LIVES[life]
    assert set(table) == set(life)
    for row in table.values():
        assert row.label.strip()
        assert isinstance(row.severity, Severity)


@pytest.mark.parametrize("name", NAMES)
def test_transitions_lead_to_known_states_and_not_to_themselves(name: str) -> None:
    table = LIVES[life_named(name)]
    for state, row in table.items():
        assert row.to <= set(table)
        assert state not in row.to


@pytest.mark.parametrize("name", NAMES)
def test_a_life_begins_once_and_ends(name: str) -> None:
    table = LIVES[life_named(name)]
    first, *others = table
    reached = set().union(*(row.to for row in table.values()))
    never = set(others) - reached - {states.StepStatus.SKIPPED}
    assert never == set(), "no way leads there"
    assert any(row.final for row in table.values()) or name == "InstanceState"
    assert first in table


def test_states_are_written_by_the_one_who_may() -> None:
    """``state=`` is only ever set by ``lives.move``, or when a row is made."""
    wrong = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for package in ("orchestration", "portal", "demo")
        for path in (ROOT / package).rglob("*.py")
        if path.name != "lives.py" and "migrations" not in path.parts
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call | ast.Assign) and sets_a_state(node)
    ]
    assert wrong == []


def sets_a_state(node: ast.AST) -> bool:
    match node:
        case ast.Call(func=ast.Attribute(attr="update")):
            return any(keyword.arg == "state" for keyword in node.keywords)
        case ast.Assign(targets=[ast.Attribute(attr="state", value=ast.Name(id=owner))]):
            return owner != "self"
    return False
