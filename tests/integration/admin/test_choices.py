"""What forms of the admin site offer to choose from."""

import pytest

from orchestration.models import Node
from orchestration.services import places
from portal.admin.forms import PlaceChoice, time_zones
from tests.integration.conftest import Company

pytestmark = pytest.mark.django_db


def test_places_stand_in_the_order_of_their_names(company: Company) -> None:
    factory = company.factories["alpha"]
    for number in (10, 9, 2):
        places.create_site(company.root_user, factory.parent, f"works-{number}")
    rows = Node.objects.filter(name__startswith="works-")
    labels = [label.strip().split(" ")[0] for _pk, label in PlaceChoice(rows).choices]
    assert labels[1:] == ["works-2", "works-9", "works-10"]


def test_zones_of_the_machine_itself_are_not_offered() -> None:
    zones = {value for value, _label in time_zones()}
    assert {"", "Europe/Berlin", "UTC"} < zones
    assert not zones & {"localtime", "Factory"}
