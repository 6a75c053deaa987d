"""What a service may answer instead of doing it. Codes and parameters only.

Rights that are missing raise ``rbac.access.Denied``. Sentences for people are
made in the portal, in the reader's language.
"""

from collections.abc import Mapping, Sequence


class ServiceError(Exception):
    """Base: a code, and what a sentence about it needs."""

    def __init__(self, code: str, **params: object) -> None:
        super().__init__(code)
        self.code = code
        self.params: Mapping[str, object] = params


class Refused(ServiceError):
    """The thing is not in a state that allows this now."""


class Stale(ServiceError):
    """Somebody else was faster; nothing was changed.

    ``params`` holds what a page needs to show both sides.
    """


class Invalid(ServiceError):
    """The input cannot be used. ``problems`` says where and why, all at once.

    Each problem is a mapping with ``code`` and ``message`` and, where known,
    ``key``, ``file``, ``line``, ``column``, ``hint``, ``given``, ``accepted``.
    """

    def __init__(
        self, code: str, problems: Sequence[Mapping[str, object]] = (), **params: object
    ) -> None:
        super().__init__(code, **params)
        self.problems = list(problems)
