"""Files written for the reference product load unchanged and mean here what they mean there.

The product's own files lie outside the repository and are read where they are; twins of our own
writing, with the same shapes, are always tested.
"""

from pathlib import Path
from typing import Any

import pytest

from orchestration.expressions import load_yaml
from orchestration.resolution import (
    Injected,
    PathNode,
    Resolution,
    compile_template,
    read_solution,
    resolve,
)
from orchestration.rules import parse_schema

EXAMPLES = Path(__file__).parents[4] / "shared" / "examples"

TWIN_SCHEMA = """\
metadata:
  name: mixer-schema

rules:
  configs:
      SpeedLimit:
        type: float
        required: true
        editableBy:
          - OT
      ReportAddress:
        type: string
        required: false
        editableBy:
          - OT
"""
TWIN_TEMPLATE = """\
schema:
  name: mixerSchema
  version: 1.0.0
configs:
  AppName: Mixer
  SpeedLimit: ${{$val(SpeedLimit)}}
  ReportAddress: ${{$val(ReportAddress)}}
"""
TWIN_DEPENDENT = """\
schema:
  name: packer-schema
  version: 1.0.0
dependencies:
  - solutionTemplateId: /subscriptions/0/resourceGroups/g/solutionTemplates/hub
    configsToBeInjected:
      - from: HubConfig
        to: HubConfigs
configs:
  HubConfig:
    LineName: ${{$val(LineName)}}
    DeploymentName: ${{$val(DeploymentName)}}"""
TWIN_DEPENDENT_SCHEMA = """\
rules:
  configs:
     LineName:
        type: string
        required: true
        editableBy:
         - OT
     DeploymentName:
        type: string
        required: true
        editableBy:
         - OT
"""
TWIN_HUB = """\
configs:
  Port: ${{$val(Port)}}
  HubConfigs: []
  DeploymentName: ${{$val(DeploymentName)}}"""
TWIN_SPECIFICATION = """\
{
      "components": [
        {
          "name": "${{$property(HubConfig.DeploymentName)}}",
          "type": "helm.v3",
          "properties": {"chart": {"repo": "registry.plant/helm/packer", "wait": true}}
        }
      ]

}"""


def resolved(
    template: str, schema: str | None, specification: str | None, **values: Any
) -> Resolution:
    rules = parse_schema(load_yaml(schema)) if schema else None
    components = load_yaml(specification) if specification else None
    compiled = compile_template(template, rules, components)
    assert compiled.warnings == ()
    return resolve(compiled, path=[PathNode("Line", "Line-1", values)])


def test_twin_of_an_application() -> None:
    resolution = resolved(TWIN_TEMPLATE, TWIN_SCHEMA, None, SpeedLimit=85, ReportAddress="http://h")
    assert resolution.configuration == {
        "AppName": "Mixer",
        "SpeedLimit": 85,
        "ReportAddress": "http://h",
    }
    assert read_solution(load_yaml(TWIN_TEMPLATE)).schema_name == "mixerSchema/1.0.0"


def test_twin_of_a_dependent_and_its_shared_application() -> None:
    given = {"LineName": "Line-1", "DeploymentName": "packer"}
    dependent = resolved(TWIN_DEPENDENT, TWIN_DEPENDENT_SCHEMA, TWIN_SPECIFICATION, **given)
    assert dependent.problems == ()
    assert dependent.components[0]["name"] == "packer"
    (dependency,) = read_solution(load_yaml(TWIN_DEPENDENT)).dependencies
    assert dependency.template == "hub"
    (injection,) = dependency.injections
    step = Injected(
        "Line-1", "deploy", injection.source, injection.to, dependent.configuration or {}
    )
    hub = resolve(
        compile_template(TWIN_HUB),
        path=[PathNode("Factory", "F", {"Port": 90, "DeploymentName": "hub"})],
        injections=[step],
    )
    assert hub.configuration == {
        "Port": 90,
        "HubConfigs": [{"LineName": "Line-1", "DeploymentName": "packer"}],
        "DeploymentName": "hub",
    }


def test_a_dependent_without_its_values_says_which() -> None:
    resolution = resolved(TWIN_DEPENDENT, TWIN_DEPENDENT_SCHEMA, None, LineName="Line-1")
    assert [(p.key, p.kind_or_rule) for p in resolution.problems] == [
        ("DeploymentName", "required")
    ]


here = pytest.mark.parametrize("folder", [EXAMPLES] if EXAMPLES.is_dir() else [])


def text(path: Path) -> str:
    return path.read_text(encoding="utf-8")


@here
def test_every_file_loads(folder: Path) -> None:
    files = [path for path in folder.rglob("*") if path.suffix in {".json", ".yaml"}]
    assert len(files) >= 10
    for path in files:
        assert load_yaml(path.read_bytes(), name=path.name)


@here
def test_the_basic_solution(folder: Path) -> None:
    at = folder / "basic-solution"
    values = load_yaml(text(at / "config.yaml"))
    template, schema = (
        text(at / "app-config-template.yaml"),
        text(at / "shared-schema.yaml"),
    )
    resolution = resolved(template, schema, text(at / "specs.json"), **values)
    assert resolution.problems == ()
    assert resolution.configuration == {"AppName": "PriceDetector", **values}
    assert resolution.components[0]["properties"]["chart"]["version"] == "6.9.3"


@here
def test_the_shared_dependency(folder: Path) -> None:
    at = folder / "shared-dependencies"
    given = {
        "SiteName": "Redmond",
        "LineName": "Line-1",
        "LogLevel": "info",
        "TimeWindowShift": 3,
        "DeploymentName": "fsad",
    }
    dependent = resolved(
        text(at / "fsad-config-template.yaml"),
        text(at / "fsad-schema.yaml"),
        text(at / "fsad-specs.json"),
        **given,
    )
    assert dependent.problems == ()
    assert dependent.components[0]["name"] == "fsad"
    assert dependent.configuration == {"DependencyConfig": given}
