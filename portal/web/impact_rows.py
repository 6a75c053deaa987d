"""What an edit would change, as people read it before they save."""

from collections.abc import Iterable
from dataclasses import dataclass

from orchestration.queries.affected import Copy
from orchestration.queries.impact import Group, Impact
from orchestration.resolution import Change
from orchestration.rules import Schema
from portal.web.place_names import in_order
from portal.web.provenance import Named, named_changes
from portal.web.review_problems import problem_words

MOST_NAMES = 30


@dataclass(frozen=True)
class Lines:
    """Some lines: how many, how many of them run the solution, and the first names."""

    count: int
    deployed: int
    names: list[str]

    @property
    def more(self) -> bool:
        """Whether there are others than the named ones."""
        return len(self.names) == MOST_NAMES < self.count


@dataclass(frozen=True)
class Effect:
    """One difference and the lines it is the same on.

    ``technical`` says that only what IT sees would differ. ``breaks``, ``mends`` and ``broken``
    tell what becomes of their validity; ``troubles`` are pairs of setting and reason.
    """

    lines: Lines
    changes: list[Named]
    technical: bool
    troubles: list[tuple[str, str]]
    breaks: bool
    mends: bool
    broken: bool


@dataclass(frozen=True)
class Foreseen:
    """Everything that would change; ``broken`` effects come first, then the largest."""

    lines: Lines
    effects: list[Effect]
    overriding: Lines
    untouched: int
    looked_at: int
    everywhere: bool


def foreseen(impact: Impact, rules: Schema) -> Foreseen:
    """Return an impact in words; ``rules`` say what the settings are called."""
    effects = [_effect(group, rules) for group in impact.groups]
    return Foreseen(
        _lines(copy for group in impact.groups for copy in group.copies),
        sorted(effects, key=lambda effect: not effect.breaks),
        _lines(impact.overriding),
        impact.untouched,
        impact.looked_at,
        impact.everywhere,
    )


def _effect(group: Group, rules: Schema) -> Effect:
    problems = group.effect.problems
    settings = [change for change in group.effect.changes if not _is_of_components(change)]
    return Effect(
        _lines(group.copies),
        named_changes(settings, rules),
        technical=not settings and bool(group.effect.changes),
        troubles=list(dict.fromkeys(problem_words(rules, problem) for problem in problems)),
        breaks=group.breaks,
        mends=group.mends,
        broken=bool(problems) and not group.breaks,
    )


def _is_of_components(change: Change) -> bool:
    """Whether it is said of the components that they change; a setting has a value."""
    untold = change.before is None and change.after is None and not change.secret
    return change.key == "components" and untold


def _lines(copies: Iterable[Copy]) -> Lines:
    found = list(copies)
    one = len({copy.solution for copy in found}) == 1
    names = {copy.line if one else f"{copy.line} ({copy.solution})" for copy in found}
    deployed = sum(copy.deployed for copy in found)
    return Lines(len(found), deployed, in_order(names)[:MOST_NAMES])
