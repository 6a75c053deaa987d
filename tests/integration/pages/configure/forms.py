"""Reads a form from a page and sends it the way a browser without scripts does."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

from django.test import Client

Attributes = dict[str, str | None]


@dataclass
class Form:
    """A form: where it goes, and what it would send."""

    action: str
    fields: dict[str, list[str]] = field(default_factory=dict)
    buttons: list[tuple[str, str]] = field(default_factory=list)

    def send(self, client: Client, **changes: str | list[str] | None) -> Any:
        """Send it with some texts changed, None for what is not sent; names use __ for dots."""
        data: dict[str, Any] = dict(self.fields)
        for name, value in changes.items():
            dotted = name.replace("__", ".")
            if value is None:
                data.pop(dotted, None)
            else:
                data[dotted] = value
        return client.post(self.action, data)

    def text(self, name: str) -> str:
        """The one text of a field."""
        (text,) = self.fields[name]
        return text


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self.inside: Form | None = None
        self.select = ""
        self.area = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given: Attributes = dict(attrs)
        if tag == "form":
            self.inside = Form(given.get("action") or "")
            self.forms.append(self.inside)
        if self.inside is None or "disabled" in given:
            return
        name, value = given.get("name") or "", given.get("value") or ""
        if tag == "button" and name:
            self.inside.buttons.append((name, value))
        elif tag == "input" and name and self._counts(given):
            self.inside.fields.setdefault(name, []).append(value)
        elif tag == "textarea":
            self.area = name
            self.inside.fields[name] = [""]
        elif tag == "select":
            self.select = name
        elif tag == "option" and self.select:
            chosen = self.inside.fields.get(self.select, [value])
            self.inside.fields[self.select] = [value] if "selected" in given else chosen

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self.inside = None
        elif tag == "textarea":
            self.area = ""
        elif tag == "select":
            self.select = ""

    def handle_data(self, data: str) -> None:
        if self.inside and self.area:
            self.inside.fields[self.area][0] += data

    @staticmethod
    def _counts(given: Attributes) -> bool:
        return given.get("type") not in {"checkbox", "radio"} or "checked" in given


def forms(page: Any) -> Iterator[Form]:
    reader = _Reader()
    reader.feed(page.content.decode())
    yield from reader.forms


def form_with(page: Any, name: str) -> Form:
    """The form that sends a field of this name."""
    return next(form for form in forms(page) if name in form.fields)


def words(page: Any) -> str:
    """What can be read on a page, as one line."""
    reader = _Words()
    reader.feed(page.content.decode())
    return " ".join(" ".join(reader.parts).split())


class _Words(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.parts: list[str] = []

    def handle_data(self, data: str) -> None:
        self.parts.append(data)
