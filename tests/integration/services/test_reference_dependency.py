"""The files of a shared application and its dependent, unchanged, from import to the site."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from orchestration.models import SolutionTemplateVersion
from orchestration.services import importing
from tests.integration.services.sharing import Sharing

OWN = Path(__file__).resolve().parents[2] / "data" / "shared"
# Real files of users of another product; they stay outside, and are read where they are.
REAL = Path(__file__).resolve().parents[4] / "shared" / "examples" / "shared-dependencies"


@dataclass(frozen=True)
class Pair:
    """A dependent and the shared application it puts ``section`` into, at ``array``."""

    folder: Path
    dependent: str
    shared: str
    shared_name: str
    section: str
    array: str
    values: dict[str, Any]
    shared_values: dict[str, Any]
    names: str = "{0}-schema.yaml {0}-template.yaml {0}-specification.json"


TWIN = Pair(
    OWN,
    "sender",
    "collector",
    "collector",
    "Sender",
    "Senders",
    {"SiteName": "Alpha", "WindowShift": 3, "ReleaseName": "sender"},
    {"BrokerPort": 1883, "ReleaseName": "collector"},
)
PRODUCT = Pair(
    REAL,
    "fsad",
    "ssa",
    "ssa-redmond",
    "DependencyConfig",
    "DependencyConfigs",
    {
        "SiteName": "Redmond",
        "LineName": "Line-1",
        "LogLevel": "info",
        "TimeWindowShift": 3,
        "DeploymentName": "fsad",
    },
    {
        "PrometheusPort": "9090",
        "AiMqBrokerAddress": "broker.plant.example",
        "AiMqBrokerPort": 1883,
        "DeploymentName": "ssa",
    },
    "{0}-schema.yaml {0}-config-template.yaml {0}-specs.json",
)
PAIRS = [pytest.param(TWIN, id="own")]
if REAL.exists():
    PAIRS.append(pytest.param(PRODUCT, id="real"))


def imported(sharing: Sharing, pair: Pair, prefix: str, name: str) -> SolutionTemplateVersion:
    schema, template, specification = (
        (pair.folder / file).read_text("utf-8") for file in pair.names.format(prefix).split()
    )
    files = importing.Files(schema, template, specification, name=name, version="1.0.0")
    made = importing.load(sharing.company.root_user, sharing.company.context, files)
    assert made.solution is not None
    return made.solution


@pytest.fixture
def sharing(sharing: Sharing) -> Sharing:
    """Without the solutions of other tests, whose names are taken here."""
    for version in (sharing.sender, sharing.collector):
        node = version.template.node
        version.template.delete()
        node.delete()
    return sharing


@pytest.mark.parametrize("pair", PAIRS)
def test_the_section_of_a_line_reaches_the_shared_application(sharing: Sharing, pair: Pair) -> None:
    shared = imported(sharing, pair, pair.shared, pair.shared_name)
    dependent = imported(sharing, pair, pair.dependent, pair.dependent)
    sharing.run(sharing.publish(shared, sharing.hub, pair.shared_values))
    line = sharing.company.lines["alpha-1"]
    copy = sharing.run(sharing.publish(dependent, line, pair.values))
    current = sharing.hub_copy.current
    assert current is not None
    assert current.configuration == {**pair.shared_values, pair.array: [pair.values]}
    sharing.remove(copy)
    sharing.work()
    current = sharing.hub_copy.current
    assert current is not None
    assert current.configuration[pair.array] == []
