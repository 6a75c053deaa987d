"""The benchmark of rights compares what it says it compares; times are its own matter."""

import pytest

from tests.bench.rights import GRANTS, measure

pytestmark = pytest.mark.django_db


def test_every_list_is_the_same_by_other_means_and_costs_few_queries() -> None:
    found = measure(400, 1)
    assert [(one.at, one.grants) for one in found] == [
        ("the whole plant", GRANTS[0]),
        *((what, count) for count in GRANTS[1:] for what in ("factories", "lines")),
    ]
    assert found[0].seen == 400
    assert all(one.more_queries <= 2 for one in found)
    assert all(len(one.ours) == len(one.guardian) == len(one.without) == 1 for one in found)
