"""Two contexts in one installation: what is of one never comes into the other."""

import pytest

from orchestration.models import (
    ConfigurationRevision,
    Node,
    SolutionInstance,
    SolutionTemplateVersion,
    Target,
)
from orchestration.queries.reviewing import review
from orchestration.services import configuration, contexts, places, publishing
from orchestration.services.configuration import Edit
from orchestration.services.errors import Invalid
from rbac.access import Denied
from tests.integration.api.conftest import Api, said
from tests.integration.conftest import LEVELS, Company


@pytest.fixture
def mixer(company: Company) -> SolutionTemplateVersion:
    return company.solution("mixer")


@pytest.fixture
def stranger(company: Company) -> Target:
    """A line of another context that offers everything."""
    by = company.root_user
    node = contexts.root_of(contexts.create(by, "fabrikam", LEVELS))
    for name in ("east", "boston", "gamma"):
        node = places.create_site(by, node, name)
    return places.create_target(by, node, "gamma-1", scope="plant")


def edits(*nodes: Node) -> list[Edit]:
    return [Edit(node, {"Speed": 5}, 0) for node in nodes]


def test_values_are_not_set_at_places_of_another_context(
    company: Company, mixer: SolutionTemplateVersion, stranger: Target
) -> None:
    own = company.lines["alpha-1"].node
    with pytest.raises(Invalid) as invalid:
        configuration.save(company.root_user, mixer, edits(own, stranger.node))
    assert (invalid.value.code, invalid.value.params) == (
        "other-context",
        {"place": "gamma-1", "solution": "mixer"},
    )
    assert not ConfigurationRevision.objects.exists()


def test_nothing_is_reviewed_or_published_for_lines_of_another_context(
    company: Company, mixer: SolutionTemplateVersion, stranger: Target
) -> None:
    lines = [company.lines["alpha-1"], stranger]
    with pytest.raises(Denied) as denied:
        review(company.root_user, mixer, lines)
    assert denied.value.verdict.code == "other-context"
    with pytest.raises(Invalid) as invalid:
        publishing.publish(company.root_user, mixer, lines)
    assert invalid.value.code == "other-context"
    assert not SolutionInstance.objects.exists()


def test_the_same_over_rest(
    company: Company, mixer: SolutionTemplateVersion, stranger: Target
) -> None:
    api = Api(company.root_user)
    values = {"values": {"Speed": 5}, "base": 0}
    lines = {"version": mixer.pk, "targets": [stranger.pk]}
    together = {"version": mixer.pk, "edits": [values | {"node": stranger.node.pk}]}
    answers = (
        api.put(f"configurations/{stranger.node.pk}/{mixer.template_id}/", values),
        api.post("configurations/", together),
        api.post("publish/", lines),
    )
    assert [said(answer) for answer in answers] == [(422, "other-context")] * 3
    assert "gamma-1 and mixer belong" in answers[0].json()["detail"]
    assert said(api.post("review/", lines)) == (403, "other-context")
    assert not ConfigurationRevision.objects.exists()
    assert not SolutionInstance.objects.exists()
