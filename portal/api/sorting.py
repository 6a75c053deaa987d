"""The order of a list: ``?sort=name,-started_at``, by what its view declares sortable."""

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Field, Model, Q
from django.utils.translation import gettext
from rest_framework.exceptions import ValidationError
from rest_framework.views import APIView

PARAMETER = "sort"
Sortable = Mapping[str, str]
"""Lookups by the names that callers use. Columns that may be null cannot be sorted by."""


@dataclass(frozen=True)
class Key:
    """One column of an order."""

    lookup: str
    descending: bool

    def turned(self) -> "Key":
        """The same the other way round."""
        return Key(self.lookup, not self.descending)

    def __str__(self) -> str:
        return f"-{self.lookup}" if self.descending else self.lookup

    def column(self, model: type[Model]) -> "Field[Any, Any]":
        """The field that the lookup ends at."""
        at: Any = model
        *way, last = self.lookup.split("__")
        for name in way:
            at = at._meta.get_field(name).related_model
        column: Field[Any, Any] = at._meta.pk if last == "pk" else at._meta.get_field(last)
        return column

    def value(self, row: Model) -> object:
        """What a row has in this column."""
        found: Any = row
        for name in self.lookup.split("__"):
            found = getattr(found, name)
        return found


def order_of(view: APIView, wanted: str | None) -> tuple[Key, ...]:
    """Return the order that a caller wants, or the view's own; the id decides between equals.

    Raises:
        ValidationError: for a name that the view does not sort by, or one named twice.
    """
    if wanted is None:
        keys = [_key(name) for name in getattr(view, "ordering", ("-pk",))]
    else:
        keys = _asked(getattr(view, "sortable", {}), wanted.split(","))
    if all(key.lookup != "pk" for key in keys):
        keys.append(Key("pk", descending=keys[-1].descending))
    return tuple(keys)


def beyond(keys: Sequence[Key], values: Sequence[object]) -> Q:
    """A condition: the row comes after the one with these values."""
    condition, equal = Q(), Q()
    for key, value in zip(keys, values, strict=True):
        side = "lt" if key.descending else "gt"
        condition |= equal & Q(**{f"{key.lookup}__{side}": value})
        equal &= Q(**{key.lookup: value})
    return condition


def _asked(sortable: Sortable, names: Sequence[str]) -> list[Key]:
    keys: list[Key] = []
    for name in names:
        key = _key(name.strip())
        lookup = sortable.get(key.lookup)
        if lookup is None:
            raise ValidationError({PARAMETER: [_nearest(key.lookup, sortable)]}, code="unknown")
        keys.append(Key(lookup, key.descending))
    if len({key.lookup for key in keys}) < len(keys):
        raise ValidationError({PARAMETER: [gettext("Name each once.")]})
    return keys


def _key(name: str) -> Key:
    return Key(name.removeprefix("-"), descending=name.startswith("-"))


def _nearest(name: str, sortable: Sortable) -> str:
    if not sortable:
        return gettext("This list has an order of its own.")
    near = difflib.get_close_matches(name[:100], sortable, n=1, cutoff=0.5)
    if near:
        return gettext("The list is not sorted by that. Did you mean %(name)s?") % {"name": near[0]}
    names = ", ".join(sortable)
    return gettext("The list is not sorted by that. It can be by: %(names)s.") % {"names": names}
