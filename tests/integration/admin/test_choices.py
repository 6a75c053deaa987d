"""What forms of the admin site offer to choose from."""

import re

import pytest

from orchestration.models import Node
from orchestration.services import places
from portal.admin.forms import PlaceChoice, time_zones
from tests.integration.conftest import Company

pytestmark = pytest.mark.django_db


def test_places_stand_in_the_order_of_their_names(company: Company) -> None:
    city = company.factories["alpha"].parent
    assert city is not None
    for number in (10, 9, 2):
        places.create_site(company.root_user, city, f"works-{number}")
    rows = Node.objects.filter(name__startswith="works-")
    offered = str(PlaceChoice(rows).widget.render("place", None))
    assert re.findall(r"works-\d+", offered) == ["works-2", "works-9", "works-10"]


def test_zones_of_the_machine_itself_are_not_offered() -> None:
    zones = {value for value, _label in time_zones()}
    assert {"", "Europe/Berlin", "UTC"} < zones
    assert not zones & {"localtime", "Factory"}
