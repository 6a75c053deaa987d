"""How long a list of 50 lines takes with rights, beside the same without, and beside guardian.

    python -m tests.bench.rights [--sizes 10000 100000] [--rounds 7]

All contestants run in turn and must give the same lines. Guardian knows no tree: it is given a row
for each line that may be seen, where ours has one role for each place. Uses the database that
DATABASE_URL names, without it an SQLite file that is gone afterwards. Prints JSON.
"""

import argparse
import json
import os
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict

import django
from django.apps import apps

if not apps.ready:  # as a program, not in a test
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
    django.setup()

from django.core.management import call_command
from django.db import connection
from django.db.models import QuerySet
from django.test.utils import CaptureQueriesContext
from guardian.shortcuts import get_objects_for_user

from orchestration.models import Node, Target
from orchestration.queries import places
from rbac.models import User
from rbac.permissions import Perm
from tests.bench.publish import database
from tests.bench.results import Listing
from tests.bench.territory import granted, granted_one_by_one, settle, territory

PAGE = 50
GRANTS = (1, 10, 500)
Run = Callable[[], list[int]]


def ids(rows: QuerySet[Target]) -> list[int]:
    """Read the first page of a list."""
    return [target.pk for target in rows[:PAGE]]


def plain() -> QuerySet[Target]:
    """The list as it is made for everybody."""
    rows = Target.objects.select_related("node__context", "node__parent", "agent")
    return rows.order_by("node__path")


def by_guardian(user: User) -> QuerySet[Target]:
    """The list by the rows that guardian reads."""
    right = f"orchestration.{Perm.VIEW_HIERARCHY.value}"
    seen = get_objects_for_user(user, right, klass=Node, accept_global_perms=False)
    return plain().filter(node__in=seen.order_by())


def holders(lines: Sequence[Node]) -> Iterable[tuple[str, int, list[Node], list[Node]]]:
    """Who takes part: where they hold a role, and the lines that these let them see."""
    top = Node.objects.get(kind=Node.Kind.CONTEXT, context=lines[0].context_id)
    sites = Node.objects.filter(kind=Node.Kind.SITE, context=top.context_id)
    factories = list(sites.filter(level=2).order_by("path"))
    for count in GRANTS:
        for what, nodes in (("factories", factories), ("lines", lines)):
            some = [top] if count == 1 else spread(nodes, count)
            starts = tuple(node.path for node in some)
            yield what, count, some, [line for line in lines if line.path.startswith(starts)]
            if count == 1:
                break


def spread(nodes: Sequence[Node], count: int) -> list[Node]:
    """So many places from all over."""
    return list(nodes[:: max(len(nodes) // count, 1)][:count])


def measure(size: int, rounds: int) -> list[Listing]:
    """Make the lines and the people; measure."""
    lines = territory(size)
    people = [
        (
            "the whole plant" if count == 1 else what,
            count,
            len(seen),
            granted(f"ours-{size}-{what}-{count}", some),
            granted_one_by_one(f"theirs-{size}-{what}-{count}", seen),
        )
        for what, count, some, seen in holders(lines)
    ]
    settle()
    return [_compare(size, *one, rounds) for one in people]


def _compare(
    size: int, at: str, count: int, seen: int, ours: User, theirs: User, rounds: int
) -> Listing:
    def listed() -> list[int]:
        return ids(places.targets(User.objects.get(pk=ours.pk)))

    def peer() -> list[int]:
        return ids(by_guardian(User.objects.get(pk=theirs.pk)))

    def without() -> list[int]:
        User.objects.get(pk=ours.pk)
        return ids(plain())

    if listed() != peer():
        raise SystemExit(f"guardian gives other lines for {count} grants at {at}")
    runs = (without, listed, peer)
    turns = [[_milliseconds(run) for run in runs] for _ in range(rounds)]
    plain_ms, ours_ms, guardian_ms = (tuple(took) for took in zip(*turns, strict=True))
    more = _queries(listed) - _queries(without)
    return Listing(
        database(), size, at, count, seen, plain_ms, ours_ms, guardian_ms, more_queries=more
    )


def _milliseconds(run: Run) -> float:
    started = time.perf_counter()
    run()
    return (time.perf_counter() - started) * 1000


def _queries(run: Run) -> int:
    with CaptureQueriesContext(connection) as asked:
        run()
    return len(asked)


def main() -> None:
    """Measure in a database made for it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=[10_000, 100_000])
    parser.add_argument("--rounds", type=int, default=7)
    options = parser.parse_args()
    call_command("migrate", verbosity=0)
    found = [asdict(one) for size in options.sizes for one in measure(size, options.rounds)]
    sys.stdout.write(json.dumps(found) + "\n")


if __name__ == "__main__":
    main()
