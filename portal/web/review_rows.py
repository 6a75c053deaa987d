"""What a review says: a row a line, and identical differences together."""

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.urls import reverse

from orchestration.models import Target
from orchestration.queries.resolving import LineReview
from orchestration.rules import Schema
from portal.web.journey import Journey
from portal.web.provenance import Named, named_changes
from portal.web.review_problems import Trouble, troubles
from rbac.models import User


@dataclass(frozen=True)
class Row:
    """What one line would get, or why it cannot get anything.

    ``url`` shows it in full.
    """

    review: LineReview
    troubles: list[Trouble]
    changes: list[Named]
    url: str

    @property
    def first(self) -> bool:
        """Whether nothing of the solution runs there yet."""
        return self.review.instance is None or self.review.instance.current is None


@dataclass(frozen=True)
class Group:
    """One difference that several lines have in common."""

    change: Named
    lines: list[Target]


@dataclass(frozen=True)
class Failure:
    """What several lines fail for alike; ``mend`` is the form of their values.

    Without ``mend`` nothing can be done about it there: a line does not fit, or the values are
    others' to set.
    """

    troubles: tuple[Trouble, ...]
    lines: list[Target]
    mend: str


def row_of(by: User, way: Journey, review: LineReview, rules: Schema) -> Row:
    """Return the row of one line."""
    running = bool(review.instance and review.instance.current)
    query = way.url("configure-review").partition("?")[2]
    page = reverse("configure-review-line", args=[review.target.pk])
    return Row(
        review,
        troubles(by, review, rules),
        named_changes(review.changes, rules) if running else [],
        f"{page}?{query}",
    )


def groups(rows: Sequence[Row]) -> list[Group]:
    """Return the differences, each with the lines it is the same on; the most frequent first."""
    found: dict[Named, list[Target]] = {}
    for row in rows:
        for change in row.changes:
            found.setdefault(change, []).append(row.review.target)
    made = [Group(change, lines) for change, lines in found.items()]
    return sorted(made, key=lambda group: -len(group.lines))


def failures(way: Journey, rows: Sequence[Row]) -> list[Failure]:
    """Return why lines fail, each reason with the lines it is the same on."""
    found: dict[tuple[Trouble, ...], list[Target]] = {}
    for row in rows:
        found.setdefault(tuple(row.troubles), []).append(row.review.target)
    return [
        Failure(
            troubles,
            lines,
            way.url("configure-line-values", [line.pk for line in lines])
            if any(trouble.can_be_mended for trouble in troubles)
            else "",
        )
        for troubles, lines in found.items()
    ]


def seen_mark(found: Iterable[LineReview]) -> str:
    """Return one word for all of it; another one as soon as any line would get something else."""
    content = [
        [one.target.pk, one.resolution.digest, [n.chosen.pk if n.chosen else 0 for n in one.needs]]
        for one in found
    ]
    return hashlib.sha256(json.dumps(content).encode()).hexdigest()
