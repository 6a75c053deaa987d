"""What time it is, trusting the control plane's clock over this machine's."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

_NOTICEABLE = timedelta(minutes=2)


def _local() -> datetime:
    return datetime.now(UTC)


class Clock:
    """The local clock, corrected by what the control plane last said."""

    def __init__(self, local: Callable[[], datetime] = _local) -> None:
        """Start uncorrected; tests bring their own ``local``."""
        self._local = local
        self._offset = timedelta()

    def now(self) -> datetime:
        """Return the corrected time, in UTC."""
        return self._local() + self._offset

    def correct(self, server_time: datetime) -> bool:
        """Follow the server's clock; tells whether this machine's is noticeably wrong."""
        self._offset = server_time - self._local()
        return abs(self._offset) > _NOTICEABLE
