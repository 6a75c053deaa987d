"""When somebody was last seen to use a session, by the clock that the idle lock goes by."""

import time

SEEN = "seen"  # in the session


def now() -> int:
    """Return the time in whole seconds; tests turn this clock."""
    return int(time.time())
