"""The life of one generation of one instance at the site, as a table."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from agent.wire import ReportState


class Life(StrEnum):
    """Where the work on a generation is; written down before each next thing is done."""

    RECEIVED = "Received"
    VALIDATED = "Validated"
    STAGING = "Staging"
    STAGED = "Staged"
    SNAPSHOT = "Snapshot"
    APPLYING = "Applying"
    VERIFYING = "Verifying"
    COMMITTED = "Committed"
    REVERTING = "Reverting"
    REVERTED = "Reverted"
    REVERT_FAILED = "RevertFailed"
    FAILED = "Failed"
    REJECTED = "Rejected"
    REMOVING = "Removing"
    REMOVED = "Removed"


NEXT: Mapping[Life, frozenset[Life]] = {
    Life.RECEIVED: frozenset({Life.VALIDATED, Life.REJECTED, Life.REMOVING}),
    Life.VALIDATED: frozenset({Life.STAGING}),
    Life.STAGING: frozenset({Life.STAGED, Life.FAILED}),
    Life.STAGED: frozenset({Life.SNAPSHOT, Life.FAILED}),
    Life.SNAPSHOT: frozenset({Life.APPLYING}),
    Life.APPLYING: frozenset({Life.VERIFYING, Life.REVERTING, Life.FAILED}),
    Life.VERIFYING: frozenset({Life.COMMITTED, Life.REVERTING, Life.FAILED}),
    Life.COMMITTED: frozenset(),
    Life.REVERTING: frozenset({Life.REVERTED, Life.REVERT_FAILED}),
    Life.REVERTED: frozenset(),
    Life.REVERT_FAILED: frozenset(),
    Life.FAILED: frozenset(),
    Life.REJECTED: frozenset(),
    Life.REMOVING: frozenset({Life.REMOVED, Life.FAILED}),
    Life.REMOVED: frozenset(),
}
SETTLED = frozenset(state for state, following in NEXT.items() if not following)
"""Nothing more happens until a newer generation arrives."""

# Until the snapshot nothing on the machine has changed, so a newer generation may take over.
INTERRUPTIBLE = SETTLED | {Life.RECEIVED, Life.VALIDATED, Life.STAGING, Life.STAGED}

REPORTED: Mapping[Life, ReportState] = {
    state: ReportState(state) for state in Life if state not in (Life.VALIDATED, Life.SNAPSHOT)
}
"""What the control plane hears of; the other two are for the journal alone."""


class IllegalMoveError(Exception):
    """A transition the table does not hold: a defect of the agent."""


def require_move(at: Life | None, to: Life) -> None:
    """Check a transition against the table; raises ``IllegalMoveError``."""
    if to is Life.RECEIVED:
        allowed = at is None or at in INTERRUPTIBLE
    else:
        allowed = at is not None and to in NEXT[at]
    if not allowed:
        raise IllegalMoveError(f"{at} -> {to}")
