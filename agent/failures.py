"""Why the work on a component failed, before it becomes part of a report."""

from __future__ import annotations

import errno

from agent.drivers.base import DriverError
from agent.wire import MAX_LOG_TAIL, Failure, Phase

_LONGEST_MESSAGE = 2_000
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


class WorkError(Exception):
    """The work cannot go on; ``category`` groups codes for rules, ``retryable`` hints at luck.

    Categories: ``order`` (what was asked), ``content`` (what was fetched), ``validation``
    (what the components say), ``driver``, ``health``, ``timeout``, ``disk``, ``machine``,
    ``internal``.
    """

    def __init__(
        self,
        category: str,
        code: str,
        message: str,
        *,
        component: str | None = None,
        element: str | None = None,
        retryable: bool = False,
    ) -> None:
        """Say what happened; the log is added by who knows it."""
        super().__init__(_storable(message)[:_LONGEST_MESSAGE])
        self.category = category
        self.code = code
        self.component = component
        self.element = element
        self.retryable = retryable
        self.log_tail = ""

    def failure(self, phase: Phase) -> Failure:
        """Return the failure as the control plane hears of it."""
        return Failure(
            phase=phase,
            component=self.component,
            element=self.element,
            category=self.category,
            code=self.code,
            message=str(self),
            log_tail=_storable(self.log_tail)[-MAX_LOG_TAIL:],
            retryable=self.retryable,
        )


def _storable(text: str) -> str:
    """Replace what no database takes: programs and file systems may say anything."""
    return text.encode("utf-8", "replace").decode().replace("\x00", "\N{REPLACEMENT CHARACTER}")


def from_exception(error: Exception, component: str) -> WorkError:
    """Return what a driver's exception means for the work."""
    match error:
        case WorkError():
            return error
        case DriverError():
            return WorkError(
                "driver",
                error.code,
                str(error),
                component=component,
                element=error.element,
                retryable=error.retryable,
            )
        case TimeoutError():
            text = str(error) or "took too long"
            return WorkError("timeout", "timeout", text, component=component, retryable=True)
        case OSError() if error.errno in _FULL:
            text = "the disk is full"
            return WorkError("disk", "disk-full", text, component=component, retryable=True)
        case OSError():
            return WorkError("machine", "os-error", str(error), component=component, retryable=True)
    text = f"the driver has a defect: {type(error).__name__}"
    return WorkError("internal", "driver-defect", text, component=component)
