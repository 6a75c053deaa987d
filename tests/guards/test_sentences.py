"""Every code that the product may answer with has a sentence for people."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from portal.web.sentences import REFUSALS, SENTENCES

ROOT = Path(__file__).resolve().parents[2]
ERRORS = {"Refused", "Stale", "Invalid"}


def calls() -> Iterator[ast.Call]:
    for package in ("orchestration", "portal", "rbac"):
        for path in (ROOT / package).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                    yield node


def error_calls() -> list[tuple[str, set[str]]]:
    """Code and parameter names of every service error that is raised."""
    return [
        (call.args[0].value, {keyword.arg or "**" for keyword in call.keywords})
        for call in calls()
        if isinstance(call.func, ast.Name) and call.func.id in ERRORS
        if call.args and isinstance(call.args[0], ast.Constant)
        if isinstance(call.args[0].value, str)
    ]


def verdict_codes() -> set[str]:
    return {
        keyword.value.value
        for call in calls()
        if isinstance(call.func, ast.Name) and call.func.id == "Verdict"
        for keyword in call.keywords
        if keyword.arg == "code" and isinstance(keyword.value, ast.Constant)
        if isinstance(keyword.value.value, str)
    }


def test_every_error_has_a_sentence() -> None:
    codes = {code for code, _ in error_calls()}
    assert codes
    assert codes - set(SENTENCES) == set()


def test_every_refusal_has_a_sentence() -> None:
    assert verdict_codes() - set(REFUSALS) == set()
    assert set(REFUSALS) - verdict_codes() == set()


def test_sentences_name_only_what_the_error_carries() -> None:
    missing = [
        (code, name)
        for code, given in error_calls()
        if "**" not in given
        for name in re.findall(r"%\((\w+)\)s", str(SENTENCES.get(code, "")))
        if name not in given
    ]
    assert missing == []
