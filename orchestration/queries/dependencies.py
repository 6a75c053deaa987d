"""The shared copies that a solution needs: which there are for a line, and which is chosen."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice

from orchestration.expressions import Fault
from orchestration.models import (
    Node,
    RevisionDependency,
    SolutionInstance,
    SolutionTemplate,
    SolutionTemplateVersion,
    SolutionVersion,
    Target,
)
from orchestration.queries import sight
from orchestration.queries.circles import Circles, told
from orchestration.queries.compatible import fits
from orchestration.queries.needs import Candidate, Need
from orchestration.queries.resolving import BATCH, LineReview
from orchestration.queries.templates import compiled
from orchestration.resolution import Dependency, Injected, ResolutionProblem
from orchestration.resolution.injections import inject
from orchestration.states import PublicationState
from rbac.access import may_each, visible
from rbac.models import User
from rbac.permissions import Perm

_CONTENT = ("current__content", "current__provenance", "desired__content", "desired__provenance")
_SHOWN_NAMES = 5


@dataclass(frozen=True)
class Choice:
    """Which shared copy to use, by the name of the solution needed.

    ``everywhere`` is for all lines, ``lines`` for single ones by the target's id, which wins.
    What is not named is as it was last published for the line, or the only one there is.
    """

    everywhere: Mapping[str, int] = field(default_factory=dict)
    lines: Mapping[int, Mapping[str, int]] = field(default_factory=dict)

    def of(self, target: int, solution: str) -> int | None:
        """The id of the copy chosen for a line, None where nobody chose."""
        own = self.lines.get(target, {}).get(solution)
        return self.everywhere.get(solution) if own is None else own


NO_CHOICE = Choice()


def needs_of(version: SolutionTemplateVersion) -> tuple[Dependency, ...]:
    """What a version depends on; several entries for one solution count as one."""
    merged: dict[str, Dependency] = {}
    for one in compiled(version).dependencies:
        known = merged.get(one.template)
        merged[one.template] = (
            one
            if known is None
            else replace(
                known,
                version=known.version or one.version,
                injections=(*known.injections, *one.injections),
            )
        )
    return tuple(merged.values())


def with_dependencies(
    by: User | None,
    version: SolutionTemplateVersion,
    reviews: Iterable[LineReview],
    choice: Choice = NO_CHOICE,
) -> Iterator[LineReview]:
    """Say of each review which shared copies it uses, and what is wrong with that.

    Only copies that the person may see count, and what a line was last published with: who may
    not see that must not move the line to another one unawares. Without a person all count.
    """
    wanted = needs_of(version)
    if not wanted:
        yield from reviews
        return
    remaining = iter(reviews)
    circles = Circles()
    while some := list(islice(remaining, BATCH)):
        last = _last_choices(one.instance for one in some if one.instance)
        targets = [one.target for one in some]
        known = _Known(by, version, wanted, targets, circles, frozenset(last.values()))
        for one in some:
            yield known.completed(one, choice, last)


def candidates(
    by: User, version: SolutionTemplateVersion, targets: Sequence[Target]
) -> dict[str, list[Candidate]]:
    """By solution needed: the copies that any of the lines could use, in the order of places.

    Raises:
        rbac.access.Denied: the right to review is missing on a line.
    """
    may_each(by, Perm.REVIEW, [target.node for target in targets]).require()
    wanted = needs_of(version)
    known = _Known(by, version, wanted, targets, Circles())
    found: dict[str, list[Candidate]] = {}
    for one in wanted:
        rows = {
            candidate.instance.pk: candidate
            for target in targets
            for candidate in known.of(target, one)
        }
        found[one.template] = sorted(
            rows.values(), key=lambda row: (row.instance.target.node.path, row.instance.name)
        )
    return found


def _last_choices(instances: Iterable[SolutionInstance]) -> dict[tuple[int, str], int]:
    """What the newest revision of each copy uses, by copy and solution."""
    rows = RevisionDependency.objects.filter(
        revision__instance__in=[one.pk for one in instances], shared__isnull=False
    ).order_by("revision_id")
    columns = ("revision__instance", "template__node__name", "shared")
    return {
        (instance, solution): shared for instance, solution, shared in rows.values_list(*columns)
    }


class _Known:
    """The shared copies around some lines, read once for all of them."""

    def __init__(
        self,
        by: User | None,
        version: SolutionTemplateVersion,
        wanted: Sequence[Dependency],
        targets: Sequence[Target],
        circles: Circles,
        used: frozenset[int] = frozenset(),
    ) -> None:
        self.wanted = wanted
        self._by = by
        self._circles = circles
        context = version.template.node.context_id
        names = [one.template for one in wanted]
        rows = SolutionTemplate.objects.filter(node__context=context, node__name__in=names)
        self.templates = {row.node.name: row for row in rows.select_related("node")}
        self._unseen: frozenset[int] = frozenset()
        self._by_solution = self._copies(by, targets, used)
        self._configurations: dict[int, dict[str, object]] = {}

    def _copies(
        self, by: User | None, targets: Sequence[Target], used: frozenset[int]
    ) -> dict[str, list[tuple[SolutionInstance, str]]]:
        above = {pk for target in targets for pk in target.node.path_ids()[:-1]}
        rows = SolutionInstance.objects.filter(
            template__in=self.templates.values(), target__node__kind=Node.Kind.TARGET
        ).filter(target__node__parent__in=above)
        rows = rows.select_related(
            "template__node",
            "target__node__context",
            "target__node__parent",
            "current__template_version",
        ).defer(*_CONTENT)
        rows = rows.order_by("target__node__path", "name")
        found = list(
            visible(by, sight.INSTALLED, rows, "target__node__path") if by is not None else rows
        )
        self._unseen = used.difference(one.pk for one in found)
        if self._unseen:
            found += rows.filter(pk__in=self._unseen)
        newest = _newest_versions(found)
        sorted_in: dict[str, list[tuple[SolutionInstance, str]]] = {}
        for one in found:
            runs = one.current.template_version.version if one.current else newest.get(one.pk)
            if runs:
                sorted_in.setdefault(one.template.node.name, []).append((one, runs))
        return sorted_in

    def of(self, target: Target, wanted: Dependency) -> list[Candidate]:
        """The copies that a line may use for one dependency."""
        way = set(target.node.path_ids()[:-1])
        return [
            Candidate(instance, runs)
            for instance, runs in self._by_solution.get(wanted.template, [])
            if instance.target.node.parent_id in way and fits(wanted.version, runs)
        ]

    def completed(
        self, review: LineReview, choice: Choice, last: Mapping[tuple[int, str], int]
    ) -> LineReview:
        """The review of a line with what it uses."""
        needs, unmet = [], []
        own = review.instance.pk if review.instance else None
        for wanted in self.wanted:
            asked = choice.of(review.target.pk, wanted.template)
            before = last.get((own or 0, wanted.template))
            usable = [
                one
                for one in self._usable(review, wanted, asked)
                if one.instance.pk == before or one.instance.pk not in self._unseen
            ]
            chosen, problem = _chosen(wanted, usable, asked, before)
            problem = problem or self._circle(own, wanted, chosen)
            problems = [problem] if problem else list(self._unfit(review, wanted, chosen))
            needs.append(Need(wanted, self.templates.get(wanted.template), tuple(usable), chosen))
            unmet.extend(problems)
        complete = replace(review, needs=tuple(needs), unmet=tuple(unmet))
        if own and complete.ok:
            self._circles.plan(own, [need.chosen.pk for need in needs if need.chosen])
        return complete

    def _usable(self, review: LineReview, wanted: Dependency, asked: int | None) -> list[Candidate]:
        """The copies to choose from.

        The line's own one only if it was asked for or there is no other: then the review can say
        that it would use itself, and not that there is none.
        """
        found = self.of(review.target, wanted)
        own = review.instance.pk if review.instance else None
        if asked == own:
            return found
        return [one for one in found if one.instance.pk != own] or found

    def _circle(
        self, own: int | None, wanted: Dependency, chosen: SolutionInstance | None
    ) -> ResolutionProblem | None:
        """What is wrong where the chosen copy needs this one; a new one is needed by nobody yet."""
        way = self._circles.through(own, chosen.pk) if own and chosen else ()
        if not way:
            return None
        circle = told(self._by, way)
        message = f"copies would need each other in a circle: {circle}"
        hint = "choose another copy, or publish and deploy one of them that does not need the next"
        return replace(_problem("dependency-circle", wanted, message, hint), given=circle)

    def _unfit(
        self, review: LineReview, wanted: Dependency, chosen: SolutionInstance | None
    ) -> Iterator[ResolutionProblem]:
        """What keeps the sections of a line from being put into the chosen copy."""
        if chosen is None or not (wanted.injections and review.resolution.canonical):
            return
        given = json.loads(review.resolution.canonical)["configuration"]
        into = self._configuration(chosen)
        for one in wanted.injections:
            try:
                inject(into, [Injected(str(review.target), "deploy", one.source, one.to, given)])
            except Fault as fault:
                hint = f"see configsToBeInjected of {wanted.template}"
                yield _problem("injection-unfit", wanted, fault.message, hint)

    def _configuration(self, shared: SolutionInstance) -> dict[str, object]:
        """What a copy runs with, or would, by its newest revision."""
        if shared.pk not in self._configurations:
            revision = shared.current or _newest(shared)
            self._configurations[shared.pk] = revision.configuration if revision else {}
        return self._configurations[shared.pk]


def _newest_versions(instances: Sequence[SolutionInstance]) -> dict[int, str]:
    """The version of the newest deployable revision of each copy, by the copy's id."""
    rows = SolutionVersion.objects.filter(
        instance__in=[one.pk for one in instances], state=PublicationState.READY_TO_DEPLOY
    ).order_by("pk")
    return dict(rows.values_list("instance", "template_version__version"))


def _chosen(
    wanted: Dependency, usable: Sequence[Candidate], asked: int | None, before: int | None
) -> tuple[SolutionInstance | None, ResolutionProblem | None]:
    by_id = {one.instance.pk: one.instance for one in usable}
    if asked is not None:
        if asked in by_id:
            return by_id[asked], None
        message = f"the chosen copy of {wanted.template} cannot be used by this line"
        hint = "choose one on a place that the line belongs to"
        return None, _problem("dependency-unfit", wanted, message, hint)
    if before in by_id:
        return by_id[before], None
    if len(by_id) == 1:
        return next(iter(by_id.values())), None
    if by_id:
        names = ", ".join(str(one) for one in list(by_id.values())[:_SHOWN_NAMES])
        message = f"several copies of {wanted.template} could be used: {names}"
        return None, _problem("dependency-ambiguous", wanted, message, "choose one of them")
    asked_for = f"{wanted.template} {wanted.version}".strip()
    message = f"no copy of {asked_for} is published where this line could use it"
    hint = "publish it on a target of the line's factory or of a place above, or ask for the right"
    return None, _problem("dependency-missing", wanted, message, f"{hint} to see the one there")


def _newest(shared: SolutionInstance) -> SolutionVersion | None:
    ready = shared.revisions.filter(state=PublicationState.READY_TO_DEPLOY)
    return ready.order_by("-pk").first()


def _problem(code: str, wanted: Dependency, message: str, hint: str) -> ResolutionProblem:
    return ResolutionProblem(wanted.template, code, message, hint, source="dependencies")
