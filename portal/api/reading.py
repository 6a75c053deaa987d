"""How every list is read: sorted, filtered, in part, by pages, or all of it as a file."""

from typing import Any, ClassVar

from rest_framework.mixins import ListModelMixin
from rest_framework.renderers import BaseRenderer, JSONRenderer
from rest_framework.request import Request

from portal.api import exports, selecting
from portal.api.sorting import PARAMETER as SORT
from portal.api.sorting import Sortable, order_of


class Listed(ListModelMixin):
    """A list. ``sortable`` names what it can be sorted by beside its own order."""

    sortable: ClassVar[Sortable] = {"id": "pk"}

    def get_renderers(self: Any) -> list[BaseRenderer]:
        """Offer files of lists beside JSON."""
        offered: list[BaseRenderer] = super().get_renderers()  # type: ignore[misc]
        if self.action == "list":
            offered += [kind() for kind in exports.FILES]
        return offered

    def list(self: Any, request: Request, *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401
        """Answer with a page, or with a file of all of it."""
        known = self.get_serializer().fields
        wanted = selecting.chosen(request.query_params.get(selecting.PARAMETER), known)
        kind = type(request.accepted_renderer)
        if kind in exports.FILES:
            return _file(self, kind, wanted)
        response = super().list(request, *args, **kwargs)
        if wanted is not None:
            response.data["results"] = selecting.part_of(response.data["results"], wanted)
        return response


def _file(view: Any, kind: type[JSONRenderer], wanted: selecting.Chosen | None) -> Any:  # noqa: ANN401
    def show(rows: list[Any]) -> Any:  # noqa: ANN401  JSON
        return selecting.part_of(view.get_serializer(rows, many=True).data, wanted or {})

    rows = view.filter_queryset(view.get_queryset())
    keys = order_of(view, view.request.query_params.get(SORT))
    columns = exports.columns_of(view.get_serializer(), wanted)
    return exports.file_of(exports.batches(rows, keys, show), columns, kind, view.basename)
