"""Which lines somebody means: by id, by name, or by what they run and where they stand."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.db.models import Q, QuerySet

from orchestration.models import Context, Node, SolutionTemplate, Target
from orchestration.queries import finding, places, solutions
from orchestration.queries.finding import SEPARATOR
from rbac.models import User

NOT_FOUND = "not-found"
AMBIGUOUS = "line-ambiguous"


@dataclass(frozen=True)
class Chosen:
    """One line as somebody named it; without a target ``code`` says why."""

    asked: int | str
    target: Target | None = None
    code: str = ""


@dataclass(frozen=True)
class Selector:
    """Lines by what they are: empty parts narrow nothing.

    ``version``, ``state`` and ``pending`` are those of an installed copy, of ``solution`` if that
    is named: which version it runs, what it does, whether its configuration waits for a review.
    """

    below: Node | None = None
    solution: SolutionTemplate | None = None
    version: str = ""
    state: str = ""
    pending: bool | None = None
    capability: str = ""

    @property
    def of_copies(self) -> bool:
        """Whether it asks for something installed."""
        return bool(self.solution or self.version or self.state or self.pending is not None)


def named(by: User, asked: Sequence[int | str]) -> list[Chosen]:
    """The lines with these ids and names, in the order given and each once.

    A name is that of the line, or ends a way like ``Chicago/Alpha/Line 3``. What is there and may
    not be seen is not found, like what is not there.
    """
    rows = places.targets(by)
    ids = [one for one in asked if isinstance(one, int)]
    names = [one for one in asked if isinstance(one, str)]
    by_id = {row.pk: row for row in rows.filter(pk__in=ids)}
    by_name: dict[str, list[Target]] = {}
    for row in rows.filter(node__name__in=[one for one in names if SEPARATOR not in one]):
        by_name.setdefault(row.node.name, []).append(row)
    found = (
        _one(one, [by_id[one]] if one in by_id else [])
        if isinstance(one, int)
        else _one(one, by_name.get(one) or _by_way(rows, by, one))
        for one in asked
    )
    return list(_once(found))


def selected(by: User, selector: Selector, context: Context) -> list[Chosen]:
    """The lines of a context that fit, as far as the person sees them, in the order of places."""
    rows = places.targets(by, selector.below).filter(node__context=context)
    if selector.capability:
        rows = rows.filter(capabilities__name=selector.capability)
    if selector.of_copies:
        copies = solutions.instances(by).filter(_copies(selector))
        rows = rows.filter(pk__in=copies.order_by().values("target"))
    return [Chosen(row.pk, row) for row in rows]


def _copies(selector: Selector) -> Q:
    parts: Mapping[str, object] = {
        "template": selector.solution,
        "current__template_version__version": selector.version or None,
        "state": selector.state or None,
        "configuration_pending": selector.pending,
    }
    return Q(**{name: value for name, value in parts.items() if value is not None})


def _by_way(rows: QuerySet[Target], by: User, words: str) -> list[Target]:
    ids = [found.node.pk for found in finding.find(by, words)]
    return list(rows.filter(pk__in=ids)) if ids else []


def _one(asked: int | str, rows: Sequence[Target]) -> Chosen:
    if len(rows) == 1:
        return Chosen(asked, rows[0])
    return Chosen(asked, None, AMBIGUOUS if rows else NOT_FOUND)


def _once(chosen: Iterable[Chosen]) -> Iterable[Chosen]:
    seen: set[object] = set()
    for one in chosen:
        key = one.target.pk if one.target else (type(one.asked), one.asked)
        if key not in seen:
            seen.add(key)
            yield one
