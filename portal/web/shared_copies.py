"""The shared copies that lines use: what may be chosen while publishing, and what is used."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from orchestration.models import SolutionInstance
from orchestration.queries.dependencies import Choice as Chosen
from orchestration.queries.needs import Candidate
from orchestration.queries.resolving import LineReview
from orchestration.queries.solutions import word_of
from orchestration.resolution import ResolutionProblem
from portal.web.parts import Choice
from portal.web.sentences import SENTENCES
from portal.web.words import word

FIELD = "use-"
PROBLEMS: Mapping[str, Promise] = {
    "dependency-missing": _(
        "No copy of it is published where this line could use it. Publish one for a target of the "
        "same factory or of a place above; if there is one, ask for the right to see it."
    ),
    "dependency-ambiguous": _("Several copies of it could be used. Choose one below."),
    "dependency-unfit": _("This line cannot use the chosen copy. Choose one of its own factory."),
    "dependency-circle": SENTENCES["dependency-circle"],
    "injection-unfit": _(
        "The settings of this line do not fit into it. Tell IT; the technical details are for them."
    ),
}


@dataclass(frozen=True)
class SharedNeed:
    """One solution that lines need: the copies to choose from by version, and what is used now.

    ``used`` names each copy with the number of lines that would use it.
    """

    solution: str
    asked: str
    field: str
    groups: list[tuple[str, list[Choice]]]
    used: list[tuple[SolutionInstance, int]]

    @property
    def several(self) -> bool:
        """Whether there is anything to choose."""
        return sum(len(choices) for _version, choices in self.groups) > 1


def shared_needs(reviews: Sequence[LineReview], chosen: Mapping[str, int]) -> list[SharedNeed]:
    """Return what some lines need, one row a solution."""
    found = []
    for name in dict.fromkeys(need.dependency.template for one in reviews for need in one.needs):
        needs = [n for one in reviews for n in one.needs if n.dependency.template == name]
        candidates = {c.instance.pk: c for need in needs for c in need.candidates}
        counts = Counter(need.chosen.pk for need in needs if need.chosen)
        template = needs[0].template
        found.append(
            SharedNeed(
                solution=str(template) if template else name,
                asked=needs[0].dependency.version,
                field=f"{FIELD}{template.pk if template else 0}",
                groups=_by_version(list(candidates.values()), _picked(name, chosen, counts)),
                used=[(candidates[pk].instance, count) for pk, count in counts.most_common()],
            )
        )
    return found


def choice_of(uses: Mapping[str, int]) -> Chosen:
    """Return one choice for all lines, as the services take it."""
    return Chosen(uses)


def dependency_sentence(problem: ResolutionProblem) -> str:
    """Return what is wrong with a shared copy; empty where the problem is another one."""
    told = PROBLEMS.get(str(problem.kind_or_rule))
    return "" if told is None else str(told) % {"given": problem.given}


def _picked(name: str, chosen: Mapping[str, int], counts: Mapping[int, int]) -> int | None:
    """The copy that is marked: the one chosen, else the one that all lines use."""
    if name in chosen:
        return chosen[name]
    return next(iter(counts)) if len(counts) == 1 else None


def _by_version(
    candidates: Sequence[Candidate], picked: int | None
) -> list[tuple[str, list[Choice]]]:
    groups: dict[str, list[Choice]] = {}
    for one in candidates:
        label = _now("Version %(version)s") % {"version": one.version}
        groups.setdefault(label, []).append(_choice(one, picked))
    return list(groups.items())


def _choice(one: Candidate, picked: int | None) -> Choice:
    instance = one.instance
    state = word(word_of(instance))
    place = instance.target.node.parent
    return Choice(
        str(instance.pk),
        str(instance),
        f"{place}: {state}" if place else state,
        chosen=instance.pk == picked,
    )
