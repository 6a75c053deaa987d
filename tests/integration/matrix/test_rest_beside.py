"""REST beside the main flow, and one's own account, for everybody."""

import pytest

from tests.integration.matrix import table_account, table_rest_beside
from tests.integration.matrix.conftest import Matrix
from tests.integration.matrix.rows import Row

pytestmark = pytest.mark.django_db
ROWS = [*table_rest_beside.ROWS, *table_account.ROWS]


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_everybody_gets_what_the_oracle_says(matrix: Matrix, row: Row) -> None:
    assert matrix.verdicts(row) == []
