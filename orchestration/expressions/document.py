"""Strict YAML (and so JSON): plain data or one clear error, within limits.

Built from libyaml's events rather than by a loader, so that nothing recurses and no tag can make
an object. What PyYAML would read by YAML 1.1 is read by YAML 1.2: `no` is text, `017` is 17.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Never

import yaml
from yaml import events
from yaml.reader import ReaderError

from orchestration.expressions.errors import Fault
from orchestration.expressions.limits import DEFAULT_LIMITS, Limits
from orchestration.expressions.scalars import PlacedText, key_text, scalar_value
from orchestration.expressions.values import Value

_BOMS = (b"\xff\xfe", b"\xfe\xff")


class DocumentError(Exception):
    """A document that cannot be read: where (counted from 1), a stable code, and why."""

    def __init__(self, name: str, code: str, message: str, line: int = 0, column: int = 0) -> None:
        place = f", line {line}, column {column}" if line else ""
        super().__init__(f"{name}{place}: {message}")
        self.name = name
        self.code = code
        self.message = message
        self.line = line
        self.column = column


def load_yaml(
    text: str | bytes, *, name: str = "document", limits: Limits = DEFAULT_LIMITS
) -> Value:
    """Read one YAML or JSON document into plain data.

    Text that holds `${{` comes back as PlacedText, a str that knows its place in the file.

    Raises:
        DocumentError: not YAML, more than the limits allow, or something YAML has and JSON has
            not: two documents, tags, merge keys, keys that are not text, NaN.
    """
    source = _decoded(text, name, limits)
    builder = _Builder(name, source.splitlines(), limits)
    try:
        for event in yaml.parse(source, Loader=yaml.CSafeLoader):
            builder.take(event)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (0, 0)
        raise DocumentError(name, "syntax", _explain(error, builder.lines), line, column) from None
    except ReaderError as error:
        position = source.find(chr(error.character))  # the reader itself counts bytes
        raise _unreadable(name, source, max(position, 0)) from None
    if not builder.documents:
        raise DocumentError(name, "empty", "the document is empty")
    return builder.root


def _decoded(text: str | bytes, name: str, limits: Limits) -> str:
    if len(text) > limits.document_bytes:
        message = f"the document is larger than {limits.document_bytes} bytes"
        raise DocumentError(name, "too-large", message)
    if isinstance(text, str):
        _check_text(text, name, limits)
        return text.removeprefix("\ufeff")
    if text.startswith(_BOMS) or text[1:2] == b"\0":
        raise DocumentError(name, "encoding", "the document is UTF-16 or UTF-32; save it as UTF-8")
    try:
        return text.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = text.count(b"\n", 0, error.start) + 1
        message = "the document is not UTF-8"
        raise DocumentError(name, "encoding", message, line, 1) from None


def _check_text(text: str, name: str, limits: Limits) -> None:
    try:
        size = len(text) if text.isascii() else len(text.encode())
    except UnicodeEncodeError as error:
        raise _unreadable(name, text, error.start) from None
    if size > limits.document_bytes:
        message = f"the document is larger than {limits.document_bytes} bytes"
        raise DocumentError(name, "too-large", message)


def _unreadable(name: str, text: str, position: int) -> DocumentError:
    """Say which character of a text cannot stand in a document, and where."""
    before = text[:position]
    line, column = before.count("\n") + 1, position - before.rfind("\n")
    message = f"the character U+{ord(text[position]):04X} cannot stand in a document"
    return DocumentError(name, "characters", message, line, column)


def _explain(error: yaml.MarkedYAMLError, lines: list[str]) -> str:
    mark = error.problem_mark
    if mark and mark.line < len(lines):
        before = lines[mark.line][: mark.column + 1]
        if "\t" in before and not before.strip():
            return "a tab is used to indent; YAML takes only spaces"
    return " ".join(filter(None, (error.problem, error.context))) or "not YAML"


@dataclass(slots=True)
class _Open:
    """A map or list that has begun: what it holds so far, and what it weighs."""

    value: dict[str, Value] | list[Value]
    anchor: str | None
    key: str | None = None
    aliases: int = 0
    weight: int = 1


@dataclass(slots=True)
class _Anchored:
    value: Value
    aliases: int
    weight: int


@dataclass(slots=True)
class _Builder:
    """Puts events together; keeps its own stack, so depth costs no recursion."""

    name: str
    lines: list[str]
    limits: Limits
    root: Value = None
    documents: int = 0
    _stack: list[_Open] = field(default_factory=list)
    _anchors: dict[str, _Anchored | None] = field(default_factory=dict)

    def take(self, event: events.Event) -> None:
        """Add one event."""
        if isinstance(event, events.ScalarEvent):
            self._scalar(event)
        elif isinstance(event, events.CollectionStartEvent):
            self._open(event)
        elif isinstance(event, events.CollectionEndEvent):
            self._close(event)
        elif isinstance(event, events.AliasEvent):
            self._alias(event)
        elif isinstance(event, events.DocumentStartEvent):
            self.documents += 1
            if self.documents > 1:
                self._refuse(event, "documents", "a file holds one document, without --- inside")

    def _scalar(self, event: events.ScalarEvent) -> None:
        place = self._stack[-1] if self._stack else None
        try:
            if place is not None and isinstance(place.value, dict) and place.key is None:
                self._key(place, event)
                return
            value = scalar_value(event)
        except Fault as fault:
            self._refuse(event, "scalar", fault.message)
        if "\0" in event.value:
            self._refuse(event, "characters", "a text holds the character NUL")
        if isinstance(value, str) and "${{" in value:
            value = PlacedText.found(value, self._occurrences(event))
        self._add(event, value, 0, 1 + len(event.value), event.anchor)

    def _key(self, place: _Open, event: events.ScalarEvent) -> None:
        if event.anchor is not None:
            self._refuse(event, "key", "a key cannot be an anchor")
        key = key_text(event)
        if "\0" in key:
            self._refuse(event, "characters", "a key holds the character NUL")
        if key in place.value:
            self._refuse(event, "duplicate-key", f"the key '{key[:80]}' stands here twice")
        if "${{" in key:
            key = PlacedText.found(key, self._occurrences(event))
        place.key = key
        place.weight += len(key)

    def _open(self, event: events.CollectionStartEvent) -> None:
        self._refuse_key(event)
        if event.tag not in {None, "!", "tag:yaml.org,2002:map", "tag:yaml.org,2002:seq"}:
            self._refuse(event, "tag", f"the tag {event.tag} is not known here")
        if len(self._stack) >= self.limits.document_depth:
            depth = self.limits.document_depth
            self._refuse(event, "too-deep", f"maps and lists go deeper than {depth} levels")
        is_map = isinstance(event, events.MappingStartEvent)
        if event.anchor is not None:
            self._anchors[event.anchor] = None
        self._stack.append(_Open({} if is_map else [], event.anchor))

    def _close(self, event: events.CollectionEndEvent) -> None:
        done = self._stack.pop()
        self._add(event, done.value, done.aliases, done.weight, done.anchor)

    def _alias(self, event: events.AliasEvent) -> None:
        self._refuse_key(event)
        known = self._anchors.get(event.anchor or "")
        if known is None:
            self._refuse(event, "alias", f"*{event.anchor} refers to nothing that is complete")
        self._add(event, known.value, known.aliases + 1, known.weight, None)

    def _add(
        self, event: events.Event, value: Value, aliases: int, weight: int, anchor: str | None
    ) -> None:
        if anchor is not None:
            self._anchors[anchor] = _Anchored(value, aliases, weight)
        if not self._stack:
            self.root = value
            return
        place = self._stack[-1]
        place.aliases += aliases
        place.weight += weight
        if place.aliases > self.limits.alias_expansions:
            most = self.limits.alias_expansions
            self._refuse(event, "aliases", f"aliases expand to more than {most} copies")
        if place.weight > 2 * self.limits.document_bytes:
            self._refuse(event, "too-large", "aliases make the document too large")
        if isinstance(place.value, list):
            place.value.append(value)
        elif place.key is not None:
            place.value[place.key], place.key = value, None

    def _refuse_key(self, event: events.Event) -> None:
        place = self._stack[-1] if self._stack else None
        if place is not None and isinstance(place.value, dict) and place.key is None:
            self._refuse(event, "key", "a key must be text")

    def _occurrences(self, event: events.ScalarEvent) -> Iterator[tuple[int, int]]:
        """Find each `${{` between the marks of a scalar: line and column, counted from 1."""
        first, last = event.start_mark, event.end_mark
        if first is None or last is None:
            return
        for row in range(first.line, min(last.line + 1, len(self.lines))):
            line = self.lines[row]
            column = first.column if row == first.line else 0
            while (column := line.find("${{", column)) >= 0:
                if row == last.line and column >= last.column:
                    return
                yield row + 1, column + 1
                column += 3

    def _refuse(self, event: events.Event, code: str, message: str) -> Never:
        mark = event.start_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (0, 0)
        raise DocumentError(self.name, code, message, line, column)
