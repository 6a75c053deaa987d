"""The name that was probably meant."""

import difflib
from collections.abc import Iterable

_LONGEST = 100  # characters of a name that is compared
_COMPARISONS = 20_000  # for all names together; a text of a megabyte may hold thousands


class Nearest:
    """Finds a near name among others, until that has cost enough: a hint is not worth a stall."""

    def __init__(self, names: Iterable[str]) -> None:
        self._names = [name for name in names if len(name) <= _LONGEST]
        self._left = _COMPARISONS

    def to(self, name: str) -> str:
        """Give the nearest name; empty when none is near, or when no more are looked for."""
        self._left -= len(self._names)
        if self._left < 0 or len(name) > _LONGEST:
            return ""
        return next(iter(difflib.get_close_matches(name, self._names, n=1)), "")
