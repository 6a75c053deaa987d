"""What lies below the places of somebody's grants, asked so that the database answers fast.

One range of paths is one subtree. Many ranges can be asked in two ways: look each of them up and
take what is there, which is right when that is little; or take the rows in the order in which they
are wanted and ask of each whether it lies below one of the places, which is right when most do.
Databases guess badly which it is, so it is found out beforehand. A wrong answer costs time, never
a right: both ways find the same rows.
"""

import json
import time
from abc import abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import CharField, Lookup
from django.db.models.sql.compiler import SQLCompiler

MOST_RANGES = 16  # beyond these, one condition a range takes longer to plan than to answer
TOP_SLASHES = 2
LITTLE = 1_000  # nodes below all of the places; above this, rows are asked one by one
KEPT_FOR = 60.0  # seconds for which it is not found out again
KEPT = 256  # people whose places are kept

Sql = tuple[str, list[Any]]
# The offset keeps the planner from turning this into one pass over all nodes.
_NODES_POSTGRESQL = """
SELECT node.path FROM unnest(%s::text[], %s::text[]) AS span(first, after)
CROSS JOIN LATERAL (
  SELECT path FROM {}
  WHERE path >= span.first COLLATE "C" AND path < span.after COLLATE "C" OFFSET 0
) AS node"""
# SQLite keeps the order of tables of a cross join: the places first.
_NODES_SQLITE = """
SELECT node.path FROM json_each(%s) AS span
CROSS JOIN {} AS node ON node.path >= json_extract(span.value, '$[0]')
AND node.path < json_extract(span.value, '$[1]')"""


def best_lookup(paths: Sequence[str]) -> str:
    """Name the lookup for what lies below topmost places; empty when plain ranges do best."""
    one = len(paths) == 1
    if not paths or (one and not _is_top(paths[0])):
        return ""
    # PostgreSQL knows how many rows a range holds, and plans a few of them well.
    if len(paths) <= MOST_RANGES and connection.vendor == "postgresql":
        return ""
    if one or not _hold_little(tuple(paths)):
        return MostlyBelow.lookup_name
    return SeldomBelow.lookup_name if len(paths) > MOST_RANGES else ""


def after(path: str) -> str:
    """The first text after everything that lies below a path.

    Paths end in ``/`` and ``0`` is the byte after it, so the range from
    ``/7/31/`` up to ``/7/310`` is exactly that subtree in bytewise order.
    """
    return f"{path[:-1]}0"


def _is_top(path: str) -> bool:
    """Whether it is the path of a node without a parent: all of its kind lie below."""
    return path.count("/") == TOP_SLASHES


@dataclass
class _Finding:
    """Whether there is little below some places, and when that was found out."""

    little: bool = False
    at: float = -KEPT_FOR


@lru_cache(maxsize=KEPT)
def _finding(_paths: tuple[str, ...]) -> _Finding:
    return _Finding()


def _hold_little(paths: tuple[str, ...]) -> bool:
    found, now = _finding(paths), time.monotonic()
    if now - found.at >= KEPT_FOR:
        found.little, found.at = _count(paths) <= LITTLE, now
    return found.little


def _count(paths: tuple[str, ...]) -> int:
    """How many nodes are below some places; counts no further than it must."""
    nodes, params = _nodes_below(paths, connection)
    counted = f"SELECT COUNT(*) FROM ({nodes} LIMIT {LITTLE + 1}) AS found"  # noqa: S608  # nosec B608
    with connection.cursor() as cursor:
        cursor.execute(counted, params)
        (count,) = cursor.fetchone()
    return int(count)


def _nodes_below(paths: Sequence[str], database: BaseDatabaseWrapper) -> Sql:
    """The paths of all nodes below some, each range looked up by the index.

    Only the name of our own table is put into the text.
    """
    table = database.ops.quote_name(apps.get_model(settings.RBAC_NODE_MODEL)._meta.db_table)
    if database.vendor == "postgresql":
        return _NODES_POSTGRESQL.format(table), [list(paths), [after(path) for path in paths]]
    spans = [[path, after(path)] for path in paths]
    return _NODES_SQLITE.format(table), [json.dumps(spans)]


class _Below(Lookup[Any]):
    """A path below one of those on the right, which no other of them lies above."""

    prepare_rhs = False

    @abstractmethod
    def condition(self, path: str, database: BaseDatabaseWrapper) -> Sql:
        """Return the condition on a column; ``rhs`` are the paths in order."""

    def as_sql(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper) -> Sql:  # type: ignore[override]
        column, _ = self.process_lhs(compiler, connection)  # a column brings no parameters
        return self.condition(column, connection)


@CharField.register_lookup
class SeldomBelow(_Below):
    """Few rows are: look all of them up first."""

    lookup_name = "seldom_below"

    def condition(self, path: str, database: BaseDatabaseWrapper) -> Sql:
        found, params = _nodes_below(self.rhs, database)
        if database.vendor == "postgresql":
            return f"{path} = ANY(ARRAY({found}))", params
        return f"{path} IN ({found})", params


@CharField.register_lookup
class MostlyBelow(_Below):
    """Many rows are: go through them in the order wanted, and look at how each path begins."""

    lookup_name = "mostly_below"

    def condition(self, path: str, database: BaseDatabaseWrapper) -> Sql:
        spans = [f"{path} >= %s", f"{path} < %s"]
        params: list[Any] = [self.rhs[0], after(self.rhs[-1])]
        if database.vendor == "sqlite":  # which takes a range for a small one
            spans = [f"likelihood({span}, 0.9)" for span in spans]
        if len(self.rhs) > 1:
            starts = list(self._starts(path, database))
            spans.append(f"({' OR '.join(text for text, _ in starts)})")
            params += [one for _, given in starts for one in given]
        return f"({' AND '.join(spans)})", params

    def _starts(self, path: str, database: BaseDatabaseWrapper) -> Iterator[Sql]:
        """One question for each length that the paths have: there are few lengths."""
        for length, paths in groupby(sorted(self.rhs, key=len), len):
            if database.vendor == "postgresql":
                yield f"left({path}, {length}) = ANY(%s)", [list(paths)]
            else:
                wanted = "SELECT value FROM json_each(%s)"
                yield f"substr({path}, 1, {length}) IN ({wanted})", [json.dumps(list(paths))]
