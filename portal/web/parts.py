"""What pages hand to components: small frozen things with the names the templates read."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from django.utils.functional import Promise

Text = str | Promise


@dataclass(frozen=True)
class Tile:
    """A count per state that is also a filter (components/tiles.html)."""

    label: Text
    count: int
    severity: str
    url: str
    current: bool = False


@dataclass(frozen=True)
class Column:
    """A column of a table (components/table_head.html).

    ``sort`` is the name in ``?sort=``; empty where the rows cannot be sorted by it. ``hidden``
    keeps the label for screen readers only.
    """

    label: Text
    sort: str = ""
    number: bool = False
    hidden: bool = False

    def direction(self, sort: str | None) -> Literal["ascending", "descending", "none"]:
        """Tell how the sort in force (``name`` or ``-name``) orders this column."""
        if not sort or sort.removeprefix("-") != self.sort:
            return "none"
        return "descending" if sort.startswith("-") else "ascending"

    def next_sort(self, sort: str | None) -> str:
        """Return the sort that a click on the head asks for."""
        return f"-{self.sort}" if self.direction(sort) == "ascending" else self.sort


@dataclass(frozen=True)
class Tab:
    """One of several views with addresses of their own (components/tabs.html)."""

    label: Text
    url: str
    current: bool = False
    count: int | None = None


@dataclass(frozen=True)
class Choice:
    """One line to choose (components/choices.html); ``off`` says why it cannot be chosen."""

    value: str | int
    label: Text
    note: Text = ""
    chosen: bool = False
    off: Text = ""


@dataclass(frozen=True)
class Inherited:
    """The value a field has when it is not set here.

    ``shown`` is the value as text, ``origin`` the place ("Factory Chicago"), ``note`` who and when.
    """

    shown: str
    origin: str
    note: str = ""


@dataclass(frozen=True)
class Field:
    """One value of a form (components/field.html).

    ``kind`` chooses the control: line, number, boolean, or text for several lines; ``choices``
    make a list of it. ``read_only`` is the reason why it cannot be changed here. ``understood``
    says how a number was taken. ``overridden`` says that the value was set here although one is
    inherited.
    """

    name: str
    label: Text
    kind: Literal["line", "number", "boolean", "text"] = "line"
    value: object = None
    help: Text = ""
    unit: str = ""
    placeholder: str = ""
    choices: Sequence[tuple[str, Text]] = ()
    required: bool = False
    read_only: Text = ""
    secret: bool = False
    whole: bool = False
    short: bool = False
    errors: Sequence[Text] = ()
    understood: Text = ""
    inherited: Inherited | None = None
    overridden: bool = False
    prefix: str = "f"

    @property
    def id(self) -> str:
        """Identifier of the control on the page; dots and brackets would be selectors."""
        return self.prefix + "-" + "".join(c if c.isalnum() else "-" for c in self.name)
