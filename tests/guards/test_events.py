"""Every event is named noun.verb, and every change of a noun leaves one."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SERVICES = ROOT / "orchestration" / "services"
KIND = re.compile(r"[a-z]+(-[a-z]+)*\.[a-z]+(-[a-z]+)*")
LONGEST = 60  # what the column holds
WRITES = re.compile(r"Event\(|Event\.objects\b.*\.?(create|update|delete)\(")
WRITERS = {"record", "draft"}


def kinds() -> Iterator[tuple[str, str]]:
    """Place and text of every event kind that is written; what is filled in reads ``x``."""
    for path in (ROOT / "orchestration").rglob("*.py"):
        if path.name == "events.py":
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            match node:
                case ast.Call(
                    func=ast.Attribute(attr=attr, value=ast.Name(id="events")), args=[first, *_]
                ) if attr in WRITERS:
                    yield f"{path.relative_to(ROOT)}:{node.lineno}", text_of(first)


def text_of(node: ast.expr) -> str:
    match node:
        case ast.Constant(value=str(text)):
            return text
        case ast.JoinedStr(values=parts):
            return "".join(
                str(part.value) if isinstance(part, ast.Constant) else "x" for part in parts
            )
    return ""


def test_kinds_are_a_noun_and_a_verb() -> None:
    found = list(kinds())
    wrong = [(place, kind) for place, kind in found if not KIND.fullmatch(kind)]
    assert len(found) > 20
    assert wrong == []
    assert all(len(kind) <= LONGEST for _, kind in found)


def names_the_model(tree: ast.AST) -> bool:
    return any(
        isinstance(node, ast.ImportFrom)
        and (node.module or "").startswith("orchestration.models")
        and any(alias.name == "Event" for alias in node.names)
        for node in ast.walk(tree)
    )


def test_nobody_writes_events_past_the_one_writer() -> None:
    wrong = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for package in ("orchestration", "portal", "demo")
        for path in (ROOT / package).rglob("*.py")
        if path != SERVICES / "events.py"
        if names_the_model(tree := ast.parse(path.read_text(encoding="utf-8")))
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        if WRITES.match(ast.unparse(node))
    ]
    assert wrong == []
