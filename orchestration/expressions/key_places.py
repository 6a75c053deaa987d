"""Where the keys of a document stand, for errors that know a key and no line."""

from collections.abc import Iterator
from dataclasses import dataclass

import yaml
from yaml import events

from orchestration.expressions.limits import DEFAULT_LIMITS

KeyPath = tuple[str | int, ...]
_MOST_KEYS = 20_000


@dataclass(slots=True)
class _Open:
    """A map or list that has begun: the key that is written now, or the number of the element."""

    is_map: bool
    key: str | None = None
    number: int = -1

    def step(self) -> str | int:
        return self.number if self.key is None else self.key


def key_places(text: str) -> dict[KeyPath, tuple[int, int]]:
    """Give line and column, counted from 1, of every key and list element of a YAML text.

    Ends where the text cannot be read any further, or is larger than a document may be: what is
    wrong with it says whoever loads it.
    """
    found: dict[KeyPath, tuple[int, int]] = {}
    if len(text) > DEFAULT_LIMITS.document_bytes:
        return found
    try:
        for path, event in _steps(text.removeprefix("\ufeff")):
            mark = event.start_mark
            if mark is not None:
                found.setdefault(path, (mark.line + 1, mark.column + 1))
            if len(found) >= _MOST_KEYS:
                break
    except yaml.YAMLError:
        pass  # the places found until here are right
    return found


def _steps(text: str) -> Iterator[tuple[KeyPath, events.Event]]:
    """Give each key and each element of a list, with the path that leads to it."""
    stack: list[_Open] = []
    for event in yaml.parse(text, Loader=yaml.CSafeLoader):
        if isinstance(event, events.CollectionEndEvent):
            stack.pop()
            _leave(stack)
        elif isinstance(
            event, events.CollectionStartEvent | events.ScalarEvent | events.AliasEvent
        ):
            yield from _enter(stack, event)
            if isinstance(event, events.CollectionStartEvent):
                stack.append(_Open(isinstance(event, events.MappingStartEvent)))
                if len(stack) > DEFAULT_LIMITS.document_depth:
                    return


def _enter(stack: list[_Open], event: events.Event) -> Iterator[tuple[KeyPath, events.Event]]:
    if not stack:
        return
    at = stack[-1]
    if not at.is_map:
        at.number += 1
        yield tuple(one.step() for one in stack), event
    elif at.key is None:
        at.key = event.value if isinstance(event, events.ScalarEvent) else ""
        yield tuple(one.step() for one in stack), event
    elif not isinstance(event, events.CollectionStartEvent):
        at.key = None  # the value of the key


def _leave(stack: list[_Open]) -> None:
    if stack and stack[-1].is_map:
        stack[-1].key = None
