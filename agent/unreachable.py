"""What can be wrong between the agent and the control plane."""

from __future__ import annotations


class Unreachable(Exception):
    """No answer, or "not now": try again later; ``retry_after`` in seconds when told."""

    def __init__(self, reason: str, retry_after: float | None = None) -> None:
        """Keep what the peer asked for."""
        super().__init__(reason)
        self.retry_after = retry_after


class Refused(Exception):
    """A definite no; ``code`` is what a rule may look at."""

    def __init__(self, status: int, code: str, detail: str) -> None:
        """Keep the control plane's own words."""
        super().__init__(detail or code)
        self.status = status
        self.code = code
