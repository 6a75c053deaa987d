"""All rows of the matrix."""

from tests.integration.matrix import (
    table_account,
    table_admin,
    table_admin_beside,
    table_pages,
    table_rest,
    table_rest_beside,
    table_rest_work,
    table_rest_writes,
    table_sheets,
)
from tests.integration.matrix.rows import Row

# Asked for elsewhere: what agents call needs keys and sessions of theirs, see test_agents.
ELSEWHERE = ("api/agent/v1/",)
# Whatever is at no address: see test_routes.
NOWHERE = ("api/v1/^(?P<rest>.*/|)$", "admin/(?P<url>.*)$")

ROWS: list[Row] = [
    *table_rest.ROWS,
    *table_rest_writes.ROWS,
    *table_rest_work.ROWS,
    *table_rest_beside.ROWS,
    *table_pages.ROWS,
    *table_account.ROWS,
    *table_admin.ROWS,
    *table_admin_beside.ROWS,
    *table_sheets.ROWS,
]
