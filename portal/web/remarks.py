"""The comment on rollouts and revisions: a person's own, or for whom the product made them."""

from collections.abc import Iterable, Mapping, Sequence
from typing import TypeAlias

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from orchestration.models import Rollout, SolutionVersion
from orchestration.queries.dependents import lines_of
from rbac.models import User

LINES_NAMED = 3
Made: TypeAlias = Rollout | SolutionVersion


def remarks(by: User, rows: Iterable[Made]) -> dict[int, str]:
    """Return what stands beside each row, by its id; lines that the person may not see count."""
    shown = list(rows)
    copies = {pk for row in shown for pk in row.made_for}
    lines = lines_of(by, copies) if copies else {}
    return {row.pk: row.comment or _made_for(row.made_for, lines) for row in shown}


def remark(by: User, row: Made) -> str:
    """Return the same for one row."""
    return remarks(by, [row])[row.pk]


def _made_for(copies: Sequence[int], lines: Mapping[int, str]) -> str:
    if not copies:
        return ""
    named = [lines[pk] for pk in copies if pk in lines][:LINES_NAMED]
    more = len(copies) - len(named)
    if not named:
        return ngettext("For %(count)s line", "For %(count)s lines", more) % {"count": more}
    names = ", ".join(named)
    told = _("For %(names)s and %(more)s more") if more else _("For %(names)s")
    return told % {"names": names, "more": more}
