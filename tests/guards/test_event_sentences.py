"""Every kind of event that is recorded has a sentence and a group in the log."""

import ast
from collections.abc import Iterator
from pathlib import Path

from orchestration.models import Node
from orchestration.services.deployments import _kind
from orchestration.services.validations import _KINDS
from orchestration.states import DeploymentState, RolloutState
from portal.web.event_sentences import GROUPS, SENTENCES

SERVICES = Path(__file__).resolve().parents[2] / "orchestration" / "services"
# What a kind that is put together at run time can become, by how it begins.
COMPOSED = {
    "deployment.": {
        f"deployment.{_kind(state)}"
        for state in DeploymentState
        if state is not DeploymentState.PENDING  # never moved to
    },
    "rollout.": {
        f"rollout.{_kind(state)}" for state in RolloutState if state is not RolloutState.RUNNING
    },
    "validation.": {f"validation.{ending}" for ending in _KINDS.values()},
    "": {
        f"{kind.value}.{verb}"
        for kind in (Node.Kind.SITE, Node.Kind.TARGET)
        for verb in ("changed", "moved", "removed")
    },
}


def recorded() -> Iterator[ast.expr]:
    for path in SERVICES.glob("*.py"):
        for call in ast.walk(ast.parse(path.read_text("utf-8"))):
            if not isinstance(call, ast.Call) or not call.args:
                continue
            name = getattr(call.func, "attr", getattr(call.func, "id", ""))
            if name in {"record", "draft"}:
                yield call.args[0]


def kinds() -> set[str]:
    found: set[str] = set()
    for kind in recorded():
        if isinstance(kind, ast.Constant):
            found.add(str(kind.value))
        elif isinstance(kind, ast.JoinedStr):
            first = kind.values[0]
            found |= COMPOSED[str(first.value) if isinstance(first, ast.Constant) else ""]
    return found


def test_every_kind_has_a_sentence() -> None:
    assert len(kinds()) > 30
    assert kinds() - set(SENTENCES) == set()


def test_every_sentence_is_of_a_kind_that_is_recorded() -> None:
    assert set(SENTENCES) - kinds() == set()


def test_every_kind_is_in_one_group() -> None:
    prefixes = [prefix for _label, found in GROUPS.values() for prefix in found]
    assert [k for k in SENTENCES if sum(k.startswith(p) for p in prefixes) != 1] == []
