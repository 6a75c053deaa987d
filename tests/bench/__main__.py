"""Run all benchmarks, print them, and write them to docs/benchmarks.md.

    python -m tests.bench [--quick]

`--quick` is a smoke run: small sizes, nothing written.
"""

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from tests.bench import engine
from tests.bench.page import page
from tests.bench.results import Listing, Publishing, Results
from tests.servers import postgres, scratch

PAGE = Path(__file__).parents[2] / "docs" / "benchmarks.md"
SIZES, ROUNDS = (1_000, 10_000), 5
QUICK_SIZES, QUICK_ROUNDS = (100, 500), 1


def say(text: str) -> None:
    """Print at once: each part takes a while."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def measure(sizes: tuple[int, ...], rounds: int) -> Results:
    """Run everything."""
    say("comparing what all contestants give")
    engine.compare()
    say("resolving")
    rates = [rate for size in sizes for rate in engine.rates(size, rounds)]
    say("memory, previews")
    peaks = [engine.peak(size) for size in sizes]
    previews = engine.previews(sizes[-1], rounds)
    say("publishing")
    size = f"--size={sizes[-1]}"
    publishing = [
        Publishing(**found)
        for found in on_both_databases("publish", size, f"--rounds={min(rounds, 3)}")
    ]
    say("rights")
    several = ["--sizes", *(str(10 * size) for size in sizes), f"--rounds={rounds}"]
    listings = [Listing(**one) for found in on_both_databases("rights", *several) for one in found]
    return Results(rates, peaks, previews, publishing, listings)


def on_both_databases(program: str, *options: str) -> Iterator[Any]:
    """Run one of our programs on both databases, each in a process of its own; yields its JSON."""
    plain = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    yield _measured(plain, program, *options)
    with scratch() as folder, postgres(folder) as url:
        yield _measured({**plain, "DATABASE_URL": url}, program, *options)


def _measured(environment: Mapping[str, str], program: str, *options: str) -> Any:
    done = subprocess.run(
        [sys.executable, "-m", f"tests.bench.{program}", *options],
        env=environment,
        stdout=subprocess.PIPE,
        check=True,
    )
    return json.loads(done.stdout)


def main() -> None:
    """Measure, print, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true")
    quick = parser.parse_args().quick
    results = measure(QUICK_SIZES, QUICK_ROUNDS) if quick else measure(SIZES, ROUNDS)
    text = page(results)
    say(text)
    if not quick:
        PAGE.write_text(text)


if __name__ == "__main__":
    main()
