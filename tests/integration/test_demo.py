"""The demo company starts whole: every revision is published, with the values that lines share."""

import pytest

from demo import company, seed
from orchestration.models import Event, SolutionVersion
from orchestration.resolution import origins


@pytest.mark.django_db
def test_every_line_gets_what_the_plants_share() -> None:
    seed.seed(9100)
    rows = SolutionVersion.objects.filter(instance__template__node__name="line-dashboard")
    assert rows.count() == sum(len(plan.lines) for plan in company.FACTORIES)
    for revision in rows:
        assert revision.configuration["Broker"] == company.SHARED_VALUES["Broker"]
        assert revision.configuration["Support"] == company.SHARED_VALUES["SupportPhone"]
        found = origins(revision.provenance)
        assert (found["Broker"].name, found["Broker"].template) == ("North", "plant-common/1.0.0")


@pytest.mark.django_db
def test_the_event_log_knows_the_administrator_by_one_name() -> None:
    seed.seed(9100)
    assert set(Event.objects.values_list("actor", flat=True)) == {"Ada Admin"}
