"""Files and functions stay small, and no file is a drawer for leftovers."""

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = (
    "agent",
    "cli",
    "demo",
    "orchestration",
    "portal",
    "rbac",
    "static",
    "templates",
    "tests",
)
SUFFIXES = {".py", ".html", ".css", ".js"}
FILE_LINES = 400
FUNCTION_LINES = 50
FORBIDDEN = {"utils", "util", "helpers", "helper", "common", "manager", "managers", "misc"}


def files() -> Iterator[Path]:
    """Every source file of ours; migrations are written by Django."""
    for folder in FOLDERS:
        for path in (ROOT / folder).rglob("*"):
            if path.suffix in SUFFIXES and "migrations" not in path.parts:
                yield path


def functions(path: Path) -> Iterator[tuple[str, int]]:
    """Name and length in lines of each function, without its docstring."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            docstring = len((ast.get_docstring(node, clean=False) or "").splitlines())
            yield node.name, (node.end_lineno or node.lineno) - node.lineno + 1 - docstring


def test_files_are_short() -> None:
    lengths = {path: len(path.read_text(encoding="utf-8").splitlines()) for path in files()}
    too_long = {str(p.relative_to(ROOT)): n for p, n in lengths.items() if n > FILE_LINES}
    assert lengths
    assert too_long == {}


def test_functions_are_short() -> None:
    too_long = {
        f"{path.relative_to(ROOT)}:{name}": length
        for path in files()
        if path.suffix == ".py"
        for name, length in functions(path)
        if length > FUNCTION_LINES
    }
    assert too_long == {}


def test_names_say_what_is_inside() -> None:
    vague = [str(path.relative_to(ROOT)) for path in files() if path.stem.lower() in FORBIDDEN]
    assert vague == []
