"""The agent at work: fetch what is wanted, work it off, tell what happened."""

from __future__ import annotations

import asyncio
import logging
import sqlite3
from collections.abc import Awaitable, Callable, Sequence
from uuid import uuid4

from agent import failpoints, wire
from agent.backoff import Backoff
from agent.client import ControlPlane
from agent.clock import Clock
from agent.desired import NotBelievedError, Verdict, judge, opened
from agent.failures import WorkError
from agent.hints import HintSocket
from agent.identity import Enrolment
from agent.journal import Journal
from agent.lanes import Lanes
from agent.unreachable import Refused, Unreachable
from agent.watch import Watch

log = logging.getLogger(__name__)

LONG_POLL_SECONDS = 25
SAFETY_POLL_SECONDS = 60.0
LOBBY_SECONDS = 3.0
FIRST_INTERVAL = 10
_QUICKEST_POLL = 1.0
_BATCH = 50
_UNREADABLE = (400, 413, 422)


class Loop:
    """Fetching, reporting and heartbeats, side by side; each survives its own errors."""

    def __init__(
        self,
        *,
        enrolment: Enrolment,
        plane: ControlPlane,
        hints: HintSocket,
        journal: Journal,
        lanes: Lanes,
        watch: Watch,
        clock: Clock,
    ) -> None:
        """Wire the parts together; nothing runs yet."""
        self._enrolment = enrolment
        self._plane = plane
        self._hints = hints
        self._journal = journal
        self._lanes = lanes
        self._watch = watch
        self._clock = clock
        self._interval = FIRST_INTERVAL
        self._waiting = ""
        self._batch = _BATCH
        self._let_in = asyncio.Event()
        self._fetch_now = asyncio.Event()
        self._report_now = asyncio.Event()
        self._beat_now = asyncio.Event()
        hints.on_hint = self._take_hint
        journal.on_report = self._report_now.set
        watch.on_change = self._beat_now.set
        lanes.on_settled = self._beat_now.set

    async def run(self) -> None:
        """Work until cancelled; what runs at the site stays as it is."""
        self._lanes.recover()
        self._lanes.wake()
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._for_ever("watch", self._watch.run))
                group.create_task(self._for_ever("fetch", self._fetch))
                # One question is enough to learn whether we are let in; the rest follows.
                await self._let_in.wait()
                group.create_task(self._for_ever("report", self._report))
                group.create_task(self._for_ever("heartbeat", self._beat))
                group.create_task(self._for_ever("hints", self._hints.run))
        finally:
            await self._lanes.stop()

    async def _for_ever(self, name: str, work: Callable[[], Awaitable[None]]) -> None:
        """Do the work again and again; no error of one part ends the agent."""
        backoff = Backoff()
        while True:
            try:
                await work()
                backoff.reset()
            except Unreachable as error:
                seconds = backoff.failed(error.retry_after)
                log.debug("%s: no contact: %s", name, error)
                await asyncio.sleep(seconds)
            except Refused as error:
                await asyncio.sleep(self._shut_out(error, backoff))
            except (NotBelievedError, sqlite3.Error, OSError) as error:
                log.error("%s: %s", name, error)  # noqa: TRY400 - foreseen: one line is enough
                await asyncio.sleep(backoff.failed(1.0))
            except Exception:
                log.exception("%s: a defect", name)
                await asyncio.sleep(backoff.failed(1.0))

    # --- what is wanted

    async def _fetch(self) -> None:
        self._fetch_now.clear()
        loop = asyncio.get_running_loop()
        asked = loop.time()
        # The first question is answered at once: reports wait for it.
        held_open = self._let_in.is_set() and not self._hints.connected
        wait = LONG_POLL_SECONDS if held_open else 0
        signed = await self._plane.desired(self._known(), wait)
        self._admitted()
        news = signed is not None and self._take_document(signed)
        if not news and wait and loop.time() - asked < _QUICKEST_POLL:
            # A control plane, or a proxy, that does not hold the question open.
            await self._until(self._fetch_now, self._interval)
        if self._hints.connected:
            await self._until(self._fetch_now, SAFETY_POLL_SECONDS)

    def _known(self) -> tuple[int, int] | None:
        """Return what to name in the question; nothing once the document held has expired."""
        held = self._journal.accepted()
        if held is None or self._clock.now() > held.not_after:
            return None
        return held.epoch, held.seq

    def _take_document(self, signed: wire.SignedDocument) -> bool:
        """Believe and keep a document; tells whether it was news."""
        document = opened(signed, self._enrolment.agent, self._enrolment.server_keys)
        verdict = judge(document, self._journal.accepted(), self._clock.now())
        if verdict is Verdict.NEWER:
            log.info("taking document %s.%s", document.epoch, document.seq)
            self._journal.accept(document)
            self._beat_now.set()
        elif verdict is Verdict.RENEWED:
            self._journal.renew(document)
        self._lanes.wake()
        return verdict is Verdict.NEWER

    def _take_hint(self, hint: wire.Hint) -> None:
        if hint.interval:
            self._interval = hint.interval
            self._beat_now.set()
        if hint.desired is not None:
            self._fetch_now.set()

    # --- what is told

    async def _report(self) -> None:
        self._report_now.clear()
        reports = self._journal.outbox(self._batch)
        if not reports:
            await self._report_now.wait()
            return
        try:
            answer = await self._plane.report(
                wire.ReportBatch(wire.WIRE_VERSION, uuid4(), tuple(reports))
            )
        except Refused as error:
            if error.status not in _UNREADABLE:
                raise
            self._narrow_down(reports, error)
            return
        failpoints.reach(failpoints.REPORTS_SENT)
        self._batch = _BATCH
        for rejected in answer.rejected:
            # Stale is what we hear when we died between telling and noting that we told.
            level = logging.INFO if rejected.code == "stale" else logging.WARNING
            log.log(level, "report %s was not taken: %s", rejected.id, rejected.code)
        answered = {*answer.accepted, *(rejected.id for rejected in answer.rejected)}
        self._journal.drop(list(answered))
        if answered.isdisjoint(report.id for report in reports):
            raise Unreachable("reports were neither accepted nor rejected")

    def _narrow_down(self, reports: Sequence[wire.Report], error: Refused) -> None:
        """Find the one report that cannot be read, so that it does not hold up all others."""
        if len(reports) > 1:
            self._batch = 1
            return
        log.error("report %s cannot be read there: %s", reports[0].id, error)
        self._journal.drop([reports[0].id])

    async def _beat(self) -> None:
        self._beat_now.clear()
        held = self._journal.accepted()
        heartbeat = wire.Heartbeat(
            version=wire.WIRE_VERSION,
            epoch=held.epoch if held else 0,
            seq=held.seq if held else 0,
            applied_at=held.at if held else None,
            health=self._watch.health(),
        )
        answer = await self._plane.heartbeat(heartbeat)
        self._interval = max(1, answer.interval)
        await self._until(self._beat_now, self._interval)

    async def _until(self, event: asyncio.Event, seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                await event.wait()
        except TimeoutError:
            return

    # --- whether we are let in

    def _shut_out(self, error: Refused, backoff: Backoff) -> float:
        if error.code == "agent-pending":
            self._say("waiting in the lobby until somebody approves this agent")
            return LOBBY_SECONDS
        if error.code == "agent-revoked":
            self._say("this agent was revoked; what runs is left running")
        else:
            self._say(f"the control plane refuses: {error.code}: {error}")
        return backoff.failed()

    def _say(self, text: str) -> None:
        """Say a lasting state once, not at every try."""
        if text != self._waiting:
            self._waiting = text
            log.warning("%s", text)

    def _admitted(self) -> None:
        self._let_in.set()
        if self._waiting:
            self._waiting = ""
            log.info("in contact with the control plane")


def fetcher(plane: ControlPlane) -> Callable[[str], Awaitable[bytes]]:
    """Return what gets content for the machine; a definite no is a failure of the work."""

    async def fetch(digest: str) -> bytes:
        try:
            return await plane.content(digest)
        except Refused as error:
            text = f"the control plane does not give the content: {error}"
            raise WorkError("content", "content-refused", text, retryable=True) from error

    return fetch
