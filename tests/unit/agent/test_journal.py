"""The journal: what it holds after a restart, and what a full disk does to it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from agent import signing
from agent.entries import Entry
from agent.journal import Journal
from agent.life import IllegalMoveError, Life
from agent.wire import Failure, Phase, ReportState
from tests.unit.agent.orders import NOON, HandClock, content, document, mock, order

BODY = content(mock())
FAILURE = Failure(Phase.APPLY, "service", None, "driver", "no", "did not work", "", retryable=False)


@pytest.fixture
def time() -> HandClock:
    return HandClock()


@pytest.fixture
def journal(tmp_path: Path, time: HandClock) -> Iterator[Journal]:
    journal = Journal(tmp_path / "journal.sqlite", time.clock())
    yield journal
    journal.close()


def begun(journal: Journal, generation: int = 1) -> Entry:
    journal.accept(document(generation, order(1, generation, BODY)))
    return journal.begin(journal.entry(1))


def committed(journal: Journal, generation: int = 1) -> Entry:
    entry = begun(journal, generation)
    for state in (
        Life.VALIDATED,
        Life.STAGING,
        Life.STAGED,
        Life.SNAPSHOT,
        Life.APPLYING,
        Life.VERIFYING,
        Life.COMMITTED,
    ):
        entry = journal.move(entry, state)
    return entry


def test_everything_is_there_after_a_restart(
    journal: Journal, tmp_path: Path, time: HandClock
) -> None:
    entry = committed(journal)
    journal.save_content(signing.digest(BODY), BODY)
    journal.close()
    again = Journal(tmp_path / "journal.sqlite", time.clock())
    assert again.entry(1) == entry
    assert again.entry(1).good == order(1, 1, BODY)
    assert again.content(signing.digest(BODY)) == BODY
    assert [report.sequence for report in again.outbox(100)] == [1, 2, 3, 4, 5, 6]
    assert again.accepted() is not None
    again.close()


def test_a_commit_survives_a_power_cut(journal: Journal) -> None:
    row = journal._database.execute("PRAGMA synchronous").fetchone()
    mode = journal._database.execute("PRAGMA journal_mode").fetchone()
    assert (row, mode) == ((2,), ("wal",))


def test_reports_tell_every_state_but_the_two_of_the_journal_alone(journal: Journal) -> None:
    committed(journal)
    assert [report.state.value for report in journal.outbox(100)] == [
        "Received", "Staging", "Staged", "Applying", "Verifying", "Committed",
    ]  # fmt: skip
    assert [state for _, state in journal.transitions(1)] == [
        "Received", "Validated", "Staging", "Staged", "Snapshot", "Applying", "Verifying",
        "Committed",
    ]  # fmt: skip


def test_answered_reports_are_dropped_and_the_rest_keep_their_order(journal: Journal) -> None:
    committed(journal)
    first, second, *others = journal.outbox(100)
    journal.drop([second.id])
    assert journal.outbox(100) == [first, *others]


def test_a_move_the_table_does_not_hold_changes_nothing(journal: Journal) -> None:
    entry = begun(journal)
    with pytest.raises(IllegalMoveError, match="Received -> Committed"):
        journal.move(entry, Life.COMMITTED)
    assert journal.entry(1) == entry


def test_the_last_good_order_is_kept_until_the_next_is_committed(journal: Journal) -> None:
    good = committed(journal).good
    entry = begun(journal, 2)
    assert entry.good == good
    entry = journal.move(entry, Life.VALIDATED)
    entry = journal.move(entry, Life.STAGING)
    entry = journal.move(entry, Life.FAILED, failure=FAILURE)
    assert entry.good == good
    assert journal.outbox(100)[-1].observed_revision_id == 1
    assert journal.outbox(100)[-1].failure == FAILURE


def test_a_removal_forgets_what_was_good_before_it_begins(journal: Journal) -> None:
    committed(journal)
    journal.accept(document(2, order(1, 2, None)))
    entry = journal.begin(journal.entry(1))
    assert journal.move(entry, Life.REMOVING).good is None


def test_an_older_or_equal_order_in_a_newer_document_is_not_taken(journal: Journal) -> None:
    journal.accept(document(1, order(1, 5, BODY)))
    journal.accept(document(2, order(1, 4, None)))
    journal.accept(document(3, replace(order(1, 5, BODY), revision="6.6.6.6")))
    assert journal.entry(1).desired == order(1, 5, BODY)


def test_an_order_that_comes_in_during_a_step_is_not_overwritten(journal: Journal) -> None:
    entry = begun(journal)
    journal.accept(document(2, order(1, 2, BODY)))
    moved = journal.move(entry, Life.VALIDATED)
    assert moved.desired.generation == journal.entry(1).desired.generation == 2
    assert moved.newer_wanted


def test_instances_no_longer_named_are_kept_unless_removed(journal: Journal) -> None:
    committed(journal)
    journal.accept(document(2))
    assert journal.entry(1).listed is False
    journal.accept(document(3, order(1, 2, None)))
    entry = journal.begin(journal.entry(1))
    journal.move(journal.move(entry, Life.REMOVING), Life.REMOVED)
    journal.accept(document(4))
    assert journal.entries() == []


def test_content_nothing_refers_to_is_forgotten(journal: Journal) -> None:
    other = content(mock(), n=1)
    committed(journal)
    journal.save_content(signing.digest(BODY), BODY)
    journal.save_content(signing.digest(other), other)
    journal.accept(document(2, order(1, 2, other)))
    assert journal.content(signing.digest(BODY)) == BODY
    journal.accept(document(3, order(1, 3, BODY)))
    assert journal.content(signing.digest(other)) is None


def test_content_the_disk_has_damaged_is_not_used(journal: Journal) -> None:
    journal.save_content(signing.digest(BODY), BODY + b" ")
    assert journal.content(signing.digest(BODY)) is None


def test_reports_and_transitions_are_kept_for_thirty_days(
    journal: Journal, time: HandClock
) -> None:
    committed(journal)
    time.turn(days=29)
    journal.accept(document(2, order(1, 2, BODY)))
    assert len(journal.outbox(100)) == 6
    time.turn(days=2)
    journal.accept(document(3, order(1, 3, BODY)))
    assert journal.outbox(100) == []
    assert journal.transitions(1) == []
    assert journal.entry(1).good is not None


def test_a_document_issued_again_prolongs_the_one_held(journal: Journal) -> None:
    journal.accept(document(1, order(1, 1, BODY)))
    later = replace(document(1), not_after=NOON + timedelta(days=90))
    journal.renew(later)
    held = journal.accepted()
    assert held is not None
    assert held.not_after == NOON + timedelta(days=90)
    assert journal.entry(1).listed


def test_a_full_disk_leaves_the_row_and_the_outbox_as_they_were(journal: Journal) -> None:
    entry = begun(journal)
    pages = journal._database.execute("PRAGMA page_count").fetchone()[0]
    journal._database.execute(f"PRAGMA max_page_count = {pages}")
    large = replace(FAILURE, log_tail="x" * 100_000)
    with pytest.raises(sqlite3.OperationalError, match="full"):
        journal.move(entry, Life.REJECTED, failure=large)
    assert journal.entry(1) == entry
    assert [report.state for report in journal.outbox(100)] == [ReportState.RECEIVED]
    assert journal.move(entry, Life.VALIDATED).state is Life.VALIDATED


def test_whoever_waits_for_reports_is_woken(journal: Journal) -> None:
    woken: list[int] = []
    journal.on_report = lambda: woken.append(1)
    begun(journal)
    assert woken == [1]
