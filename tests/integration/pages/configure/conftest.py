"""A solution with rules of every kind, and the people who set its values."""

from collections.abc import Callable

import pytest
from django.test import Client

from orchestration.models import Node, SolutionTemplateVersion
from orchestration.services import catalog, configuration, publishing
from orchestration.services.configuration import Edit
from rbac.models import User
from tests.integration.conftest import Company
from tests.integration.pages import site

SCHEMA = """
rules:
  configs:
    MaxTemp: {type: float, required: true, minValue: 20, maxValue: 120, editableBy: [OT],
              label: Highest temperature, unit: °C}
    Shift: {type: string, allowedValues: [early, late], defaultValue: early, editableBy: [OT]}
    Counter: {type: boolean, defaultValue: true, editableBy: [OT], label: Show the counter}
    Camera: {type: object, label: The camera}
    Camera.Exposure: {type: int, minValue: 1, editableBy: [OT]}
    Tags: {type: "array[string]", editableBy: [OT]}
    Note: {type: string, editableBy: [OT]}
    Port: {type: int, required: true, editableBy: [IT]}
    Password: {type: string, secret: true, editableBy: [OT]}
"""
TEMPLATE = """
schema: {name: oven, version: 1.0.0}
configs:
  Line: ${{$target(name)}}
  MaxTemp: ${{$val(MaxTemp)}}
  Shift: ${{$val(Shift)}}
  Counter: ${{$val(Counter)}}
  Exposure: ${{$default($val(Camera.Exposure), 10)}}
  Tags: ${{$val(Tags)}}
  Note: ${{$val(Note)}}
  Port: ${{$val(Port)}}
  Login: {Password: '${{$val(Password)}}', Fallback: '${{$default($val(Password), none)}}'}
"""
SPECIFICATION = {
    "components": [
        {"name": "oven", "type": "mock", "properties": {"key": "${{$property(Login.Password)}}"}}
    ]
}


@pytest.fixture
def oven(company: Company) -> SolutionTemplateVersion:
    """A solution whose lines all have a port, and 80 degrees from the region."""
    root = company.root_user
    catalog.create_schema_version(root, company.context, text=SCHEMA, name="oven", version="1.0.0")
    source = catalog.SolutionSource(
        "oven",
        "1.0.0",
        TEMPLATE,
        SPECIFICATION,
        capabilities=["soap"],
    )
    version = catalog.create_solution_version(root, company.context, source)
    edits = [Edit(Node.objects.get(name="west"), {"MaxTemp": 80}, 0)]
    edits += [
        Edit(line.node, {"Port": 9000 + i}, 0) for i, line in enumerate(company.lines.values())
    ]
    configuration.save(root, version, edits, comment="First values")
    return version


@pytest.fixture
def ana(company: Company) -> User:
    """Sets values and publishes everywhere."""
    company.person("ana", "configuration-author")
    return company.person("ana", "solution-viewer")


@pytest.fixture
def mia(company: Company) -> User:
    """The same at factory beta only."""
    company.person("mia", "configuration-author", company.factories["beta"])
    return company.person("mia", "solution-viewer")


@pytest.fixture
def publish(
    company: Company, oven: SolutionTemplateVersion
) -> Callable[..., list[publishing.Published]]:
    """Publishes the oven for lines by name."""

    def lines(*names: str) -> list[publishing.Published]:
        made = publishing.publish(company.root_user, oven, [company.lines[n] for n in names])
        assert all(one.revision for one in made)
        return made

    return lines


@pytest.fixture
def author(ana: User, client: Client) -> Client:
    """A browser in which ana is signed in."""
    return site.signed_in(client, ana)
