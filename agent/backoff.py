"""How long to wait before trying again: full jitter, growing to a ceiling."""

from __future__ import annotations

import random
from collections.abc import Callable

FIRST_SECONDS = 1.0
LONGEST_SECONDS = 300.0


class Backoff:
    """Waits of a random part of 1, 2, 4 ... seconds, so that a fleet never returns as one."""

    def __init__(
        self,
        *,
        first: float = FIRST_SECONDS,
        longest: float = LONGEST_SECONDS,
        part: Callable[[], float] = random.random,
    ) -> None:
        """Start fresh; ``part`` gives numbers from 0 to 1 (tests bring their own)."""
        self._first = first
        self._longest = longest
        self._part = part
        self._failures = 0

    def failed(self, retry_after: float | None = None) -> float:
        """Count a failure and return the seconds to wait, at least what the peer asked for."""
        # The exponent is bounded before the power: a month of failures must not overflow.
        ceiling = min(self._longest, self._first * 2.0 ** min(self._failures, 30))
        self._failures += 1
        return (retry_after or 0.0) + self._part() * ceiling

    def reset(self) -> None:
        """Forget the failures: it worked."""
        self._failures = 0
