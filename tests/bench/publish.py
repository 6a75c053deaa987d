"""How long it takes to publish a solution for a whole fleet: resolve, validate, store, audit.

    python -m tests.bench.publish [--size 10000] [--rounds 3]

Uses the database that DATABASE_URL names, without it an SQLite file that is gone afterwards.
Prints one line of JSON.
"""

import argparse
import json
import os
import sys
import time
from dataclasses import asdict

import django
from django.apps import apps

if not apps.ready:  # as a program, not in a test
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
    django.setup()

from django.core.management import call_command
from django.db import connection

from orchestration.services import publishing
from tests.bench.plant import Plant, plant
from tests.bench.results import Publishing


def measure(fleet: Plant, rounds: int) -> Publishing:
    """Publish new copies for all lines, again and again."""
    targets = fleet.targets()
    seconds, cpu = [], []
    for number in range(rounds):
        clock, processor = time.perf_counter(), time.process_time()
        name = f"copy-{number}"
        done = publishing.publish(fleet.user, fleet.version, targets, instance_name=name)
        seconds.append(time.perf_counter() - clock)
        cpu.append(time.process_time() - processor)
        missed = sum(one.outcome is not publishing.Outcome.PUBLISHED for one in done)
        if missed or len(done) != len(targets):
            raise SystemExit(f"{missed} of {len(targets)} were not published")
    return Publishing(database(), len(targets), tuple(seconds), tuple(cpu))


def database() -> str:
    """Name the database and its version."""
    version = ".".join(str(part) for part in connection.get_database_version())
    return f"{connection.display_name} {version}"


def main() -> None:
    """Measure in a database made for it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    call_command("migrate", verbosity=0)
    sys.stdout.write(json.dumps(asdict(measure(plant(options.size), options.rounds))) + "\n")


if __name__ == "__main__":
    main()
