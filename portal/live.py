"""The browser's socket: says that something changed, never what.

The page asks for the part again, through the same view and the same right as ever.
"""

import asyncio
import json
import logging
import time
from contextlib import suppress
from dataclasses import dataclass
from http import HTTPStatus

from channels.db import database_sync_to_async
from django.conf import settings
from django.contrib.auth import get_user
from django.http import HttpRequest
from django.utils import timezone
from django.utils.module_loading import import_string

from orchestration.queries.standing import next_end
from portal.departures import DepartingConsumer, Gone
from portal.hub import EVERYTHING, PersonListener, hub
from rbac.access import granted_paths
from rbac.models import User
from rbac.permissions import Perm

VIEWS = (Perm.VIEW_HIERARCHY, Perm.VIEW_VALUES, Perm.VIEW_DEPLOYMENTS)
CATALOG_VIEWS = (*VIEWS, Perm.VIEW_SOLUTIONS)  # enough to hear of solutions, and of nothing else
LOOK_AGAIN = 60.0  # seconds after which session and rights are checked anew
AFTER_AN_END = 0.1  # seconds past the end of a role at which it surely has ended
BEAT = 15.0  # seconds after which a browser hears that the server is there
SHORTEST_GAP = 0.25  # seconds between two messages to one browser
BROKEN = 1011
SIGNED_OUT = 4000 + HTTPStatus.UNAUTHORIZED
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Standing:
    """Who a session belongs to, what they may watch, and for how many seconds that surely holds."""

    user_id: int
    paths: tuple[str, ...]
    catalog: tuple[str, ...]
    holds_for: float


def standing(session_key: str | None) -> Standing | None:
    """Return how a session stands, or None when it has ended."""
    if not session_key:
        return None
    request = HttpRequest()
    request.session = import_string(f"{settings.SESSION_ENGINE}.SessionStore")(session_key)
    user = get_user(request)  # checks the password's hash too: a new password ends old sessions
    if not isinstance(user, User) or not user.is_active:
        return None
    ends = next_end(user)
    holds_for = (ends - timezone.now()).total_seconds() if ends else LOOK_AGAIN
    paths, catalog = (tuple(granted_paths(user, *views)) for views in (VIEWS, CATALOG_VIEWS))
    return Standing(user.pk, paths, catalog, max(holds_for, 0.0))


class LiveConsumer(DepartingConsumer):
    """Sends ``{"topics": [...]}``; ``["*"]`` means: read everything again, ``[]``: all is current.

    Closes with 4401 when the session ends.
    """

    channel_layer_alias = None  # type: ignore[assignment]  # the hub listens for all sockets at once

    async def connect(self) -> None:
        """Serve people who are signed in."""
        self.session_key = self.scope["session"].session_key
        found = await database_sync_to_async(standing)(self.session_key)
        if found is None:
            await self.accept()  # a refusal before this has no code that a browser could read
            await self.close(SIGNED_OUT)
            return
        self.serving = asyncio.create_task(self._serve(found))

    async def disconnect(self, code: int) -> None:
        """Stop listening."""
        serving: asyncio.Task[None] | None = getattr(self, "serving", None)
        if serving is not None:
            serving.cancel()
            with suppress(asyncio.CancelledError):
                await serving

    async def _serve(self, found: Standing) -> None:
        try:
            mine = PersonListener(found.user_id, found.paths, found.catalog)
            async with hub().listen(mine) as listener:
                # Only now: what changes after the page has seen the socket open is not missed.
                await self.accept()
                await self._tell(listener)
            await self.close(SIGNED_OUT)
        except Gone:
            return
        except Exception:
            log.exception("live.failed")
            with suppress(Gone):
                await self.close(BROKEN)  # the browser connects anew and reads everything again

    async def _tell(self, listener: PersonListener) -> None:
        """Pass topics on until the session ends."""
        due = await self._look(listener)  # rights may have changed before the hub listened for us
        while due is not None:
            topics = await listener.wait(max(min(BEAT, due - time.monotonic()), 0.0))
            watched = listener.paths, listener.catalog
            # Hints that may be missing, too, may have been about rights.
            if topics & {listener.RIGHTS, EVERYTHING} or time.monotonic() >= due:
                due = await self._look(listener)
            if (listener.paths, listener.catalog) != watched:
                topics = frozenset([EVERYTHING])  # what is shown may be more than is theirs now
            said = topics - {listener.RIGHTS}
            if due is not None and (said or not topics):  # nothing to say is said, too: a beat
                await self.send(json.dumps({"topics": sorted(said)}))
                await asyncio.sleep(SHORTEST_GAP)

    async def _look(self, listener: PersonListener) -> float | None:
        """Take up what the person may watch now; returns when to look again, None when it is over.

        Times are those of `time.monotonic`.
        """
        found = await database_sync_to_async(standing)(self.session_key)
        if found is None:
            return None
        listener.paths, listener.catalog = found.paths, found.catalog
        return time.monotonic() + min(LOOK_AGAIN, found.holds_for + AFTER_AN_END)
