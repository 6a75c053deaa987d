"""Where values of config templates come from: who really set them, and for which template."""

import json
from typing import Any

from orchestration.resolution import (
    Origin,
    PathNode,
    ResolutionProblem,
    compile_template,
    origins,
    resolve,
)

COMMON = "Common/1.0.0"
SHARED = compile_template(
    {"configs": {"Dns": "${{$val(Dns)}}", "Ntp": {"Main": "10.0.0.1"}, "Zone": "${{$val(Zone)}}"}}
)


def shared_at_factory() -> PathNode:
    """A factory with a linked template whose `Dns` was set in the region above."""
    region = PathNode("Region", "West", {"Dns": "10.1.0.1"}, ref=1, revision_ref=11)
    factory = PathNode("Factory", "Chicago", ref=2)
    shared = resolve(SHARED, path=[region, factory])
    return PathNode(
        "Factory",
        "Chicago",
        {"Own": 1},
        ref=2,
        revision_ref=22,
        linked={COMMON: shared.configuration or {}},
        config_records={COMMON: shared.provenance_json()},
    )


def stored(template: dict[str, Any], *path: PathNode) -> dict[str, Origin]:
    resolution = resolve(compile_template({"configs": template}), path=path)
    assert resolution.ok, resolution.problems
    return origins(json.loads(json.dumps(resolution.provenance_json())))


def test_a_linked_value_is_of_whoever_set_it_for_the_template() -> None:
    found = stored({"Dns": "${{$val(Dns)}}", "Own": "${{$val(Own)}}"}, shared_at_factory())
    assert found["Dns"] == Origin("value", "Region", "West", 1, 11, COMMON)
    assert found["Own"] == Origin("value", "Factory", "Chicago", 2, 22)


def test_what_the_template_itself_gives_counts_for_the_place_it_is_linked_to() -> None:
    found = stored({"Ntp": "${{$val(Ntp)}}"}, shared_at_factory())
    assert found["Ntp.Main"] == Origin("value", "Factory", "Chicago", 2, None, COMMON)


def test_config_tells_whose_value_it_reads_leaf_by_leaf() -> None:
    template = {"All": "${{$config(Common/1.0.0)}}", "Main": "${{$config(Common/1.0.0, Ntp.Main)}}"}
    found = stored(template, shared_at_factory())
    assert found["All.Dns"] == Origin("config", "Region", "West", 1, 11, COMMON)
    assert found["All.Ntp.Main"] == found["Main"] == Origin("config", template=COMMON)


def test_a_named_template_is_read_and_sets_nothing() -> None:
    line = PathNode("Line", "L1", ref=3, named={COMMON: {"Dns": "10.9.0.1"}})
    template = {"Read": "${{$config(Common/1.0.0, Dns)}}", "Dns": "${{$val(Dns)}}"}
    resolution = resolve(compile_template({"configs": template}), path=[line])
    assert resolution.configuration == {"Read": "10.9.0.1", "Dns": None}


def test_a_linked_template_goes_before_a_named_one() -> None:
    line = PathNode("Line", "L1", ref=3, named={COMMON: {"Dns": "10.9.0.1"}})
    template = compile_template({"configs": {"Read": "${{$config(Common/1.0.0, Dns)}}"}})
    resolution = resolve(template, path=[shared_at_factory(), line])
    assert resolution.configuration == {"Read": "10.1.0.1"}


def test_what_is_wrong_with_a_linked_template_is_said_of_every_line_below() -> None:
    wrong = ResolutionProblem("Dns", "required", "a value is needed", source="Common/1.0.0")
    factory = PathNode("Factory", "Chicago", problems=(wrong,))
    path = [factory, PathNode("Line", "L1")]
    resolution = resolve(compile_template({"configs": {"A": 1}}), path=path)
    assert resolution.problems == (wrong,)
    assert not resolution.ok
