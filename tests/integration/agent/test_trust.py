"""Documents and contents an agent must refuse, without touching anything."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from agent import signing, wire
from tests.integration.agent.site import Site, sleeper
from tests.integration.agent.stand_in import Answer, StandInControlPlane

Tamper = Callable[[wire.SignedDocument], wire.SignedDocument]
OTHER_KEY = signing.new_signing_key()


def read(signed: wire.SignedDocument) -> wire.DesiredDocument:
    return wire.DesiredDocument.from_json(wire.parse(signed.document))


def altered(signed: wire.SignedDocument) -> wire.SignedDocument:
    return replace(signed, document=signed.document.replace(b"Line 1", b"Line 9"))


def foreign_key(signed: wire.SignedDocument) -> wire.SignedDocument:
    return signing.sign_document(OTHER_KEY, read(signed))


def borrowed_name(signed: wire.SignedDocument) -> wire.SignedDocument:
    return replace(foreign_key(signed), key=signed.key)


def changed(plane: StandInControlPlane, **fields: object) -> Tamper:
    """Sign, with the right key, a document that says something else."""

    def tamper(signed: wire.SignedDocument) -> wire.SignedDocument:
        document = replace(read(signed), **fields)  # type: ignore[arg-type]
        return signing.sign_document(plane.key, document)

    return tamper


def refuses(plane: StandInControlPlane, site: Site, text: str) -> None:
    """The agent says why it refuses, asks again, and tells and runs nothing."""
    plane.wait(lambda: text in site.log())
    plane.wait(lambda: plane.calls.count("GET desired") > 1)
    assert plane.reports == []
    assert site.programs() == {}


@pytest.mark.parametrize(
    ("tamper", "text"),
    [
        (altered, "does not fit"),
        (foreign_key, "does not trust"),
        (borrowed_name, "does not fit"),
        (lambda signed: replace(signed, signature=b""), "does not fit"),
    ],
    ids=["altered", "foreign-key", "borrowed-name", "no-signature"],
)
def test_a_document_that_is_not_signed_right_is_refused(
    plane: StandInControlPlane, site: Site, tamper: Tamper, text: str
) -> None:
    plane.order(1, sleeper())
    plane.tamper = tamper
    site.start()
    refuses(plane, site, text)
    plane.tamper = lambda signed: signed
    plane.await_state(1, 1, "Committed")


def test_a_document_for_another_agent_is_refused(plane: StandInControlPlane, site: Site) -> None:
    plane.order(1, sleeper())
    plane.tamper = changed(plane, agent=99)
    site.start()
    refuses(plane, site, "meant for agent 99")


def test_a_document_of_an_unknown_version_is_refused(
    plane: StandInControlPlane, site: Site
) -> None:
    plane.order(1, sleeper())
    plane.tamper = changed(plane, version=3)
    site.start()
    refuses(plane, site, "is none of those understood: 1, 2")


def test_an_expired_document_is_refused(plane: StandInControlPlane, site: Site) -> None:
    plane.order(1, sleeper())
    plane.valid_for = timedelta(seconds=-60)
    site.start()
    refuses(plane, site, "was only good until")
    plane.valid_for = timedelta(days=1)
    plane.await_state(1, 1, "Committed")


def test_a_document_that_expired_meanwhile_is_renewed_under_the_same_number(
    plane: StandInControlPlane, site: Site
) -> None:
    plane.order(1, sleeper())
    plane.valid_for = timedelta(seconds=2)
    plane.answer_first = lambda name: Answer(503) if name.startswith("content") else None
    site.start()
    plane.await_state(1, 1, "Staging")
    site.stop()
    end = plane.document(1).not_after
    plane.wait(lambda: plane.document(1).issued_at > end)
    plane.answer_first = lambda _: None
    plane.valid_for = timedelta(days=1)
    site.start()
    plane.await_state(1, 1, "Committed")
    assert plane.seq == 1


def test_an_older_document_is_refused(plane: StandInControlPlane, site: Site) -> None:
    plane.order(1, sleeper())
    plane.order(1, sleeper({"n": 2}))
    site.start()
    plane.await_state(1, 2, "Committed")
    old = replace(plane.workloads[1], generation=9, revision="1.0.0.1", revision_id=1)
    plane.tamper = changed(plane, seq=1, workloads=(old,))
    plane.publish()
    plane.wait(lambda: "(1, 1) comes after (1, 2)" in site.log())
    plane.tamper = changed(plane, epoch=0, seq=99, workloads=(old,))
    plane.wait(lambda: "(0, 99) comes after (1, 2)" in site.log())
    assert plane.states(1, 9) == []
    assert site.revisions(1) == ["1.0.0.2"]


def test_the_same_document_again_changes_nothing(plane: StandInControlPlane, site: Site) -> None:
    plane.order(1, sleeper())
    site.start()
    plane.await_state(1, 1, "Committed")
    before, told = site.programs(1), len(plane.reports)
    held = plane.seq
    changed_order = replace(plane.workloads[1], generation=2, revision="6.6.6.6")
    plane.tamper = changed(plane, seq=held, workloads=(changed_order,))
    plane.publish()
    asked = len(plane.calls)
    plane.wait(lambda: "GET desired" in plane.calls[asked:])
    plane.wait(lambda: "POST heartbeat" in plane.calls[asked + 1 :])
    assert (site.programs(1), len(plane.reports)) == (before, told)


def test_an_order_never_changes_under_its_number(plane: StandInControlPlane, site: Site) -> None:
    plane.order(1, sleeper())
    site.start()
    plane.await_state(1, 1, "Committed")
    plane.workloads[1] = replace(plane.workloads[1], revision="6.6.6.6", digest="sha256:00")
    plane.publish()
    plane.wait(lambda: plane.heartbeats[-1].seq == plane.seq)
    assert plane.states(1)[-1] == "Committed"
    assert site.revisions(1) == ["1.0.0.1"]


def test_a_higher_epoch_is_newer_whatever_its_number(
    plane: StandInControlPlane, site: Site
) -> None:
    plane.order(1, sleeper())
    plane.order(1, sleeper())
    site.start()
    plane.await_state(1, 2, "Committed")
    plane.epoch, plane.seq = 2, 0
    plane.order(1, sleeper({"n": 3}))
    plane.await_state(1, 3, "Committed")
    plane.wait(lambda: (plane.heartbeats[-1].epoch, plane.heartbeats[-1].seq) == (2, 1))


def test_content_that_is_not_what_was_signed_is_refused(
    plane: StandInControlPlane, site: Site
) -> None:
    plane.order(1, sleeper())
    digest = plane.workloads[1].digest or ""
    plane.contents[digest] = plane.contents[digest].replace(b"1000", b"1001")
    site.start()
    report = plane.await_state(1, 1, "Failed")
    assert report.failure is not None
    assert (report.failure.category, report.failure.code) == ("content", "content-digest")
    assert site.programs() == {}


def test_content_that_is_refused_is_told(plane: StandInControlPlane, site: Site) -> None:
    plane.order(1, sleeper())
    plane.contents.clear()
    site.start()
    report = plane.await_state(1, 1, "Failed")
    assert report.failure is not None
    assert (report.failure.phase, report.failure.code) == ("stage", "content-refused")


def test_content_of_another_form_is_told(plane: StandInControlPlane, site: Site) -> None:
    plane.order(1, {"components": [{"name": "service"}], "configuration": {}})
    site.start()
    report = plane.await_state(1, 1, "Failed")
    assert report.failure is not None
    assert report.failure.code == "content-malformed"
    assert "components[0].type: is missing" in report.failure.message


@pytest.mark.parametrize(
    ("properties", "element"),
    [
        ({"command": "sleep 1"}, "command"),
        ({"command": []}, "command"),
        ({"command": ["sleep", 1000]}, "command[1]"),
        ({"command": ["sleep", "1000"], "configFile": "../../escape"}, "configFile"),
        ({"command": ["sleep", "1000"], "user": "root"}, "user"),
        ({"command": ["sleep", "1000"], "health": {"timeout": 3}}, "health.http"),
    ],
)
def test_wrong_properties_are_named_and_nothing_is_touched(
    plane: StandInControlPlane, site: Site, properties: dict[str, object], element: str
) -> None:
    component = {"name": "service", "type": "process", "properties": properties}
    plane.order(1, {"components": [component], "configuration": {}})
    site.start()
    report = plane.await_state(1, 1, "Failed")
    assert report.failure is not None
    assert (report.failure.phase, report.failure.element) == ("validate", element)
    assert site.programs() == {}
    assert not (site.data / "instances").exists()


@pytest.mark.parametrize("point", ["content-saved", "component-recorded", "configuration-written"])
def test_a_full_disk_is_told_and_nothing_runs(
    plane: StandInControlPlane, site: Site, point: str
) -> None:
    plane.order(1, sleeper())
    site.start(failpoint=f"{point}=no-space")
    report = plane.await_state(1, 1, "Failed")
    assert report.failure is not None
    assert (report.failure.category, report.failure.retryable) == ("disk", True)
    assert site.programs() == {}


def test_a_journal_that_cannot_be_written_holds_the_work(
    plane: StandInControlPlane, site: Site
) -> None:
    plane.order(1, sleeper())
    site.start(failpoint="before-Applying=no-space")
    plane.await_state(1, 1, "Staged")
    plane.wait(lambda: "stays at Snapshot" in site.log())
    assert site.programs() == {}
    site.stop()
    site.start()
    plane.await_state(1, 1, "Committed")
