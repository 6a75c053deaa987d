"""Pages of long lists: ``?limit=``, and ``next`` and ``previous`` to follow."""

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext
from rest_framework.exceptions import ValidationError
from rest_framework.pagination import CursorPagination
from rest_framework.request import Request
from rest_framework.views import APIView


class Pages(CursorPagination):
    """By cursor: a page costs the same anywhere in the list, and nothing moves meanwhile."""

    page_size = 50
    page_size_query_param = "limit"
    page_size_query_description = "Most results of a page, 500 at most."
    max_page_size = 500

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
        """Describe the parameters, with the bounds of a page."""
        described: list[dict[str, Any]] = super().get_schema_operation_parameters(view)
        for parameter in described:
            if parameter["name"] == self.page_size_query_param:
                parameter["schema"] = {
                    "type": "integer",
                    "minimum": 1,
                    "maximum": self.max_page_size,
                    "default": self.page_size,
                }
        return described

    def get_ordering(
        self, request: Request, queryset: QuerySet[Any], view: APIView
    ) -> tuple[str, ...]:
        """Return the order of the view: newest first where it names none."""
        return tuple(getattr(view, "ordering", ("-pk",)))
