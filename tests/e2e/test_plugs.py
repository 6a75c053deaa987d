"""Pull any plug: nothing is lost, nothing runs twice, and the state told is true."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.e2e.plant import Plant, active, running_plant, until

DASHBOARDS = 6
SERVICES = DASHBOARDS + 3  # with two checks and the historian


@pytest.fixture(scope="module")
def plant(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Plant]:
    with running_plant(tmp_path_factory.mktemp("sitewright") / "plant") as running:
        yield running


def new_revisions(plant: Plant, temperature: float) -> list[dict[str, Any]]:
    """Set a value for all lines, and publish what comes of it."""
    solution = plant.call("admin", "GET", "solutions/?name=line-dashboard")["results"][0]
    versions = plant.call("admin", "GET", f"solution-versions/?solution={solution['id']}")
    region = next(
        node for node in plant.call("admin", "GET", "nodes/?limit=100")["results"]
        if node["name"] == "north"
    )  # fmt: skip
    place = f"configurations/{region['id']}/{solution['id']}/"
    sheet = plant.call("author", "GET", place)
    values = sheet["values"] | {"MaxTemperature": temperature}
    plant.call("author", "PUT", place, {"values": values, "base": sheet["base"]})
    instances = plant.call("admin", "GET", f"instances/?solution={solution['id']}&limit=100")
    targets = [instance["target"]["id"] for instance in instances["results"]]
    body = {"version": versions["results"][0]["id"], "targets": targets}
    lines = plant.call("author", "POST", "publish/", body)
    assert [line["outcome"] for line in lines] == ["published"] * DASHBOARDS
    return [line["revision"] for line in lines]


def deploy(plant: Plant, revisions: list[dict[str, Any]]) -> int:
    body = {"revisions": [revision["id"] for revision in revisions]}
    rollout: int = plant.call("deployer", "POST", "rollouts/deploy/", body)["id"]
    return rollout


def states(plant: Plant, rollout: int) -> list[str]:
    found = plant.call("deployer", "GET", f"rollouts/{rollout}/")["deployments"]
    return [deployment["state"] for deployment in found]


def assert_every_line_runs_once(plant: Plant, temperature: float) -> None:
    shown = [plant.configuration(index)["MaxTemperature"] for index in range(DASHBOARDS)]
    assert shown == [temperature] * DASHBOARDS
    assert len(plant.services()) == SERVICES


def test_the_server_dies_while_six_lines_deploy(plant: Plant) -> None:
    rollout = deploy(plant, new_revisions(plant, 66))
    plant.kill("portal")
    plant.start_portal()
    until(lambda: not active(plant))
    assert states(plant, rollout) == ["Succeeded"] * DASHBOARDS
    assert_every_line_runs_once(plant, 66)


def test_the_server_dies_in_the_middle_of_reports(plant: Plant) -> None:
    rollout = deploy(plant, new_revisions(plant, 67))
    begun = {"Staging", "Staged", "Applying", "Verifying", "Succeeded"}
    until(lambda: begun & set(states(plant, rollout)))
    plant.kill("portal")
    plant.start_portal()
    until(lambda: not active(plant))
    assert states(plant, rollout) == ["Succeeded"] * DASHBOARDS
    assert_every_line_runs_once(plant, 67)


def test_an_agent_dies_in_the_middle_of_an_apply(plant: Plant) -> None:
    before = plant.services()
    rollout = deploy(plant, new_revisions(plant, 68))
    begun = {"Staging", "Staged", "Applying", "Verifying"}
    until(lambda: begun & set(states(plant, rollout)))
    plant.kill("elbe")
    assert set(plant.services()) & set(before), "lines run on without their agent"
    plant.start_agent("elbe")
    until(lambda: not active(plant))
    assert set(states(plant, rollout)) <= {"Succeeded", "Reverted"}
    shown = {plant.configuration(index)["MaxTemperature"] for index in range(DASHBOARDS)}
    assert shown == {68} if "Reverted" not in states(plant, rollout) else shown <= {68, 80}
    assert len(plant.services()) == SERVICES


def test_everything_dies_at_once(plant: Plant) -> None:
    rollout = deploy(plant, new_revisions(plant, 69))
    for name in ("portal", "elbe", "maas"):
        plant.kill(name)
    plant.start_portal()
    for factory in ("elbe", "maas"):
        plant.start_agent(factory)
    until(lambda: not active(plant))
    assert set(states(plant, rollout)) <= {"Succeeded", "Reverted"}
    assert len(plant.services()) == SERVICES
