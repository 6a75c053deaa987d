"""What a dry run found, as a table: what needs somebody first."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from orchestration.services.apply_plan import Action, Difference
from orchestration.services.bulk_plan import BulkPlan, Result
from portal.admin.columns import NOTHING
from portal.web.sheet_reasons import reason

MOST_SHOWN = 200
_LONGEST = 80
WORDS: Mapping[Action, Promise] = {
    Action.ERROR: _("Not possible"),
    Action.CREATE: _("New"),
    Action.UPDATE: _("Changed"),
    Action.UNCHANGED: _("Unchanged"),
}
_ORDER = list(WORDS)


@dataclass(frozen=True)
class Line:
    """One row as the table shows it."""

    number: int
    name: str
    word: Promise
    wrong: bool
    told: list[str]


def shown(plan: BulkPlan) -> dict[str, Any]:
    """Give the counts, and the lines of the table: as many as somebody can look at."""
    ordered = sorted(plan.results, key=lambda result: (_ORDER.index(result.action), result.number))
    counts = plan.counts
    return {
        "counts": [(WORDS[action], counts[action]) for action in _ORDER if action in counts],
        "lines": [_line(result) for result in ordered[:MOST_SHOWN]],
        "more": max(len(ordered) - MOST_SHOWN, 0),
        "changed": sum(counts.get(action, 0) for action in (Action.CREATE, Action.UPDATE)),
    }


def _line(result: Result) -> Line:
    wrong = result.action == Action.ERROR
    told = [reason(result)] if wrong else [_change(one) for one in result.changes]
    return Line(
        result.number, result.name, WORDS[result.action], wrong, [one for one in told if one]
    )


def _change(change: Difference) -> str:
    if change.secret:
        return gettext("%(field)s: secret") % {"field": change.field}
    if change.before is None:
        empty = change.after in (None, "", [], {})
        return "" if empty else f"{change.field}: {_short(change.after)}"
    return f"{change.field}: {_short(change.before)} → {_short(change.after)}"


def _short(value: Any) -> str:  # noqa: ANN401  JSON
    text = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
    text = NOTHING if value is None or text == "" else text
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
