"""The data set of the engine's benchmark: 4 levels, 50 keys a target, 20 of them expressions."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from orchestration.resolution import PathNode

LEVELS = ("Region", "City", "Factory", "Line")
CITIES, FACTORIES, LINES = 5, 5, 20  # below each region, city, factory
FEW = 100  # lines a slow peer is given, whatever the size

PLAIN = [f"Key{number:02d}" for number in range(30)]
EXPRESSIONS = {
    **{f"Sum{n}": f"${{{{$val(Key0{n}) + $val(Key1{n})}}}}" for n in range(5)},
    **{f"Url{n}": f"http://${{{{$val(Host)}}}}:${{{{$val(Key0{n})}}}}/api" for n in range(5)},
    **{f"Mode{n}": f"${{{{$if($gt($val(Key0{n}), 50), HIGH, low)}}}}" for n in range(5)},
    **{f"Pick{n}": f"${{{{$default($val(Unset{n}), $val(Key2{n}))}}}}" for n in range(5)},
}
TEMPLATE = {"configs": {**{key: f"${{{{$val({key})}}}}" for key in PLAIN}, **EXPRESSIONS}}
SCHEMA = {
    "rules": {
        "configs": {
            "Host": {"type": "string", "format": "hostname"},
            **{
                key: {"type": "int", "required": True, "minValue": 0, "maxValue": 1_000_000}
                for key in PLAIN
            },
            **{f"Mode{n}": {"type": "string", "allowedValues": ["HIGH", "low"]} for n in range(5)},
        }
    }
}


@dataclass(frozen=True, slots=True)
class Line:
    """A target of the fleet with the places above it."""

    name: str
    above: tuple[PathNode, ...]
    node: PathNode

    @property
    def path(self) -> tuple[PathNode, ...]:
        """The way from the root."""
        return (*self.above, self.node)


def fleet(size: int) -> Iterator[Line]:
    """Make targets one after the other; the places above are shared."""
    made = 0
    for region in range(size):
        top = _node("Region", f"region-{region}", dict.fromkeys(PLAIN, 10 + region))
        for city in range(CITIES):
            second = _node("City", f"city-{region}-{city}", _some(10, 20, city))
            for factory in range(FACTORIES):
                name = f"factory-{region}-{city}-{factory}"
                third = _node("Factory", name, {"Host": f"{name}.plant", **_some(5, 15, factory)})
                for line in range(LINES):
                    if made == size:
                        return
                    name = f"line-{made}"
                    yield Line(name, (top, second, third), _node("Line", name, _some(0, 12, line)))
                    made += 1


def _some(first: int, last: int, seed: int) -> dict[str, Any]:
    return {key: 40 + (number * 7 + seed) % 30 for number, key in enumerate(PLAIN[first:last])}


def _node(level: str, name: str, values: dict[str, Any]) -> PathNode:
    return PathNode(level, name, values, ref=name, revision_ref=1)
