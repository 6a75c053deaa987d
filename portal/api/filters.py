"""Filters of lists. An id that the person may not see finds nothing, like one that is not there."""

from typing import Any

import django_filters
from django import forms
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from orchestration.queries import places
from portal.api.resource import person
from rbac.access import below

_LARGEST_ID = 2**63 - 1  # of both databases; beyond it one raises and the other does not
_LONGEST_SEARCH = 120


class IdFilter(django_filters.Filter):  # type: ignore[misc]  # untyped
    """A row by the id of something it belongs to."""

    field_class = forms.IntegerField

    def filter(self, rows: QuerySet[Any], value: int | None) -> QuerySet[Any]:
        """Narrow rows to those of one thing; a number that no database holds has none."""
        if value is not None and abs(value) > _LARGEST_ID:
            return rows.none()
        narrowed: QuerySet[Any] = super().filter(rows, value)
        return narrowed


class TruthFilter(django_filters.ChoiceFilter):  # type: ignore[misc]  # untyped
    """Rows by yes or no, said as ``true`` or ``false``; anything else is refused."""

    def __init__(self, field_name: str | None = None) -> None:
        super().__init__(field_name, choices=[("true", _("yes")), ("false", _("no"))])

    def filter(self, rows: QuerySet[Any], value: str) -> QuerySet[Any]:
        """Narrow rows to those of which it is so, or is not."""
        return rows.filter(**{self.field_name: value == "true"}) if value else rows


class SearchFilter(django_filters.CharFilter):  # type: ignore[misc]  # untyped
    """Rows in which a text occurs, whatever its capitals; ``fields`` are the lookups to search."""

    def __init__(self, *fields: str) -> None:
        super().__init__(max_length=_LONGEST_SEARCH)
        self.fields = fields

    def filter(self, rows: QuerySet[Any], value: str) -> QuerySet[Any]:
        """Narrow rows to those that hold the text in one of the fields."""
        if not value:
            return rows
        anywhere = Q()
        for name in self.fields:
            anywhere |= Q(**{f"{name}__icontains": value})
        return rows.filter(anywhere)


class UnderFilter(django_filters.Filter):  # type: ignore[misc]  # untyped
    """Rows at or below a place; ``field_name`` leads from a row to its place's path."""

    field_class = forms.IntegerField

    def filter(self, rows: QuerySet[Any], value: int | None) -> QuerySet[Any]:
        """Narrow rows to a place that the person may see."""
        if value is None:
            return rows
        if abs(value) > _LARGEST_ID:
            return rows.none()
        place = places.nodes(person(self.parent.request.user)).filter(pk=value).first()
        return rows.none() if place is None else rows.filter(below([place.path], self.field_name))
