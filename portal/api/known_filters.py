"""Which parameters a list takes; any other is refused."""

import difflib
from collections.abc import Iterable
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext
from django_filters.rest_framework import DjangoFilterBackend
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.settings import api_settings
from rest_framework.views import APIView

from portal.api import selecting, sorting
from portal.api.paging import Pages

OF_EVERY_LIST = (
    Pages.page_size_query_param,
    Pages.cursor_query_param,
    sorting.PARAMETER,
    selecting.PARAMETER,
    api_settings.URL_FORMAT_OVERRIDE,
)


class KnownFilters(DjangoFilterBackend):  # type: ignore[misc]  # untyped
    """Filters of a list. A slip of the pen is an error: it must not pass for "all there is"."""

    def filter_queryset(
        self, request: Request, queryset: QuerySet[Any], view: APIView
    ) -> QuerySet[Any]:
        """Narrow rows; raises ValidationError with every parameter that means nothing here."""
        _refuse_void(request)
        if getattr(view, "action", "") == "list":
            filterset = self.get_filterset_class(view, queryset)
            self._refuse_others(request, filterset.base_filters if filterset else ())
        narrowed: QuerySet[Any] = super().filter_queryset(request, queryset, view)
        return narrowed

    def _refuse_others(self, request: Request, filters: Iterable[str]) -> None:
        known = sorted([*filters, *OF_EVERY_LIST])
        wrong = [name for name in request.query_params if name not in known]
        if wrong:
            raise ValidationError({name: [_nearest(name, known)] for name in wrong}, code="unknown")


def _refuse_void(request: Request) -> None:
    """A filter without a value would show all there is, one given twice half of what was meant."""
    wrong = {
        name: [gettext("Give one value, or leave it out.")]
        for name, values in request.query_params.lists()
        if len(values) > 1 or not values[0].strip()
    }
    if wrong:
        raise ValidationError(wrong, code="void")


def _nearest(name: str, known: list[str]) -> str:
    near = difflib.get_close_matches(name[:100], known, n=1, cutoff=0.5)
    if near:
        return gettext("There is no such filter. Did you mean %(name)s?") % {"name": near[0]}
    return gettext("There is no such filter. There are: %(names)s.") % {"names": ", ".join(known)}
