"""How many targets a second of CPU the engine resolves, beside floors and other tools.

Everything runs alternately in one process; outputs are compared before anything is timed.
"""

import gc
import importlib.util
import itertools
import time
import tracemalloc
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any

from orchestration.resolution import (
    Edit,
    PathNode,
    Subject,
    compile_template,
    impact,
    record_json,
    resolve_many,
)
from orchestration.rules import parse_schema
from tests.bench.fleet import FEW, SCHEMA, TEMPLATE, Line, fleet
from tests.bench.floors import FLOORS, Contestant
from tests.bench.peers import PEERS
from tests.bench.results import Peak, Preview, Rate

COMPILED = compile_template(TEMPLATE, parse_schema(SCHEMA))
WHOLE = "Sitewright: rules, JSON, hash, provenance"
UNRECORDED = "Sitewright: without the provenance"


def subjects(lines: Iterable[Line]) -> Iterator[Subject]:
    """Make what the engine resolves for."""
    return (Subject(line.name, line.path, {"name": line.name}, "app") for line in lines)


def engine(lines: Iterable[Line]) -> Iterator[dict[str, Any]]:
    """Resolve as for publishing: rules, canonical JSON, hash, the provenance record written."""
    for _, resolution in resolve_many(COMPILED, subjects(lines)):
        record_json(resolution.provenance_json())
        yield resolution.configuration or {}


def engine_unrecorded(lines: Iterable[Line]) -> Iterator[dict[str, Any]]:
    """Resolve, but do not write who set what."""
    for _, resolution in resolve_many(COMPILED, subjects(lines)):
        yield resolution.configuration or {}


def contestants() -> dict[str, Contestant]:
    """Name everything that can run here; peers that are not installed are left out."""
    installed = [peer for peer in PEERS if importlib.util.find_spec(peer.module)]
    return {
        WHOLE: engine,
        UNRECORDED: engine_unrecorded,
        **FLOORS,
        **{peer.name: peer.run for peer in installed},
    }


def compare() -> None:
    """Stop when a contestant gives something else than the engine for a target."""
    sample = list(fleet(FEW))
    expected = list(engine(sample))
    for name, run in contestants().items():
        for line, want, got in zip(sample, expected, run(sample), strict=True):
            if not got or got != {key: want.get(key) for key in got}:
                raise SystemExit(f"{name} differs for {line.name}: {got}")


def rates(size: int, rounds: int) -> list[Rate]:
    """Measure all contestants for one size, in turn."""
    lines = list(fleet(size))
    runs = contestants()
    slow = {peer.name for peer in PEERS if peer.slow}
    measured: dict[str, list[float]] = {name: [] for name in runs}
    for _, name in itertools.product(range(rounds), runs):
        part = lines[:FEW] if name in slow else lines
        measured[name].append(len(part) / _cpu_of(runs[name], part))
    return [Rate(name, size, tuple(figures)) for name, figures in measured.items()]


def peak(size: int) -> Peak:
    """Measure the most memory of a run that makes targets, resolves them and keeps nothing."""
    gc.collect()
    tracemalloc.start()
    for _ in engine(fleet(size)):
        pass
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return Peak(size, most / 2**20)


def previews(size: int, rounds: int) -> list[Preview]:
    """Measure how long it takes to tell the effect of one edit over a fleet.

    What is set at the root is a value that nobody has set before and that one expression reads.
    """
    lines = list(fleet(size))
    root = PathNode("Company", "bench", {}, ref="root")
    everyone = [replace(one, path=(root, *one.path)) for one in subjects(lines)]
    edits = [(node, _last_key(node)) for node in reversed(lines[0].path)]
    return [_preview(everyone, *edit, rounds) for edit in (*edits, (root, "Unset0"))]


def _last_key(node: PathNode) -> str:
    return next(name for name in reversed(list(node.values)) if name != "Host")


def _preview(everyone: list[Subject], node: PathNode, key: str, rounds: int) -> Preview:
    edit = Edit({node.ref: replace(node, values={**node.values, key: 99_999})})
    spent = []
    for _ in range(rounds):
        started = time.process_time()
        effects = impact(COMPILED, everyone, edit)
        spent.append((time.process_time() - started) * 1000)
    below = sum(any(at is node for at in one.path) for one in everyone)
    changed = sum(len(effect.keys) for effect in effects)
    return Preview(f"one value at a {node.level}", below, changed, sorted(spent)[rounds // 2])


def _cpu_of(run: Contestant, lines: Sequence[Line]) -> float:
    """Measure the CPU seconds of one pass; results are thrown away as they come."""
    gc.collect()
    started = time.process_time()
    for _ in run(lines):
        pass
    return time.process_time() - started
