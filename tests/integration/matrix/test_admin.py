"""Every page of the admin site, read and write, for everybody."""

import pytest

from tests.integration.matrix import table_admin, table_admin_beside
from tests.integration.matrix.conftest import Matrix
from tests.integration.matrix.rows import Row

ROWS = [*table_admin.ROWS, *table_admin_beside.ROWS]
pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_everybody_gets_what_the_oracle_says(matrix: Matrix, row: Row) -> None:
    assert matrix.verdicts(row) == []
