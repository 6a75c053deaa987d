"""Every address of the REST interface, read and write, for everybody."""

import pytest

from tests.integration.matrix import table_rest, table_rest_work, table_rest_writes
from tests.integration.matrix.conftest import Matrix
from tests.integration.matrix.rows import Row

pytestmark = pytest.mark.django_db


ROWS = [*table_rest.ROWS, *table_rest_writes.ROWS, *table_rest_work.ROWS]


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_everybody_gets_what_the_oracle_says(matrix: Matrix, row: Row) -> None:
    assert matrix.verdicts(row) == []
