"""Small pure parts: properties, waiting, clocks, judging documents, steps, fail points."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from agent import failpoints, progress, properties, signing
from agent.backoff import Backoff
from agent.desired import NotBelievedError, Verdict, judge, opened
from agent.entries import Accepted
from agent.life import NEXT, SETTLED, IllegalMoveError, Life, require_move
from agent.wire import SignedDocument, StepKey, StepStatus
from tests.unit.agent.orders import NOON, HandClock, document

SCHEMA = {
    "type": "object",
    "required": ["name"],
    "additionalProperties": False,
    "properties": {
        "name": {"type": "string", "enum": ["a", "b"]},
        "count": {"type": "integer", "minimum": 1, "maximum": 9},
        "share": {"type": "number"},
        "on": {"type": "boolean"},
        "list": {"type": "array", "minItems": 1, "items": {"type": "integer"}},
        "map": {"type": "object", "additionalProperties": {"type": "string"}},
    },
}


@pytest.mark.parametrize(
    ("value", "found"),
    [
        ({"name": "a", "count": 9, "share": 1, "on": True, "list": [1], "map": {"x": "y"}}, []),
        ([], [("", "wrong-type")]),
        ({}, [("name", "missing")]),
        ({"name": "c"}, [("name", "not-allowed")]),
        ({"name": "a", "count": 0, "nice": 1}, [("count", "too-small"), ("nice", "unknown")]),
        ({"name": "a", "count": 10}, [("count", "too-large")]),
        ({"name": "a", "count": True}, [("count", "wrong-type")]),
        ({"name": "a", "count": 1.5}, [("count", "wrong-type")]),
        ({"name": "a", "on": 1}, [("on", "wrong-type")]),
        ({"name": "a", "list": []}, [("list", "too-short")]),
        ({"name": "a", "list": [1, "2"]}, [("list[1]", "wrong-type")]),
        ({"name": "a", "map": {"x": 1}}, [("map.x", "wrong-type")]),
    ],
)
def test_properties_are_checked(value: object, found: list[tuple[str, str]]) -> None:
    problems = properties.check(SCHEMA, value)
    assert [(problem.element, problem.code) for problem in problems] == found


def test_waits_grow_to_a_ceiling_and_start_over() -> None:
    backoff = Backoff(part=lambda: 1.0)
    assert [backoff.failed() for _ in range(11)] == [1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300]
    backoff.reset()
    assert backoff.failed() == 1


def test_a_month_of_failures_is_no_problem() -> None:
    backoff = Backoff()
    assert all(0 <= backoff.failed() <= 300 for _ in range(5000))


def test_what_the_peer_asked_for_is_waited_at_least() -> None:
    assert Backoff(part=lambda: 0.0).failed(retry_after=20) == 20


def test_the_control_planes_clock_wins() -> None:
    time = HandClock()
    clock = time.clock()
    assert clock.correct(NOON + timedelta(days=3650)) is True
    assert clock.now() == NOON + timedelta(days=3650)
    time.turn(hours=1)
    assert clock.now() == NOON + timedelta(days=3650, hours=1)
    assert clock.correct(time.now) is False


HELD = Accepted(1, 5, NOON, NOON + timedelta(days=30), NOON)


@pytest.mark.parametrize(
    ("epoch", "seq", "verdict"),
    [(1, 6, Verdict.NEWER), (2, 0, Verdict.NEWER), (1, 5, Verdict.RENEWED)],
)
def test_newer_documents_are_taken(epoch: int, seq: int, verdict: Verdict) -> None:
    assert judge(document(seq, epoch=epoch), HELD, NOON) is verdict


def test_the_document_held_is_known() -> None:
    same = replace(document(5), not_after=HELD.not_after)
    assert judge(same, HELD, NOON) is Verdict.KNOWN


@pytest.mark.parametrize(("epoch", "seq"), [(1, 4), (0, 99)])
def test_older_documents_are_refused(epoch: int, seq: int) -> None:
    with pytest.raises(NotBelievedError) as caught:
        judge(document(seq, epoch=epoch), HELD, NOON)
    assert caught.value.code == "older"


def test_expired_documents_are_refused_even_at_first() -> None:
    with pytest.raises(NotBelievedError) as caught:
        judge(document(1), None, NOON + timedelta(days=61))
    assert caught.value.code == "expired"
    assert judge(document(1), None, NOON) is Verdict.NEWER


def test_signed_nonsense_is_refused() -> None:
    key = signing.new_signing_key()
    public = signing.public_bytes(key)
    for body in (b"", b"[]", b"{}", b"\xff"):
        signed = SignedDocument(body, public, signing.sign(key, body))
        with pytest.raises(NotBelievedError) as caught:
            opened(signed, 1, [public])
        assert caught.value.code == "malformed"


def test_either_of_two_keys_is_trusted() -> None:
    keys = [signing.new_signing_key(), signing.new_signing_key()]
    trusted = [signing.public_bytes(key) for key in keys]
    for key in keys:
        assert opened(signing.sign_document(key, document(3)), 1, trusted).seq == 3


def test_every_state_has_a_row_and_an_end() -> None:
    assert set(NEXT) == set(Life)
    reachable, todo = set(), [Life.RECEIVED]
    while todo:
        state = todo.pop()
        reachable.add(state)
        todo += [following for following in NEXT[state] if following not in reachable]
    assert reachable == set(Life)
    assert {
        Life.COMMITTED, Life.REVERTED, Life.REVERT_FAILED, Life.FAILED, Life.REJECTED, Life.REMOVED,
    } == SETTLED  # fmt: skip


@pytest.mark.parametrize(
    "state", [Life.SNAPSHOT, Life.APPLYING, Life.VERIFYING, Life.REVERTING, Life.REMOVING]
)
def test_what_has_touched_the_machine_is_not_overtaken(state: Life) -> None:
    with pytest.raises(IllegalMoveError):
        require_move(state, Life.RECEIVED)


def test_steps_are_started_anew_and_ended_together() -> None:
    later = NOON + timedelta(seconds=5)
    steps = progress.start((), StepKey.APPLY, "a", NOON)
    steps = progress.succeed(steps, later)
    steps = progress.start(steps, StepKey.APPLY, "b", later)
    steps = progress.start(steps, StepKey.APPLY, "b", later)
    steps = progress.fail(steps, later, "did not work")
    assert [(step.component, step.status, step.detail) for step in steps] == [
        ("a", StepStatus.SUCCEEDED, None),
        ("b", StepStatus.FAILED, "did not work"),
    ]


def test_fail_points_are_named_once_and_checked() -> None:
    assert len(set(failpoints.POINTS)) == len(failpoints.POINTS)
    assert failpoints._read({}) is None
    assert failpoints._read({failpoints.SETTING: "after-Snapshot=kill"}) == (
        "after-Snapshot",
        "kill",
    )
    for wrong in ("after-lunch=kill", "after-Snapshot=explode", "after-Snapshot"):
        with pytest.raises(failpoints.UnknownFailPointError):
            failpoints._read({failpoints.SETTING: wrong})


def test_only_the_armed_fail_point_does_something(monkeypatch: pytest.MonkeyPatch) -> None:
    for point in failpoints.POINTS:
        failpoints.reach(point)
    monkeypatch.setattr(failpoints, "_armed", (failpoints.CONTENT_SAVED, "no-space"))
    with pytest.raises(OSError, match="No space"):
        failpoints.reach(failpoints.CONTENT_SAVED)
