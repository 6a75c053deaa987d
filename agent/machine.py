"""The apply state machine: one durable transition, then its side effect, again and again.

``advance`` does what the present state asks for and writes the next one. It is called
again after a restart with whatever state the journal holds, so every effect is safe to
repeat. Up to Staged nothing on the machine has changed; from Snapshot to Committed what
runs is provisional, and ends in a commit or in the last good revision.
"""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Awaitable, Callable
from dataclasses import replace

from agent import health, progress, signing
from agent.clock import Clock
from agent.components import Components
from agent.drivers.base import Work
from agent.entries import Entry
from agent.failures import WorkError
from agent.journal import Journal
from agent.life import Life
from agent.progress import Steps
from agent.wire import Content, Phase, StepKey, WireError, Workload, parse

log = logging.getLogger(__name__)

MAX_ATTEMPTS = 2
"""How often work may be interrupted by the agent's death before it is given up."""
MAX_CONTENT = 16 * 1024 * 1024

Fetch = Callable[[str], Awaitable[bytes]]


class Machine:
    """Brings instances from one state to the next."""

    def __init__(
        self,
        journal: Journal,
        components: Components,
        fetch: Fetch,
        clock: Clock,
        *,
        settle: float = health.SETTLE_SECONDS,
    ) -> None:
        """``fetch`` gets content by digest; it may raise ``WorkError`` or ``Unreachable``.

        A component must be well for ``settle`` seconds before it is believed.
        """
        self._journal = journal
        self._components = components
        self._fetch = fetch
        self._clock = clock
        self._settle = settle
        self._actions: dict[Life, Callable[[Entry], Awaitable[Entry]]] = {
            Life.RECEIVED: self._judge,
            Life.VALIDATED: self._begin_staging,
            Life.STAGING: self._stage,
            Life.STAGED: self._snapshot,
            Life.SNAPSHOT: self._begin_applying,
            Life.APPLYING: self._apply,
            Life.VERIFYING: self._verify,
            Life.REVERTING: self._revert,
            Life.REMOVING: self._remove,
        }

    async def advance(self, entry: Entry) -> Entry:
        """Do what the state asks for; raises sqlite3.Error when it cannot be written down."""
        if entry.state is None or entry.settled:
            return entry
        return await self._actions[entry.state](entry)

    async def works(self, order: Workload) -> list[Work]:
        """Return the components of an order; fetches what is not kept. Raises ``WorkError``."""
        return self._components.works(order, await self._content(order))

    async def _judge(self, entry: Entry) -> Entry:
        order = entry.working
        refusal = self._too_late(order)
        if refusal is None and not entry.removal and order.digest is None:
            refusal = WorkError("order", "no-content", "the order does not say what to run")
        if refusal is not None:
            return self._journal.move(entry, Life.REJECTED, failure=refusal.failure(Phase.VALIDATE))
        if entry.removal:
            return self._journal.move(entry, Life.REMOVING)
        return self._journal.move(entry, Life.VALIDATED)

    async def _begin_staging(self, entry: Entry) -> Entry:
        steps = self._started(entry.steps, StepKey.STAGE, None)
        return self._journal.move(entry, Life.STAGING, steps=steps)

    async def _stage(self, entry: Entry) -> Entry:
        if late := self._too_late(entry.working):
            return self._end(entry, Life.FAILED, late, Phase.STAGE, entry.steps)
        phase = Phase.STAGE
        try:
            works = await self.works(entry.working)
            phase = Phase.VALIDATE
            self._components.validate(works)
            phase = Phase.STAGE
            for work in works:
                await self._components.stage(work)
        except WorkError as error:
            return self._end(entry, Life.FAILED, error, phase, entry.steps)
        return self._journal.move(
            entry, Life.STAGED, steps=progress.succeed(entry.steps, self._clock.now())
        )

    async def _snapshot(self, entry: Entry) -> Entry:
        if late := self._too_late(entry.working):
            return self._end(entry, Life.FAILED, late, Phase.STAGE, entry.steps)
        # The last good order and its content are already kept: to name them safe is enough.
        return self._journal.move(entry, Life.SNAPSHOT)

    async def _begin_applying(self, entry: Entry) -> Entry:
        return self._journal.move(entry, Life.APPLYING)

    async def _apply(self, entry: Entry) -> Entry:
        if entry.failure is not None:
            return await self._clean_up(entry)
        try:
            self._refuse_endless(entry)
            works = await self.works(entry.working)
            await self._remove_leftovers(entry, works)
            for work in works:
                entry = self._note(entry, StepKey.APPLY, work)
                await self._components.apply(work)
                entry = replace(entry, steps=progress.succeed(entry.steps, self._clock.now()))
        except WorkError as error:
            return await self._give_up(entry, error, Phase.APPLY)
        return self._journal.move(entry, Life.VERIFYING, steps=entry.steps)

    async def _verify(self, entry: Entry) -> Entry:
        if entry.failure is not None:
            return await self._clean_up(entry)
        try:
            self._refuse_endless(entry)
            for work in await self.works(entry.working):
                entry = self._note(entry, StepKey.VERIFY, work)
                await health.verify(self._components, work, self._settle)
                entry = replace(entry, steps=progress.succeed(entry.steps, self._clock.now()))
        except WorkError as error:
            return await self._give_up(entry, error, Phase.VERIFY)
        return self._journal.move(entry, Life.COMMITTED, steps=entry.steps)

    async def _give_up(self, entry: Entry, error: WorkError, phase: Phase) -> Entry:
        """Go back to the last good revision, or stop what was started when there is none."""
        log.warning("instance %s: %s failed: %s", entry.instance, phase, error)
        if entry.good is not None:
            return self._end(entry, Life.REVERTING, error, phase, entry.steps)
        steps = progress.fail(entry.steps, self._clock.now(), str(error))
        return await self._clean_up(self._journal.condemn(entry, error.failure(phase), steps))

    async def _revert(self, entry: Entry) -> Entry:
        steps = self._started(entry.steps, StepKey.REVERT, None)
        try:
            works = await self.works(_good(entry))
            await self._remove_leftovers(entry, works)
            for work in works:
                await self._components.apply(work)
            for work in works:
                await health.verify(self._components, work, self._settle)
        except WorkError as error:
            first = "" if entry.failure is None else f"; before that: {entry.failure.message}"
            trouble = replace(error.failure(Phase.REVERT), message=f"{error}{first}")
            steps = progress.fail(steps, self._clock.now(), str(error))
            return self._journal.move(entry, Life.REVERT_FAILED, steps=steps, failure=trouble)
        steps = progress.succeed(steps, self._clock.now())
        return self._journal.move(entry, Life.REVERTED, steps=steps)

    async def _remove(self, entry: Entry) -> Entry:
        try:
            for work in reversed(self._components.recorded(entry.instance)):
                entry = self._note(entry, StepKey.REMOVE, work)
                await self._components.remove(work)
                entry = replace(entry, steps=progress.succeed(entry.steps, self._clock.now()))
        except WorkError as error:
            return self._end(entry, Life.FAILED, error, Phase.REMOVE, entry.steps)
        self._components.forget(entry.instance)
        return self._journal.move(entry, Life.REMOVED, steps=entry.steps)

    async def _clean_up(self, entry: Entry) -> Entry:
        """Stop what was started; what resists is logged, the first failure is what counts."""
        for work in reversed(self._components.recorded(entry.instance)):
            try:
                await self._components.remove(work)
            except WorkError as error:
                log.warning("%s cannot be cleaned up: %s", work.component.name, error)
        return self._journal.move(entry, Life.FAILED)

    async def _remove_leftovers(self, entry: Entry, works: list[Work]) -> None:
        # Before anything new starts: it may need the port an old component still holds.
        for work in self._components.leftovers(entry.instance, works):
            await self._components.remove(work)

    def _end(self, entry: Entry, to: Life, error: WorkError, phase: Phase, steps: Steps) -> Entry:
        steps = progress.fail(steps, self._clock.now(), str(error))
        return self._journal.move(entry, to, steps=steps, failure=error.failure(phase))

    def _note(self, entry: Entry, key: StepKey, work: Work) -> Entry:
        return self._journal.note(entry, self._started(entry.steps, key, work.component.name))

    def _started(self, steps: Steps, key: StepKey, component: str | None) -> Steps:
        return progress.start(steps, key, component, self._clock.now())

    def _too_late(self, order: Workload) -> WorkError | None:
        if order.deadline is None or self._clock.now() <= order.deadline:
            return None
        text = f"the order was only good until {order.deadline:%Y-%m-%d %H:%M} UTC"
        return WorkError("order", "deadline-passed", text, retryable=True)

    def _refuse_endless(self, entry: Entry) -> None:
        """Do not begin again for ever what may be what kills the agent or the machine."""
        if entry.attempts > MAX_ATTEMPTS:
            raise WorkError(
                "machine",
                "interrupted",
                f"the agent was interrupted {entry.attempts} times at this work",
                retryable=True,
            )

    async def _content(self, order: Workload) -> Content:
        digest = order.digest or ""
        body = self._journal.content(digest)
        if body is None:
            body = await self._fetch(digest)
            if signing.digest(body) != digest:
                raise WorkError("content", "content-digest", "what was sent is not what was signed")
            self._keep(digest, body)
        try:
            return Content.from_json(parse(body, limit=MAX_CONTENT))
        except WireError as error:
            raise WorkError("content", "content-malformed", str(error)) from error

    def _keep(self, digest: str, body: bytes) -> None:
        try:
            self._journal.save_content(digest, body)
        except (OSError, sqlite3.Error) as error:
            text = f"the content cannot be kept: {error}"
            raise WorkError("disk", "content-not-kept", text, retryable=True) from error


def _good(entry: Entry) -> Workload:
    if entry.good is None:
        raise WorkError("internal", "nothing-good", "there is nothing to go back to")
    return entry.good
