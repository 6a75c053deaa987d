"""How many calls get in: so many from one caller, so many from all of them together."""

import time
from collections import OrderedDict
from collections.abc import Callable, Hashable

Clock = Callable[[], float]


class TokenBucket:
    """Lets ``rate`` a second through on average and ``burst`` at once; ``clock`` in seconds."""

    def __init__(self, rate: float, burst: float, clock: Clock = time.monotonic) -> None:
        self.rate = rate
        self.burst = burst
        self._clock = clock
        self._tokens = burst
        self._filled_at = clock()

    def take(self) -> float:
        """Take one; return 0, or the seconds until there is one again."""
        now = self._clock()
        self._tokens = min(self.burst, self._tokens + (now - self._filled_at) * self.rate)
        self._filled_at = now
        if self._tokens < 1:
            return (1 - self._tokens) / self.rate
        self._tokens -= 1
        return 0.0


class Buckets:
    """A bucket for each caller before one for all; a caller that floods pays from its own first.

    Remembers ``most`` callers, those that called last: whoever calls under many names only gets
    what the bucket for all has left.
    """

    def __init__(self, each: Callable[[], TokenBucket], total: TokenBucket, most: int) -> None:
        self._each = each
        self._total = total
        self._most = most
        self._callers: OrderedDict[Hashable, TokenBucket] = OrderedDict()

    def take(self, caller: Hashable) -> float:
        """Take one for a caller; return 0, or the seconds until there is one again."""
        bucket = self._callers.get(caller)
        if bucket is None:
            bucket = self._callers[caller] = self._each()
            if len(self._callers) > self._most:
                self._callers.popitem(last=False)
        else:
            self._callers.move_to_end(caller)
        return bucket.take() or self._total.take()

    def __len__(self) -> int:
        """Return how many callers are remembered."""
        return len(self._callers)
