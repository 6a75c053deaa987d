"""The benchmark of publishing runs at a small size, so that it cannot rot."""

import pytest

from orchestration.models import Event, SolutionVersion
from tests.bench.plant import plant
from tests.bench.publish import measure

SIZE = 20


@pytest.mark.django_db
def test_the_fleet_is_published_in_every_round() -> None:
    measured = measure(plant(SIZE), rounds=2)
    assert (measured.size, len(measured.seconds), len(measured.cpu)) == (SIZE, 2, 2)
    assert SolutionVersion.objects.count() == 2 * SIZE
    assert Event.objects.filter(kind="revision.published").count() == 2 * SIZE
