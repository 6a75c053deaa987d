"""Sheets on the admin site; those of REST stand in table_rest_beside."""

from collections.abc import Iterator

from tests.integration.matrix.rows import Row, anywhere, get, with_method
from tests.integration.matrix.table_admin import DOOR

USES = (
    "edit_hierarchy", "edit_targets", "edit_it_values", "edit_ot_values", "view_hierarchy",
    "view_values",
)  # fmt: skip


def _pages() -> Iterator[Row]:
    for route, query in (("bulk/", {}), ("bulk/export/", {"kind": "sites", "type": "csv"})):
        page = get(f"admin/{route}", DOOR, anywhere(*USES), query=query)
        yield page
        yield with_method("POST", page)


ROWS: list[Row] = list(_pages())
