"""How many targets a second of CPU the engine resolves, beside floors and other tools.

    python -m tests.bench.engine [--sizes 1000 10000] [--rounds 3]

Everything runs alternately in one process; outputs are compared before anything is timed. Peers
that are not installed are named as such. Figures are targets per CPU-second, medians of rounds.
"""

import argparse
import gc
import importlib.util
import itertools
import platform
import resource
import statistics
import sys
import time
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

from orchestration.resolution import Edit, Subject, compile_template, impact, resolve_many
from orchestration.resolution.canonical import canonical_json
from orchestration.rules import parse_schema
from tests.bench.fleet import SCHEMA, TEMPLATE, Line, fleet
from tests.bench.floors import PEERS, Contestant, merged, plain_merge, plain_python

COMPILED = compile_template(TEMPLATE, parse_schema(SCHEMA))
FEW = 100  # lines a slow peer is given, whatever the size


def say(line: str) -> None:
    """Print a line."""
    sys.stdout.write(f"{line}\n")


def subjects(lines: Iterable[Line]) -> Iterator[Subject]:
    """Make what the engine resolves for."""
    return (Subject(line.name, line.path, {"name": line.name}, "app") for line in lines)


def engine(lines: Iterable[Line]) -> Iterator[dict[str, Any]]:
    """Resolve: merge, evaluate, rules, canonical JSON, hash; who set what is known."""
    for _, resolution in resolve_many(COMPILED, subjects(lines)):
        yield resolution.configuration or {}


def engine_recording(lines: Iterable[Line]) -> Iterator[dict[str, Any]]:
    """Resolve as for publishing: also write the provenance record of every leaf."""
    for _, resolution in resolve_many(COMPILED, subjects(lines)):
        canonical_json(resolution.provenance_json())
        yield resolution.configuration or {}


def contestants() -> dict[str, Contestant]:
    """Name everything that can run here."""
    found = {
        "floor: merge dictionaries": plain_merge,
        "floor: merge, Python, JSON, hash": plain_python,
        "engine: rules, JSON, hash": engine,
        "engine: and provenance written": engine_recording,
    }
    installed = {n: run for n, (module, run) in PEERS.items() if importlib.util.find_spec(module)}
    for name in PEERS.keys() - installed.keys():
        say(f"not installed, not run: {name}")
    return found | installed


def compare() -> None:
    """Stop when a contestant gives something else than the engine."""
    sample = list(fleet(FEW))
    expected = list(engine(sample))
    for name, run in contestants().items():
        for line, want, got in zip(sample, expected, run(sample), strict=True):
            if got != {key: want[key] for key in got} or not got:
                raise SystemExit(f"{name} differs for {line.name}: {got}")


def cpu_of(run: Contestant, lines: list[Line]) -> float:
    """Measure the CPU seconds of one pass; results are thrown away as they come."""
    gc.collect()
    started = time.process_time()
    for _ in run(lines):
        pass
    return time.process_time() - started


def table(size: int, rounds: int) -> None:
    """Measure all contestants for one size."""
    lines = list(fleet(size))
    runs = contestants()
    spent: dict[str, list[float]] = {name: [] for name in runs}
    for _, name in itertools.product(range(rounds), runs):
        part = lines[:FEW] if name == "OmegaConf" else lines
        spent[name].append(len(part) / cpu_of(runs[name], part))
    say(f"\n{size} targets                          targets per CPU-second")
    for name, rates in spent.items():
        spread = f"{min(rates):,.0f} to {max(rates):,.0f}"
        say(f"  {name:34} {statistics.median(rates):12,.0f}   ({spread})")


def impacts(size: int) -> None:
    """Measure how long it takes to tell the effect of one edit over a fleet."""
    lines = list(fleet(size))
    everyone = list(subjects(lines))
    for level in (3, 2, 1, 0):
        node = lines[0].path[level]
        key = next(name for name in reversed(list(node.values)) if name != "Host")
        edited = replace(node, values={**node.values, key: 99_999})
        started = time.process_time()
        effects = impact(COMPILED, everyone, Edit({node.ref: edited}))
        spent = (time.process_time() - started) * 1000
        below = sum(any(at is node for at in line.path) for line in lines)
        changed = sum(len(effect.keys) for effect in effects)
        where = f"{key} at a {node.level}"
        say(f"  edit of {where:20} {below:6} below, {changed:6} change {spent:9.1f} ms")


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=[1000, 10_000])
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    line = next(fleet(1))
    say(f"Python {platform.python_version()}, {platform.machine()}")
    say(f"{len(TEMPLATE['configs'])} keys, 20 expressions, 4 levels, {len(merged(line))} values")
    compare()
    for size in options.sizes:
        table(size, options.rounds)
    say(f"\nImpact over {options.sizes[-1]} targets")
    impacts(options.sizes[-1])
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    say(f"\npeak memory of all this: {peak:,.0f} MiB")


if __name__ == "__main__":
    main()
