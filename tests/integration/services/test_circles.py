"""Copies that would use each other in a circle are not published."""

from functools import partial

import pytest

from orchestration.models import SolutionTemplateVersion, SolutionVersion, Target
from orchestration.queries.circles import UNSEEN
from orchestration.queries.dependencies import NO_CHOICE, Choice
from orchestration.queries.reviewing import review
from orchestration.resolution import ResolutionProblem
from orchestration.services import publishing, rollouts
from orchestration.services.contexts import catalog_of
from orchestration.services.errors import Refused
from orchestration.services.publishing import Outcome
from portal.web.sentences import sentence
from rbac import grants
from rbac.models import User
from tests.integration.services.moments import at_once
from tests.integration.services.sharing import Sharing

ALONE = "configs:\n  Port: 1\n"


def using(*solutions: str) -> str:
    """The text of a solution that uses others."""
    path = "/subscriptions/0/resourceGroups/g/solutionTemplates/"
    entries = "".join(f"  - solutionTemplateId: {path}{name}\n" for name in solutions)
    return f"dependencies:\n{entries}{ALONE}"


class Ring:
    """Solutions with a copy each at factory alpha, of a version that needs nothing."""

    def __init__(self, sharing: Sharing, *names: str) -> None:
        self.sharing = sharing
        self.targets = {name: sharing.target(f"alpha-{name}") for name in names}
        self.copies = {
            name: sharing.publish(sharing.solution(name, ALONE), target, {})
            for name, target in self.targets.items()
        }

    def needing(self, name: str, *others: str, version: str = "2.0.0") -> SolutionTemplateVersion:
        return self.sharing.solution(name, using(*others), version)

    def publish(self, name: str, *others: str) -> SolutionVersion:
        """Let the copy of one solution use those of others."""
        return self.sharing.publish(self.needing(name, *others), self.targets[name], {})

    def problems(
        self, name: str, version: SolutionTemplateVersion, by: User | None = None
    ) -> list[ResolutionProblem]:
        (one,) = review(by or self.sharing.by, version, [self.targets[name]])
        return list(one.problems)


def told(problems: list[ResolutionProblem]) -> list[tuple[str, object]]:
    return [(str(one.kind_or_rule), one.given) for one in problems]


def test_two_that_would_use_each_other_are_refused(sharing: Sharing) -> None:
    ring = Ring(sharing, "first", "second")
    ring.publish("first", "second")
    version = ring.needing("second", "first")
    circle = "second on alpha-second → first on alpha-first → second on alpha-second"
    assert told(ring.problems("second", version)) == [("dependency-circle", circle)]
    (made,) = publishing.publish(sharing.by, version, [ring.targets["second"]])
    assert (made.outcome, told(list(made.problems))) == (
        Outcome.FAILED,
        [("dependency-circle", circle)],
    )


def test_a_longer_circle_is_named_whole(sharing: Sharing) -> None:
    ring = Ring(sharing, "first", "second", "third")
    ring.publish("first", "second")
    ring.publish("second", "third")
    (found,) = ring.problems("third", ring.needing("third", "first"))
    assert str(found.given).split(" → ") == [
        "third on alpha-third",
        "first on alpha-first",
        "second on alpha-second",
        "third on alpha-third",
    ]


def test_a_copy_cannot_use_itself(sharing: Sharing) -> None:
    ring = Ring(sharing, "first")
    found = ring.problems("first", ring.needing("first", "first"))
    assert told(found) == [("dependency-circle", "first on alpha-first → first on alpha-first")]


def test_a_copy_may_use_another_one_of_its_own_solution(sharing: Sharing) -> None:
    ring = Ring(sharing, "first")
    version, target = ring.needing("first", "first"), sharing.target("alpha-more")
    other = sharing.publish(version, target, {})
    assert other.dependencies.get().shared == ring.copies["first"].instance
    own = Choice({"first": other.instance_id})
    (one,) = review(sharing.by, version, [target], choice=own)
    assert told(list(one.problems)) == [
        ("dependency-circle", "first on alpha-more → first on alpha-more")
    ]
    (back,) = ring.problems("first", version)
    assert str(back.given) == "first on alpha-first → first on alpha-more → first on alpha-first"


def test_a_diamond_is_no_circle(sharing: Sharing) -> None:
    ring = Ring(sharing, "bottom", "left", "right", "top")
    ring.publish("left", "bottom")
    ring.publish("right", "bottom")
    assert ring.problems("top", ring.needing("top", "left", "right")) == []


def test_lines_of_one_publish_cannot_close_a_circle_together(sharing: Sharing) -> None:
    ring = Ring(sharing, "pair")
    targets = [ring.targets["pair"], sharing.target("alpha-pair-2")]
    second = sharing.publish(ring.copies["pair"].template_version, targets[1], {}).instance
    version = ring.needing("pair", "pair")
    each_other = _each_other(targets, [ring.copies["pair"].instance_id, second.pk])
    made = publishing.publish(sharing.by, version, targets, choice=each_other)
    assert [one.outcome for one in made] == [Outcome.PUBLISHED, Outcome.FAILED]
    assert told(list(made[1].problems)) == [
        ("dependency-circle", "pair on alpha-pair-2 → pair on alpha-pair → pair on alpha-pair-2")
    ]


def _each_other(targets: list[Target], copies: list[int]) -> Choice:
    lines = zip(targets, reversed(copies), strict=True)
    return Choice(NO_CHOICE.everywhere, {line.pk: {"pair": copy} for line, copy in lines})


def test_what_still_runs_counts_until_something_else_does(sharing: Sharing) -> None:
    ring = Ring(sharing, "first", "second")
    sharing.run(ring.copies["second"])
    sharing.run(ring.publish("first", "second"))
    alone = sharing.publish(sharing.solution("first", ALONE, "3.0.0"), ring.targets["first"], {})
    version = ring.needing("second", "first")
    assert [code for code, _ in told(ring.problems("second", version))] == ["dependency-circle"]
    sharing.run(alone)
    assert ring.problems("second", version) == []


def test_what_was_published_earlier_and_never_ran_does_not_count(sharing: Sharing) -> None:
    ring = Ring(sharing, "first", "second")
    ring.publish("first", "second")
    sharing.publish(sharing.solution("first", ALONE, "3.0.0"), ring.targets["first"], {})
    assert ring.problems("second", ring.needing("second", "first")) == []


@pytest.mark.parametrize("sees_all", [False, True])
def test_copies_that_a_person_may_not_see_have_no_name(sharing: Sharing, sees_all: bool) -> None:  # noqa: FBT001
    ring = Ring(sharing, "first", "second", "third")
    ring.publish("first", "second")
    ring.publish("second", "third")
    places = list(ring.targets) if sees_all else ["first", "third"]
    nodes = [ring.targets[name].node for name in places]
    person = sharing.company.person("olga", "configuration-author", nodes[0])
    grants.give("solution-viewer", person, catalog_of(sharing.company.context))
    for node in nodes:
        grants.give("configuration-author", person, node)
    (found,) = ring.problems("third", ring.needing("third", "first"), person)
    middle = "second on alpha-second" if sees_all else UNSEEN
    assert str(found.given).split(" → ")[2] == middle


class TestAtOnce:
    """With rows that are really committed."""

    @pytest.fixture
    def db(self, transactional_db: None) -> None:
        """Threads must see each other's rows."""

    def test_two_who_publish_cannot_close_a_circle_together(self, sharing: Sharing) -> None:
        ring = Ring(sharing, "first", "second")
        wanted = [("first", ring.needing("first", "second"))]
        wanted += [("second", ring.needing("second", "first"))]
        made: list[list[publishing.Published]] = []

        def publish(name: str, version: SolutionTemplateVersion) -> None:
            made.append(publishing.publish(sharing.by, version, [ring.targets[name]]))

        at_once([partial(publish, *one) for one in wanted])
        outcomes = [one.outcome for answer in made for one in answer]
        assert sorted(outcomes) == [Outcome.FAILED, Outcome.PUBLISHED]


def test_an_older_revision_that_closes_a_circle_is_not_deployed(sharing: Sharing) -> None:
    ring = Ring(sharing, "first", "second")
    older = ring.publish("first", "second")
    sharing.publish(sharing.solution("first", ALONE, "3.0.0"), ring.targets["first"], {})
    ring.publish("second", "first")
    with pytest.raises(Refused) as refused:
        rollouts.deploy(sharing.by, [older])
    assert refused.value.code == "dependency-circle"
    circle = "first on alpha-first → second on alpha-second → first on alpha-first"
    assert circle in sentence(refused.value.code, refused.value.params)
    assert not older.deployments.exists()


def test_an_older_revision_without_a_circle_is_deployed(sharing: Sharing) -> None:
    ring = Ring(sharing, "first", "second")
    older = ring.publish("first", "second")
    sharing.publish(sharing.solution("first", ALONE, "3.0.0"), ring.targets["first"], {})
    rollouts.deploy(sharing.by, [older])
    assert older.deployments.count() == 1


def test_two_deployed_together_that_use_each_other_are_refused(sharing: Sharing) -> None:
    ring = Ring(sharing, "first", "second")
    first = ring.publish("first", "second")
    sharing.publish(sharing.solution("first", ALONE, "3.0.0"), ring.targets["first"], {})
    second = ring.publish("second", "first")
    sharing.publish(sharing.solution("second", ALONE, "3.0.0"), ring.targets["second"], {})
    with pytest.raises(Refused, match="dependency-circle"):
        rollouts.deploy(sharing.by, [first, second])
    assert not first.deployments.exists()
