"""The company of the demo, as data: places, lines, people."""

from dataclasses import dataclass

LEVELS = ["Region", "City", "Factory", "Line"]
REGION = ("north", "North")
CAPABILITIES = {
    "dashboard": "A screen at the line",
    "camera": "Cameras above the belt",
    "recorder": "Measures, and sends it to the plant's historian",
    "shared": "Runs applications for a whole factory",
}


@dataclass(frozen=True)
class Factory:
    """One factory, its city and its lines."""

    city: str
    city_title: str
    name: str
    title: str
    time_zone: str
    lines: tuple[tuple[str, str], ...]


FACTORIES = (
    Factory(
        "hamburg",
        "Hamburg",
        "elbe",
        "Elbe plant",
        "Europe/Berlin",
        (("filling-1", "Filling 1"), ("filling-2", "Filling 2"), ("filling-3", "Filling 3")),
    ),
    Factory(
        "rotterdam",
        "Rotterdam",
        "maas",
        "Maas plant",
        "Europe/Amsterdam",
        (("packing-1", "Packing 1"), ("packing-2", "Packing 2"), ("packing-3", "Packing 3")),
    ),
)
SHARED_TARGET = ("elbe-shared", "Elbe shared services")
SHARED_VALUES = {
    "Broker": "mqtt://broker.harbor.example:1883",
    "SupportPhone": "+49 40 5550100",
}
BROKEN_LINE = "packing-3"


@dataclass(frozen=True)
class Person:
    """A user of the demo and the roles they hold; ``at`` names a place or is empty for all."""

    name: str
    full_name: str
    roles: tuple[str, ...]
    at: str = ""
    staff: bool = False
    says: str = ""


PEOPLE = (
    Person("admin", "Ada Admin", ("admin",), staff=True, says="everything"),
    Person(
        "devops",
        "Devi Ops",
        ("solution-author", "onboarding-admin", "deployment-viewer"),
        staff=True,
        says="solutions, places, agents",
    ),
    Person(
        "author",
        "Ana Author",
        ("configuration-author", "solution-viewer"),
        says="fills in values, reviews, publishes",
    ),
    Person(
        "deployer",
        "Dan Deployer",
        ("deployment-manager", "configuration-viewer"),
        says="deploys, rolls back, retries",
    ),
    Person(
        "viewer",
        "Vera Viewer",
        ("deployment-viewer", "configuration-viewer"),
        says="watches",
    ),
    Person(
        "elbe",
        "Emil Elbe",
        ("configuration-author", "deployment-manager", "solution-viewer"),
        at="elbe",
        says="operator of the Elbe plant only",
    ),
    Person(
        "maas",
        "Mia Maas",
        ("configuration-author", "deployment-manager", "solution-viewer"),
        at="maas",
        says="operator of the Maas plant only",
    ),
)
