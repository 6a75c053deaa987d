"""The messages: strict to read, the same again after a round trip."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from agent import wire

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


def workload() -> wire.Workload:
    return wire.Workload(
        instance=7,
        instance_name="packer",
        target="Line 1",
        target_id=3,
        scope="lines",
        solution="Packer",
        revision="1.0.0.3",
        revision_id=12,
        generation=2,
        action=wire.Action.RUN,
        digest="sha256:" + "0" * 64,
        deadline=None,
        previous_revision_id=None,
    )


def document() -> wire.DesiredDocument:
    return wire.DesiredDocument(
        version=1,
        agent=5,
        epoch=1,
        seq=9,
        issued_at=NOON,
        not_after=NOON,
        workloads=(workload(),),
    )


def report() -> wire.Report:
    return wire.Report(
        id=UUID(int=1),
        instance=7,
        generation=2,
        revision_id=12,
        sequence=4,
        state=wire.ReportState.FAILED,
        at=NOON,
        observed_revision_id=None,
        failure=wire.Failure(
            phase=wire.Phase.APPLY,
            component="service",
            element=None,
            category="driver",
            code="exited",
            message="ended with code 1",
            log_tail="",
            retryable=True,
        ),
        steps=(
            wire.StepReport(
                key=wire.StepKey.APPLY,
                component="service",
                status=wire.StepStatus.FAILED,
                started_at=NOON,
                ended_at=NOON,
                detail=None,
            ),
        ),
    )


MESSAGES: list[wire.Message] = [
    document(),
    wire.ReportBatch(version=1, batch=UUID(int=2), reports=(report(),)),
    wire.EnrolAnswer(
        agent=1, state=wire.AgentState.PENDING, server_keys=(b"k" * 32,), fingerprint="a-b"
    ),
    wire.ReportAnswer(
        accepted=(UUID(int=1),), rejected=(wire.RejectedReport(id=UUID(int=3), code="stale"),)
    ),
    wire.Content(
        components=(wire.Component(name="a", type="mock", properties={"x": [1, None]}),),
        configuration={"deep": {"er": 1.5}},
    ),
    wire.Hint(desired=4),
    wire.Hint(interval=30),
]


@pytest.mark.parametrize("message", MESSAGES, ids=lambda message: type(message).__name__)
def test_a_message_survives_the_wire(message: wire.Message) -> None:
    body = json.dumps(message.to_json()).encode()
    assert type(message).from_json(wire.parse(body)) == message


def test_a_hint_says_only_what_it_knows() -> None:
    assert wire.Hint(desired=4).to_json() == {"desired": 4}
    assert wire.Hint.from_json({"news": True}) == wire.Hint()


def test_fields_of_a_newer_peer_are_ignored() -> None:
    assert wire.DesiredDocument.from_json({**document().to_json(), "mood": "fine"}) == document()


@pytest.mark.parametrize(
    ("change", "at"),
    [
        ({"version": 3}, "version"),
        ({"version": "1"}, "version"),
        ({"agent": True}, "agent"),
        ({"agent": 2**63}, "agent"),
        ({"agent": None}, "agent"),
        ({"issued_at": "2026-11-23T12:00:00"}, "issued_at"),
        ({"issued_at": "0001-01-01T00:00:00+23:59"}, "issued_at"),
        ({"issued_at": "yesterday"}, "issued_at"),
        ({"workloads": {}}, "workloads"),
        ({"workloads": [{}]}, "workloads[0].instance"),
        ({"workloads": [{**workload().to_json(), "action": "dance"}]}, "workloads[0].action"),
        ({"workloads": [{**workload().to_json(), "target": "a\x00b"}]}, "workloads[0].target"),
        ({"workloads": [{**workload().to_json(), "target": "\ud800"}]}, "workloads[0].target"),
    ],
)
def test_a_wrong_field_is_named(change: dict[str, Any], at: str) -> None:
    with pytest.raises(wire.WireError) as caught:
        wire.DesiredDocument.from_json({**document().to_json(), **change})
    assert caught.value.at == at


@pytest.mark.parametrize("name", list(document().to_json()))
def test_every_field_is_needed(name: str) -> None:
    data = document().to_json()
    del data[name]
    with pytest.raises(wire.WireError, match=f"{name}: is missing"):
        wire.DesiredDocument.from_json(data)


@pytest.mark.parametrize("data", [None, [], "text", 3])
def test_a_message_is_an_object(data: object) -> None:
    with pytest.raises(wire.WireError):
        wire.DesiredDocument.from_json(data)
    with pytest.raises(wire.WireError):
        wire.Hint.from_json(data)


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"\xff\xfe", b"NaN", b"[" * 200_000, b"1" * 10_000, b'{"a": Infinity}'],
    ids=["empty", "cut", "bytes", "nan", "deep", "long-number", "infinity"],
)
def test_what_is_not_json_is_refused(body: bytes) -> None:
    with pytest.raises(wire.WireError):
        wire.parse(body)


def test_a_body_has_a_largest_size() -> None:
    with pytest.raises(wire.WireError) as caught:
        wire.parse(b'"' + b"a" * 100 + b'"', limit=50)
    assert caught.value.code == "too-large"


def test_binary_values_must_be_base64() -> None:
    with pytest.raises(wire.WireError, match="signature"):
        wire.SignedDocument.from_json({"document": "AAAA", "key": "AAAA", "signature": "%%"})
