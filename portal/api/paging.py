"""Pages of long lists: ``?limit=``, and ``next`` and ``previous`` to follow.

A cursor says after which row the page begins, by that row's own values. So a page costs the same
anywhere in the list, however many rows are equal in what it is sorted by, and nothing moves
meanwhile.
"""

import base64
import binascii
import json
from collections.abc import Sequence
from typing import Any

from django.core.exceptions import ValidationError as Malformed
from django.db.models import Model, QuerySet
from django.utils.translation import gettext
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.pagination import CursorPagination
from rest_framework.request import Request
from rest_framework.utils.urls import remove_query_param, replace_query_param
from rest_framework.views import APIView

from portal.api import exports, selecting
from portal.api.sorting import PARAMETER, Key, beyond, order_of

_FORWARDS, _BACKWARDS = "after", "before"


class Pages(CursorPagination):
    """One page, and the ways to the next and the one before."""

    page_size = 50
    page_size_query_param = "limit"
    page_size_query_description = "Most results of a page, 500 at most."
    max_page_size = 500

    def paginate_queryset(  # type: ignore[override]  # never a plain list
        self, queryset: QuerySet[Any], request: Request, view: APIView | None = None
    ) -> list[Any]:
        """Return the rows of one page; raises ValidationError and, for a cursor, NotFound."""
        self.request, self.size = request, self.get_page_size(request)
        keys = order_of(view, request.query_params.get(PARAMETER)) if view else ()
        direction, values = self._cursor(queryset.model, keys)
        backwards = direction == _BACKWARDS
        if backwards:
            keys = tuple(key.turned() for key in keys)
        rows = queryset.order_by(*map(str, keys))
        found = list((rows.filter(beyond(keys, values)) if values else rows)[: self.size + 1])
        more, found = len(found) > self.size, found[: self.size]
        if backwards:
            found.reverse()
        self._before = found[0] if found and (more if backwards else values) else None
        self._after = found[-1] if found and (backwards or more) else None
        self.keys = tuple(key.turned() for key in keys) if backwards else keys
        return found

    def get_next_link(self) -> str | None:
        """The address of the rows after these."""
        return self._link(_FORWARDS, self._after)

    def get_previous_link(self) -> str | None:
        """The address of the rows before these."""
        return self._link(_BACKWARDS, self._before)

    def get_page_size(self, request: Request) -> int:
        """Return how many results a page holds; raises ValidationError."""
        wanted = request.query_params.get(self.page_size_query_param)
        if wanted is None:
            return self.page_size
        if not (wanted.isascii() and wanted.isdecimal() and 0 < int(wanted) <= self.max_page_size):
            said = gettext("Give a whole number from 1 to %(most)s.") % {"most": self.max_page_size}
            raise ValidationError({self.page_size_query_param: [said]})
        return int(wanted)

    def get_schema_operation_parameters(self, view: APIView) -> list[dict[str, Any]]:
        """Describe the parameters, with the bounds of a page and what can be sorted by."""
        described: list[dict[str, Any]] = super().get_schema_operation_parameters(view)
        for parameter in described:
            if parameter["name"] == self.page_size_query_param:
                parameter["schema"] = {
                    "type": "integer",
                    "minimum": 1,
                    "maximum": self.max_page_size,
                    "default": self.page_size,
                }
        return [*described, *_describe_reading(view)]

    def _cursor(self, model: type[Model], keys: Sequence[Key]) -> tuple[str, list[Any]]:
        given = self.request.query_params.get(self.cursor_query_param)
        if given is None:
            return _FORWARDS, []
        try:
            direction, names, *values = json.loads(base64.urlsafe_b64decode(given.encode("ascii")))
            if direction not in {_FORWARDS, _BACKWARDS} or names != [str(key) for key in keys]:
                raise NotFound(self.invalid_cursor_message)
            columns = [key.column(model) for key in keys]
            return direction, [
                column.to_python(value) for column, value in zip(columns, values, strict=True)
            ]
        except (ValueError, TypeError, binascii.Error, RecursionError, Malformed) as error:
            raise NotFound(self.invalid_cursor_message) from error

    def _link(self, direction: str, row: Model | None) -> str | None:
        if row is None:
            return None
        fields = [key.column(type(row)) for key in self.keys]
        values = [
            field.get_prep_value(key.value(row))
            for key, field in zip(self.keys, fields, strict=True)
        ]
        text = json.dumps([direction, [str(key) for key in self.keys], *values], default=str)
        cursor = base64.urlsafe_b64encode(text.encode()).decode("ascii")
        bare = remove_query_param(self.request.build_absolute_uri(), self.cursor_query_param)
        return replace_query_param(bare, self.cursor_query_param, cursor)


def _describe_reading(view: APIView) -> list[dict[str, Any]]:
    names = sorted(getattr(view, "sortable", {}))
    if not names:
        return []
    either = "|".join(names)
    return [
        _described(
            PARAMETER,
            f"Sort by {', '.join(names)}; several with commas, `-` for downwards.",
            {"type": "string", "pattern": f"^-?({either})(,-?({either}))*$"},
        ),
        _described(
            selecting.PARAMETER,
            "Only these fields, with commas; a part of a field after a dot: `id,node.name`.",
            {"type": "string", "minLength": 1},
        ),
        _described(
            "format",
            "`csv` or `yaml`: all rows as a file, not one page.",
            {"type": "string", "enum": ["json", *(kind.format for kind in exports.FILES)]},
        ),
    ]


def _described(name: str, said: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {"name": name, "in": "query", "required": False, "description": said, "schema": schema}
