"""Named points where tests make the agent die or run out of space.

Set ``SITEWRIGHT_FAILPOINT`` to ``<point>=<action>`` before the agent starts; actions
are ``kill`` (SIGKILL, as a power cut would) and ``no-space`` (the disk is full). Unset,
reaching a point is one comparison with None.
"""

from __future__ import annotations

import errno
import os
import signal
from collections.abc import Mapping

from agent.life import Life

SETTING = "SITEWRIGHT_FAILPOINT"
CONTENT_SAVED = "content-saved"
COMPONENT_RECORDED = "component-recorded"
CONFIGURATION_WRITTEN = "configuration-written"
PROGRAM_STOPPED = "program-stopped"
PROGRAM_STARTED = "program-started"
REPORTS_SENT = "reports-sent"


def before(state: Life) -> str:
    """Name the point just before a transition is written."""
    return f"before-{state}"


def after(state: Life) -> str:
    """Name the point just after a transition is durable."""
    return f"after-{state}"


POINTS = (
    CONTENT_SAVED,
    COMPONENT_RECORDED,
    CONFIGURATION_WRITTEN,
    PROGRAM_STOPPED,
    PROGRAM_STARTED,
    REPORTS_SENT,
    *(name(state) for state in Life for name in (before, after)),
)


class UnknownFailPointError(Exception):
    """The environment names a point or an action that does not exist."""


def _read(environment: Mapping[str, str]) -> tuple[str, str] | None:
    setting = environment.get(SETTING)
    if not setting:
        return None
    point, _, action = setting.partition("=")
    if point not in POINTS or action not in ("kill", "no-space"):
        raise UnknownFailPointError(setting)
    return point, action


_armed = _read(os.environ)


def reach(point: str) -> None:
    """Do what the environment asks for at this point; nothing when unset."""
    if _armed is None or _armed[0] != point:
        return
    if _armed[1] == "kill":
        os.kill(os.getpid(), signal.SIGKILL)
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
