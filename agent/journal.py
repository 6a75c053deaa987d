"""The agent's memory: an SQLite file in which every transition is durable before its effect.

One transaction writes the instance's row, the transition and the report that tells of
it, so that after a crash they agree. ``synchronous=FULL`` makes a commit survive a
power cut. Used from one thread.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from agent import failpoints, records, signing
from agent.clock import Clock
from agent.entries import Accepted, Entry
from agent.life import REPORTED, Life, require_move
from agent.wire import MAX_LOG_TAIL, DesiredDocument, Failure, Report, StepReport

KEPT = timedelta(days=30)
_SCHEMA = """
CREATE TABLE IF NOT EXISTS document (
    only INTEGER PRIMARY KEY CHECK (only = 1),
    epoch INTEGER NOT NULL, seq INTEGER NOT NULL,
    issued_at TEXT NOT NULL, not_after TEXT NOT NULL, at TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS instance (
    instance INTEGER PRIMARY KEY,
    desired TEXT NOT NULL, listed INTEGER NOT NULL,
    active TEXT, state TEXT, attempts INTEGER NOT NULL, good TEXT,
    steps TEXT NOT NULL, failure TEXT, sequence INTEGER NOT NULL, since TEXT
);
CREATE TABLE IF NOT EXISTS content (digest TEXT PRIMARY KEY, body BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS outbox (
    position INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE, body TEXT NOT NULL, at TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS transition (
    position INTEGER PRIMARY KEY AUTOINCREMENT,
    instance INTEGER NOT NULL, generation INTEGER NOT NULL, state TEXT NOT NULL, at TEXT NOT NULL
);
"""
_ENTRY_COLUMNS = (
    "instance, desired, listed, active, state, attempts, good, steps, failure, sequence, since"
)
_SELECT = f"SELECT {_ENTRY_COLUMNS} FROM instance"  # our own columns  # noqa: S608  # nosec B608


class Journal:
    """Everything the agent must still know after its own death."""

    def __init__(self, path: Path | str, clock: Clock) -> None:
        """Open or make the file; ``":memory:"`` for simulations. Raises sqlite3.Error."""
        self._clock = clock
        self.on_report: Callable[[], None] = lambda: None
        self.mask: Callable[[str], str] = lambda text: text
        self._database = sqlite3.connect(path, isolation_level=None, timeout=20)
        self._database.execute("PRAGMA journal_mode=WAL")
        self._database.execute("PRAGMA synchronous=FULL")
        self._database.executescript(_SCHEMA)

    def close(self) -> None:
        """Let go of the file."""
        self._database.close()

    # --- what is wanted

    def accepted(self) -> Accepted | None:
        """Return which document was last accepted."""
        row = self._database.execute(
            "SELECT epoch, seq, issued_at, not_after, at FROM document"
        ).fetchone()
        return records.read_accepted(row) if row else None

    def accept(self, document: DesiredDocument) -> None:
        """Take over a document that was judged newer: which instances should be what."""
        with self._transaction() as database:
            database.execute(
                "INSERT OR REPLACE INTO document VALUES (1, ?, ?, ?, ?, ?)",
                records.write_accepted(document, self._clock.now()),
            )
            database.execute("UPDATE instance SET listed = 0")
            for workload in document.workloads:
                known = self._find(workload.instance)
                # An order already taken is never changed under its number.
                newer = known is None or workload.generation > known.desired.generation
                desired = workload if newer or known is None else known.desired
                entry = known or Entry(workload.instance, desired, listed=True)
                self._save(replace(entry, desired=desired, listed=True))
            self._forget_old()

    def renew(self, document: DesiredDocument) -> None:
        """Note that the document already held has been issued again with a later end."""
        with self._transaction() as database:
            database.execute(
                "UPDATE document SET issued_at = ?, not_after = ?",
                records.write_accepted(document, self._clock.now())[2:4],
            )

    def entries(self) -> list[Entry]:
        """Return every instance, oldest id first."""
        rows = self._database.execute(f"{_SELECT} ORDER BY instance")
        return [records.read_entry(row) for row in rows]

    def entry(self, instance: int) -> Entry:
        """Return one instance; raises LookupError."""
        entry = self._find(instance)
        if entry is None:
            raise LookupError(f"no instance {instance}")
        return entry

    # --- what is done

    def begin(self, entry: Entry) -> Entry:
        """Take the newest order in hand."""
        fresh = replace(entry, active=entry.desired, attempts=0, steps=(), failure=None)
        return self._move(fresh, at=entry.state, to=Life.RECEIVED)

    def move(
        self,
        entry: Entry,
        to: Life,
        *,
        steps: Sequence[StepReport] | None = None,
        failure: Failure | None = None,
    ) -> Entry:
        """Write a transition and its report; raises sqlite3.Error, and then nothing moved."""
        changed = replace(
            entry,
            steps=entry.steps if steps is None else self._masked_steps(steps),
            failure=self._masked(failure) or entry.failure,
        )
        if to is Life.COMMITTED:
            changed = replace(changed, good=entry.active, failure=None)
        if to is Life.REMOVING:
            # From here on nobody may bring the instance back to life.
            changed = replace(changed, good=None)
        return self._move(changed, at=entry.state, to=to)

    def note(self, entry: Entry, steps: Sequence[StepReport]) -> Entry:
        """Write and tell how far the steps of the present state are."""
        noted = replace(entry, steps=self._masked_steps(steps), sequence=entry.sequence + 1)
        return self._write(noted)

    def condemn(self, entry: Entry, failure: Failure, steps: Sequence[StepReport]) -> Entry:
        """Write why the work has failed before it is cleaned up, which may itself be cut short."""
        masked = self._masked(failure)
        condemned = replace(entry, failure=masked, steps=self._masked_steps(steps))
        with self._transaction():
            self._save(condemned)
        return condemned

    def count_attempt(self, entry: Entry) -> Entry:
        """Write that the work in hand is taken up again after a restart."""
        changed = replace(entry, attempts=entry.attempts + 1)
        with self._transaction():
            self._save(changed)
        return changed

    def _masked(self, failure: Failure | None) -> Failure | None:
        """Take secrets out of what a driver or a program said, before it is kept or told."""
        if failure is None:
            return None
        message, tail = self.mask(failure.message), self.mask(failure.log_tail)
        return replace(failure, message=message, log_tail=tail[-MAX_LOG_TAIL:])

    def _masked_steps(self, steps: Sequence[StepReport]) -> tuple[StepReport, ...]:
        return tuple(
            replace(step, detail=self.mask(step.detail)) if step.detail else step for step in steps
        )

    def _move(self, entry: Entry, *, at: Life | None, to: Life) -> Entry:
        require_move(at, to)
        failpoints.reach(failpoints.before(to))
        sequence = entry.sequence + (to in REPORTED)
        moved = self._write(
            replace(entry, state=to, since=self._clock.now(), sequence=sequence), moved=True
        )
        failpoints.reach(failpoints.after(to))
        return moved

    def _write(self, entry: Entry, *, moved: bool = False) -> Entry:
        now = self._clock.now()
        with self._transaction() as database:
            # A newer order may have come in since the caller read the row: keep it.
            known = self.entry(entry.instance)
            entry = replace(entry, desired=known.desired, listed=known.listed)
            self._save(entry)
            if moved:
                database.execute(
                    "INSERT INTO transition (instance, generation, state, at) VALUES (?, ?, ?, ?)",
                    (entry.instance, entry.working.generation, entry.state, now.isoformat()),
                )
            if entry.state in REPORTED:
                self._post(records.report_of(entry, uuid4(), now))
        self.on_report()
        return entry

    # --- what is told

    def _post(self, report: Report) -> None:
        self._database.execute(
            "INSERT INTO outbox (id, body, at) VALUES (?, ?, ?)",
            (str(report.id), records.write(report), report.at.isoformat()),
        )

    def outbox(self, limit: int) -> list[Report]:
        """Return the oldest reports not yet taken by the control plane."""
        rows = self._database.execute("SELECT body FROM outbox ORDER BY position LIMIT ?", (limit,))
        return [records.read(Report, body) for (body,) in rows]

    def drop(self, ids: Sequence[UUID]) -> None:
        """Forget reports the control plane answered for."""
        with self._transaction() as database:
            database.executemany("DELETE FROM outbox WHERE id = ?", [(str(id_),) for id_ in ids])

    # --- what revisions consist of

    def save_content(self, digest: str, body: bytes) -> None:
        """Keep content under its digest; the caller has checked that it fits."""
        with self._transaction() as database:
            database.execute("INSERT OR REPLACE INTO content VALUES (?, ?)", (digest, body))
        failpoints.reach(failpoints.CONTENT_SAVED)

    def content(self, digest: str) -> bytes | None:
        """Return kept content, or None when there is none or the disk has damaged it."""
        row = self._database.execute(
            "SELECT body FROM content WHERE digest = ?", (digest,)
        ).fetchone()
        return row[0] if row and signing.digest(row[0]) == digest else None

    def transitions(self, instance: int) -> list[tuple[int, Life]]:
        """Return (generation, state) of every transition kept, oldest first."""
        rows = self._database.execute(
            "SELECT generation, state FROM transition WHERE instance = ? ORDER BY position",
            (instance,),
        )
        return [(generation, Life(state)) for generation, state in rows]

    # --- the database

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        self._database.execute("BEGIN IMMEDIATE")
        try:
            yield self._database
            self._database.execute("COMMIT")
        except BaseException:
            # A full disk may already have ended the transaction.
            if self._database.in_transaction:
                self._database.execute("ROLLBACK")
            raise

    def _find(self, instance: int) -> Entry | None:
        row = self._database.execute(f"{_SELECT} WHERE instance = ?", (instance,)).fetchone()
        return records.read_entry(row) if row else None

    def _save(self, entry: Entry) -> None:
        values: tuple[Any, ...] = records.write_entry(entry)
        marks = ", ".join("?" * len(values))
        self._database.execute(
            f"INSERT OR REPLACE INTO instance ({_ENTRY_COLUMNS}) VALUES ({marks})",  # noqa: S608 - our own columns
            values,
        )

    def _forget_old(self) -> None:
        oldest = (self._clock.now() - KEPT).isoformat()
        used = {
            workload.digest
            for entry in self.entries()
            for workload in (entry.desired, entry.active, entry.good)
            if workload and workload.digest
        }
        stored = self._database.execute("SELECT digest FROM content").fetchall()
        self._database.executemany(
            "DELETE FROM content WHERE digest = ?", [row for row in stored if row[0] not in used]
        )
        self._database.execute("DELETE FROM outbox WHERE at < ?", (oldest,))
        self._database.execute("DELETE FROM transition WHERE at < ?", (oldest,))
        self._database.execute(
            "DELETE FROM instance WHERE listed = 0 AND state = ?", (Life.REMOVED.value,)
        )
