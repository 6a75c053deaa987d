"""Who is asked for one row: enough to meet every case, not everybody each time.

To one row, two roles with the same of its rights are the same. So for each such kind of role one
is asked at every place (another one for another row), and every role at the four places that tell
most. With SITEWRIGHT_MATRIX=full everybody is asked everything; that takes some five times as long.
With SITEWRIGHT_MATRIX=quick the stand-ins are asked at those four places only: while one writes.
"""

import os
import zlib
from collections.abc import Sequence

from tests.integration.matrix.oracle import ROLES
from tests.integration.matrix.rows import Row
from tests.integration.matrix.things import Asker

TELLING = ("root", "line-a", "line-b", "root-x")
EXTENT = os.environ.get("SITEWRIGHT_MATRIX", "")


def chosen(row: Row, askers: Sequence[Asker]) -> list[Asker]:
    """Those of the askers whose answers to a row can differ."""
    if row.public:
        return [one for one in askers if not one.role]
    if EXTENT == "full":
        return list(askers)
    everywhere = _stand_ins(row)
    if row.brief or EXTENT == "quick":
        most = {(role, place) for role in everywhere for place in TELLING}
        return [one for one in askers if not one.role or (one.role, one.place) in most]
    return [one for one in askers if not one.role or one.role in everywhere or one.place in TELLING]


def _stand_ins(row: Row) -> set[str]:
    """One role for each combination of the row's rights that roles have."""
    # Rights that count wherever one has them are asked of every role at the telling places.
    asked = frozenset(row.listed).union(*(need.perms for need in row.needs if need.at))
    alike: dict[frozenset[str], list[str]] = {}
    for role, perms in ROLES.items():
        alike.setdefault(perms & asked, []).append(role)
    turn = zlib.crc32(str(row).encode())  # the same in every process, unlike hash()
    return {roles[turn % len(roles)] for roles in alike.values()}
