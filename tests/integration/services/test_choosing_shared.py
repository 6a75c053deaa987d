"""Publishing chooses the shared copies that a line uses, or says why it cannot."""

import pytest

from orchestration.models import Node, SolutionTemplateVersion
from orchestration.queries.compatible import fits
from orchestration.queries.dependencies import NO_CHOICE, Choice, candidates
from orchestration.queries.resolving import LineReview
from orchestration.queries.reviewing import review
from orchestration.services import publishing
from orchestration.services.contexts import catalog_of
from orchestration.services.publishing import Outcome
from rbac import grants
from rbac.models import User
from tests.integration.services.sharing import SENDER, Sharing


def looked_at(
    sharing: Sharing,
    version: SolutionTemplateVersion | None = None,
    choice: Choice = NO_CHOICE,
    by: User | None = None,
    line: str = "alpha-1",
) -> LineReview:
    targets = [sharing.company.lines[line]]
    (one,) = review(by or sharing.by, version or sharing.sender, targets, choice=choice)
    return one


def codes(one: LineReview) -> list[str]:
    return [str(problem.kind_or_rule) for problem in one.problems]


def author(sharing: Sharing, at: Node) -> User:
    person = sharing.company.person("olga", "configuration-author", at)
    grants.give("solution-viewer", person, catalog_of(sharing.company.context))
    return person


def test_the_only_copy_is_chosen_by_itself(sharing: Sharing) -> None:
    hub = sharing.publish_hub().instance
    assert [need.chosen for need in looked_at(sharing).needs] == [hub]
    revision = sharing.publish_line()
    (kept,) = revision.dependencies.all()
    assert (kept.shared, kept.template) == (hub, sharing.collector.template)
    assert [(one["from"], one["to"]) for one in kept.injections] == [("Sender", "Senders")]


def test_without_any_copy_the_review_says_so(sharing: Sharing) -> None:
    one = looked_at(sharing)
    assert (one.ok, codes(one)) == (False, ["dependency-missing"])
    targets = [sharing.company.lines["alpha-1"]]
    (made,) = publishing.publish(sharing.by, sharing.sender, targets)
    assert made.outcome is Outcome.FAILED
    assert [problem.key for problem in made.problems] == ["collector"]


def test_several_copies_need_a_choice(sharing: Sharing) -> None:
    first = sharing.publish_hub().instance
    second = sharing.publish(sharing.collector, sharing.target("alpha-other"), {}).instance
    assert codes(looked_at(sharing)) == ["dependency-ambiguous"]
    everywhere = Choice({"collector": second.pk})
    assert looked_at(sharing, choice=everywhere).needs[0].chosen == second
    line = sharing.company.lines["alpha-1"]
    own = Choice({"collector": second.pk}, {line.pk: {"collector": first.pk}})
    assert looked_at(sharing, choice=own).needs[0].chosen == first


def test_the_last_choice_counts_until_there_is_another(sharing: Sharing) -> None:
    sharing.publish_hub()
    second = sharing.publish(sharing.collector, sharing.target("alpha-other"), {}).instance
    sharing.publish_line(choice=Choice({"collector": second.pk}))
    assert looked_at(sharing).needs[0].chosen == second
    assert sharing.publish_line(Rate=7).dependencies.get().shared == second


def test_another_choice_is_a_new_revision(sharing: Sharing) -> None:
    first = sharing.publish_hub().instance
    second = sharing.publish(sharing.collector, sharing.target("alpha-other"), {}).instance
    one = sharing.publish_line(choice=Choice({"collector": first.pk}))
    other = sharing.publish_line(choice=Choice({"collector": second.pk}))
    assert (one.label, other.label) == ("1.0.0.1", "1.0.0.2")
    assert one.digest == other.digest
    assert sharing.publish_line() == other


def test_a_copy_of_another_factory_cannot_be_chosen(sharing: Sharing) -> None:
    sharing.publish_hub()
    elsewhere = sharing.publish(sharing.collector, sharing.target("beta-shared", "beta"), {})
    assert looked_at(sharing).needs[0].chosen == sharing.hub_copy
    wrong = Choice({"collector": elsewhere.instance_id})
    assert codes(looked_at(sharing, choice=wrong)) == ["dependency-unfit"]


def test_a_copy_of_a_place_above_serves_every_factory(sharing: Sharing) -> None:
    region = Node.objects.get(name="west")
    hub = sharing.company.lines["alpha-3"]
    Node.objects.filter(pk=hub.pk).update(parent=region, path=f"{region.path}{hub.pk}/")
    hub.node.refresh_from_db()
    copy = sharing.publish(sharing.collector, hub, {}).instance
    assert looked_at(sharing, line="beta-1").needs[0].chosen == copy


def test_only_what_a_person_may_see_is_offered(sharing: Sharing) -> None:
    sharing.publish_hub()
    line = sharing.company.lines["alpha-1"]
    stranger = author(sharing, line.node)
    one = looked_at(sharing, by=stranger)
    assert codes(one) == ["dependency-missing"]
    assert "alpha-shared" not in str(one.problems)
    grants.give("configuration-viewer", stranger, sharing.hub.node)
    assert looked_at(sharing, by=stranger).ok


def test_who_may_not_see_what_a_line_uses_does_not_move_it_to_another_one(
    sharing: Sharing,
) -> None:
    used = sharing.publish_hub().instance
    sharing.publish_line()
    seen = sharing.target("alpha-other")
    sharing.publish(sharing.collector, seen, {})
    stranger = author(sharing, sharing.company.lines["alpha-1"].node)
    grants.give("configuration-viewer", stranger, seen.node)
    assert looked_at(sharing, by=stranger).needs[0].chosen == used
    grants.give("configuration-author", stranger, sharing.company.lines["alpha-2"].node)
    other = looked_at(sharing, by=stranger, line="alpha-2").needs[0]
    assert [one.instance.target for one in other.candidates] == [seen]


def test_candidates_say_version_place_and_state(sharing: Sharing) -> None:
    hub = sharing.run(sharing.publish_hub())
    lines = list(sharing.company.lines.values())
    (found,) = candidates(sharing.by, sharing.sender, lines)["collector"]
    assert (found.instance, found.version) == (hub, "1.0.0")
    assert str(found.instance.target.node.parent) == "alpha"


def test_a_section_that_is_not_there_is_said_at_the_review(sharing: Sharing) -> None:
    sharing.publish_hub()
    text = SENDER.replace("from: Sender\n", "from: Sendr\n")
    version = sharing.solution("sender", text, "1.1.0")
    one = looked_at(sharing, version)
    assert codes(one) == ["injection-unfit"]
    assert "Sendr" in one.problems[0].message


@pytest.mark.parametrize("to", ["Port", "Nowhere"])
def test_an_array_that_is_none_is_said_at_the_review(sharing: Sharing, to: str) -> None:
    sharing.publish_hub()
    version = sharing.solution("sender", SENDER.replace("to: Senders", f"to: {to}"), "1.1.0")
    assert codes(looked_at(sharing, version)) == ["injection-unfit"]


def test_the_version_asked_for_counts(sharing: Sharing) -> None:
    sharing.publish_hub()
    asked = SENDER.replace("    configsToBe", "    solutionTemplateVersion: 2.0.0\n    configsToBe")
    version = sharing.solution("sender", asked, "1.1.0")
    assert codes(looked_at(sharing, version)) == ["dependency-missing"]


@pytest.mark.parametrize(
    ("asked", "runs", "will_do"),
    [
        ("", "3.1.0", True),
        ("1.2.0", "1.2.0", True),
        ("1.2.0", "1.3.1", True),
        ("1.2.0", "1.1.9", False),
        ("1.2.0", "2.0.0", False),
        ("0.2.0", "0.2.4", True),
        ("0.2.0", "0.3.0", False),
        ("newest", "1.0.0", False),
    ],
)
def test_compatible_versions(asked: str, runs: str, will_do: object) -> None:
    assert fits(asked, runs) is will_do


def test_a_solution_the_context_has_not_is_missing(sharing: Sharing) -> None:
    text = SENDER.replace("solutionTemplates/collector", "solutionTemplates/archive")
    version = sharing.solution("sender", text, "1.1.0")
    assert codes(looked_at(sharing, version)) == ["dependency-missing"]
