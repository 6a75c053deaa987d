"""Pages of long lists: ``?limit=``, and ``next`` and ``previous`` to follow."""

from typing import Any

from django.db.models import QuerySet
from rest_framework.pagination import CursorPagination
from rest_framework.request import Request
from rest_framework.views import APIView


class Pages(CursorPagination):
    """By cursor: a page costs the same anywhere in the list, and nothing moves meanwhile."""

    page_size = 50
    page_size_query_param = "limit"
    page_size_query_description = "Most results of a page, 500 at most."
    max_page_size = 500

    def get_ordering(
        self, request: Request, queryset: QuerySet[Any], view: APIView
    ) -> tuple[str, ...]:
        """Return the order of the view: newest first where it names none."""
        return tuple(getattr(view, "ordering", ("-pk",)))
