"""The way from a solution to its published revisions: all of it is in the address of each step."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _

from orchestration.models import SolutionTemplate, SolutionTemplateVersion
from orchestration.queries.withdrawn import withdrawal
from rbac.access import Verdict

MOST_LINES = 5000
STEPS: Sequence[tuple[str, Promise]] = (
    ("configure-solutions", _("Solution")),
    ("configure-lines", _("Lines")),
    ("configure-line-values", _("Values")),
    ("configure-review", _("Review")),
    ("configure-result", _("Result")),
)


@dataclass(frozen=True)
class Step:
    """One step of the way; without ``url`` it cannot be gone to yet."""

    number: int
    label: Promise
    url: str
    current: bool


@dataclass(frozen=True)
class Journey:
    """How far somebody has come with publishing a solution: all of it is in the address.

    ``instance`` is the name of the copy where it is not the solution's own. ``uses`` are the shared
    copies chosen, each with the name of the solution it is of.
    """

    version: SolutionTemplateVersion
    lines: tuple[int, ...] = ()
    instance: str = ""
    uses: tuple[tuple[str, int], ...] = ()

    @property
    def template(self) -> SolutionTemplate:
        """The solution."""
        return self.version.template

    @property
    def withdrawn(self) -> Verdict:
        """A no, with the reason, where the version must not be used any more."""
        return withdrawal(self.version)

    def url(self, name: str, lines: Iterable[int] | None = None, **more: str) -> str:
        """Return the address of a step, with other lines if some are given."""
        chosen = self.lines if lines is None else lines
        query: dict[str, str | int] = {
            "version": self.version.pk,
            "lines": pack(chosen),
            "copy": self.instance,
            "shared": pack(pk for _name, pk in self.uses),
            **more,
        }
        return f"{reverse(name)}?{urlencode({key: one for key, one in query.items() if one})}"

    def steps(self, current: str) -> list[Step]:
        """Return the steps as the head of each of them shows."""
        names = [name for name, _label in STEPS]
        known = names.index(current)
        reachable = len(names) - 1 if self.lines else names.index("configure-lines") + 1
        return [
            Step(
                number,
                label,
                self.url(name) if number <= reachable and name != current else "",
                number == known + 1,
            )
            for number, (name, label) in enumerate(STEPS, start=1)
        ]


def first_steps() -> list[Step]:
    """Return the steps before a solution is chosen: the first is here, the others are to come."""
    return [
        Step(number, label, "", number == 1) for number, (_name, label) in enumerate(STEPS, start=1)
    ]


def pack(ids: Iterable[int]) -> str:
    """Write ids short enough for an address, which leaves dots as they are: ``3-7.12``."""
    runs: list[list[int]] = []
    for one in sorted(set(ids)):
        if runs and one == runs[-1][1] + 1:
            runs[-1][1] = one
        else:
            runs.append([one, one])
    return ".".join(str(a) if a == b else f"{a}-{b}" for a, b in runs)


def unpack(text: str) -> tuple[int, ...]:
    """Read ids back; what is malformed is left out, and there are never more than `MOST_LINES`."""
    found: set[int] = set()
    for run in text.split("."):
        first, _dash, last = run.partition("-")
        if not first.isdecimal() or (last and not last.isdecimal()):
            continue
        start, end = int(first[:18]), int((last or first)[:18])
        found.update(range(start, min(end, start + MOST_LINES) + 1))
        if len(found) > MOST_LINES:
            break
    return tuple(sorted(found))[:MOST_LINES]
