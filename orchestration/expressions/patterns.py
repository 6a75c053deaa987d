"""Patterns in RE2: linear time, so no pattern of an author can hang a server."""

from collections.abc import Callable
from functools import lru_cache
from typing import Protocol

import re2

from orchestration.expressions.errors import wrong_type

_OPTIONS = re2.Options()
_OPTIONS.log_errors = False


class _Pattern(Protocol):
    def fullmatch(self, text: str) -> object | None:
        """Match the whole text."""

    def search(self, text: str) -> object | None:
        """Find the first match."""


@lru_cache(maxsize=1024)
def compile_pattern(pattern: str) -> _Pattern:
    """Compile a pattern; what RE2 does not take raises Fault of kind `type`."""
    try:
        return re2.compile(pattern, _OPTIONS)  # type: ignore[no-any-return]
    except (re2.error, UnicodeError) as error:
        reason = (
            error.args[0].decode(errors="replace")
            if error.args and isinstance(error.args[0], bytes)
            else error
        )
        raise wrong_type(
            f"'{pattern[:60]}' is not a pattern: {reason}", "patterns are RE2"
        ) from None


def full_match(pattern: str, text: str) -> bool:
    """Say whether the whole text matches, from its first to its last character."""
    return matcher(pattern)(text)


def matcher(pattern: str, *, whole: bool = True) -> Callable[[str], bool]:
    """Make the test whether a text matches; without `whole` a part of it may match.

    Half a character (a lone surrogate), which RE2 cannot read, matches nothing.
    """
    compiled = compile_pattern(pattern)
    match = compiled.fullmatch if whole else compiled.search

    def matches(text: str) -> bool:
        try:
            return match(text) is not None
        except UnicodeEncodeError:
            return False

    return matches
