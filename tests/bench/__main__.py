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

from tests.bench import engine
from tests.bench.page import page
from tests.bench.results import Publishing, Results
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
    return Results(rates, peaks, previews, list(published(sizes[-1], min(rounds, 3))))


def published(size: int, rounds: int) -> Iterator[Publishing]:
    """Publish on both databases, each in a process of its own."""
    plain = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    yield _published(plain, size, rounds)
    with scratch() as folder, postgres(folder) as url:
        yield _published({**plain, "DATABASE_URL": url}, size, rounds)


def _published(environment: Mapping[str, str], size: int, rounds: int) -> Publishing:
    done = subprocess.run(
        [sys.executable, "-m", "tests.bench.publish", f"--size={size}", f"--rounds={rounds}"],
        env=environment,
        stdout=subprocess.PIPE,
        check=True,
    )
    return Publishing(**json.loads(done.stdout))


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
