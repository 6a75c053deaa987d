"""What nothing in Python can be much faster than: the same work written by hand for this one case.

Expressions are plain Python, there are no rules, nobody knows where a value came from.
"""

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from tests.bench.fleet import PLAIN, Line

Configurations = Iterator[dict[str, Any]]
Contestant = Callable[[Iterable[Line]], Configurations]


def merged(line: Line) -> dict[str, Any]:
    """Give the values of a line, lowest level first."""
    values: dict[str, Any] = {}
    for node in line.path:
        values.update(node.values)
    return values


def plain_merge(lines: Iterable[Line]) -> Configurations:
    """Merge dictionaries and nothing else; the keys with expressions are left out."""
    for line in lines:
        values = merged(line)
        yield {key: values[key] for key in PLAIN}


def plain_python(lines: Iterable[Line]) -> Configurations:
    """Merge, evaluate, write canonical JSON, hash."""
    for line in lines:
        values = merged(line)
        config = {key: values[key] for key in PLAIN}
        for n in range(5):
            config[f"Sum{n}"] = values[f"Key0{n}"] + values[f"Key1{n}"]
            config[f"Url{n}"] = f"http://{values['Host']}:{values[f'Key0{n}']}/api"
            config[f"Mode{n}"] = "HIGH" if values[f"Key0{n}"] > 50 else "low"
            unset = values.get(f"Unset{n}")
            config[f"Pick{n}"] = values[f"Key2{n}"] if unset is None else unset
        content = json.dumps(config, sort_keys=True, separators=(",", ":"))
        hashlib.sha256(content.encode()).hexdigest()
        yield config


FLOORS: dict[str, Contestant] = {
    "floor: merge of dictionaries": plain_merge,
    "floor: merge, expressions, JSON, hash": plain_python,
}
