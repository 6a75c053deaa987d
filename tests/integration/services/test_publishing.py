"""Publishing: what counts as new, whose name it is, and what may be deleted again."""

from contextlib import ExitStack
from functools import partial

import pytest
from django.db import transaction

from orchestration.models import (
    Event,
    Node,
    SolutionInstance,
    SolutionTemplateVersion,
    SolutionVersion,
)
from orchestration.queries.reviewing import review
from orchestration.services import catalog, configuration, publishing, rollouts
from orchestration.services.configuration import Edit
from orchestration.services.errors import Invalid, Refused, Stale
from orchestration.services.publishing import Outcome
from rbac.access import Denied
from rbac.models import User
from tests.integration.conftest import Company
from tests.integration.services.moments import at_once, meanwhile
from tests.integration.services.site import REMOVAL, Clock, Site

TEMPLATE = """
schema:
  rules:
    configs:
      Speed: {type: int, defaultValue: 5, maxValue: 9}
configs:
  Speed: ${{$val(Speed)}}
"""


def made(company: Company, name: str = "press", version: str = "1.0.0") -> SolutionTemplateVersion:
    """A solution with one value that has a default."""
    source = catalog.SolutionSource(name, version, TEMPLATE, {"components": []})
    return catalog.create_solution_version(company.root_user, company.context, source)


def published(
    company: Company, version: SolutionTemplateVersion, name: str = ""
) -> publishing.Published:
    (one,) = publishing.publish(
        company.root_user, version, [company.lines["alpha-1"]], instance_name=name
    )
    return one


def set_speed(company: Company, version: SolutionTemplateVersion, speed: int) -> None:
    node = company.lines["alpha-1"].node
    base = node.configuration_revisions.filter(template=version.template_id).count()
    configuration.save(company.root_user, version, [Edit(node, {"Speed": speed}, base)])


def test_numbers_grow_with_what_differs(company: Company) -> None:
    version = made(company)
    labels = []
    for speed in (5, 6, 6, 5):
        set_speed(company, version, speed)
        one = published(company, version)
        labels.append((one.outcome, one.revision and one.revision.label))
    assert labels == [
        (Outcome.PUBLISHED, "1.0.0.1"),
        (Outcome.PUBLISHED, "1.0.0.2"),
        (Outcome.UNCHANGED, "1.0.0.2"),
        (Outcome.PUBLISHED, "1.0.0.3"),
    ]
    assert Event.objects.filter(kind="revision.published").count() == 3


def test_a_deleted_number_never_comes_again(company: Company) -> None:
    version = made(company)
    first = published(company, version).revision
    assert first is not None
    publishing.delete(company.root_user, first)
    again = published(company, version)
    assert (again.outcome, again.revision and again.revision.label) == (
        Outcome.PUBLISHED,
        "1.0.0.2",
    )


def test_another_version_counts_from_one(company: Company) -> None:
    published(company, made(company))
    newer = published(company, made(company, version="1.1.0"))
    assert newer.revision is not None
    assert newer.revision.label == "1.1.0.1"
    assert SolutionInstance.objects.count() == 1


def test_publishing_changes_nothing_on_the_line(site: Site) -> None:
    before = site.document()
    one = published(site.company, made(site.company))
    assert one.revision is not None
    instance = one.revision.instance
    assert (instance.state, instance.desired, instance.generation) == ("NotDeployed", None, 0)
    assert site.document() == before


def test_publishing_settles_what_was_pending(company: Company, clock: Clock) -> None:
    version = made(company)
    published(company, version)
    set_speed(company, version, 7)
    assert SolutionInstance.objects.get().configuration_pending
    clock.forward(minutes=5)
    published(company, version)
    instance = SolutionInstance.objects.get()
    assert not instance.configuration_pending
    assert instance.updated_at == clock.now()


def test_what_was_not_reviewed_is_not_published(company: Company) -> None:
    version, line = made(company), company.lines["alpha-1"]
    publish = partial(publishing.publish, company.root_user, version)
    (seen,) = review(company.root_user, version, [line])
    reviewed = {line.pk: seen.resolution.digest}
    set_speed(company, version, 7)
    for targets in ([line], [line, company.lines["alpha-2"]]):
        with pytest.raises(Stale) as stale:
            publish(targets, reviewed=reviewed)
        assert stale.value.code == "reviewed-meanwhile"
        assert stale.value.params["lines"] == [target.node.name for target in targets]
    assert not SolutionInstance.objects.exists()
    set_speed(company, version, 5)
    (one,) = publish([line], reviewed=reviewed)
    assert one.revision is not None
    assert one.revision.digest == seen.resolution.digest


def test_copies_of_one_solution_share_a_line_by_name(company: Company) -> None:
    version = made(company)
    for name in ("left", "right"):
        assert published(company, version, name).outcome is Outcome.PUBLISHED
    assert sorted(SolutionInstance.objects.values_list("name", flat=True)) == ["left", "right"]


def test_a_name_belongs_to_one_solution(company: Company) -> None:
    published(company, made(company), "left")
    with pytest.raises(Refused) as refused:
        published(company, made(company, "cutter"), "left")
    assert (refused.value.code, refused.value.params) == (
        "instance-name-taken",
        {"name": "left", "line": "alpha-1"},
    )
    assert SolutionVersion.objects.count() == 1


def test_a_line_named_twice_is_refused(company: Company) -> None:
    line = company.lines["alpha-1"]
    with pytest.raises(Invalid) as invalid:
        publishing.publish(company.root_user, made(company), [line, line])
    assert invalid.value.code == "instance-twice"


def test_publishing_needs_both_rights(company: Company) -> None:
    version = made(company)
    line = company.lines["alpha-1"]
    anna = company.person("anna", "configuration-author", company.factories["alpha"])
    with pytest.raises(Denied) as denied:
        publishing.publish(anna, version, [line])
    assert denied.value.verdict.params["perm"] == "view_solutions"
    company.person("anna", "solution-viewer", Node.objects.get(name="press"))
    publishing.publish(anna, version, [line])
    with pytest.raises(Denied) as denied:
        publishing.publish(anna, version, [line, company.lines["beta-1"]])
    assert denied.value.verdict.params["place"] == "beta-1"
    assert SolutionInstance.objects.count() == 1


def test_what_runs_or_is_on_its_way_is_not_deleted(site: Site) -> None:
    company = site.company
    version = made(company)
    first = published(company, version).revision
    assert first is not None
    rollouts.deploy(company.root_user, [first])
    with pytest.raises(Refused) as refused:
        publishing.delete(company.root_user, SolutionVersion.objects.get())
    assert refused.value.code == "revision-in-use"
    first.deployments.all().delete()
    SolutionInstance.objects.update(state="NotDeployed")
    instance = site.install(SolutionVersion.objects.get())
    with pytest.raises(Refused):
        publishing.delete(company.root_user, SolutionVersion.objects.get())
    site.offer_removal(instance)
    site.say(instance, *REMOVAL)
    publishing.delete(company.root_user, SolutionVersion.objects.get())
    assert SolutionVersion.objects.get().state == "Deleted"
    with pytest.raises(Refused):
        publishing.delete(company.root_user, SolutionVersion.objects.get())


def test_what_came_to_run_since_the_page_was_shown_is_not_deleted(site: Site) -> None:
    revision = published(site.company, made(site.company)).revision
    assert revision is not None
    shown = SolutionVersion.objects.select_related("instance").get()
    site.install(revision)
    with pytest.raises(Refused) as refused:
        publishing.delete(site.company.root_user, shown)
    assert refused.value.code == "revision-in-use"
    assert SolutionVersion.objects.get().state == "ReadyToDeploy"


def test_deleting_needs_the_right(company: Company) -> None:
    revision = published(company, made(company)).revision
    assert revision is not None
    with pytest.raises(Denied):
        publishing.delete(company.person("vera", "configuration-viewer"), revision)
    assert SolutionVersion.objects.get().state == "ReadyToDeploy"


class TestAtOnce:
    """With rows that are really committed."""

    @pytest.fixture
    def db(self, transactional_db: None) -> None:
        """Threads must see each other's rows."""

    def test_of_two_who_publish_the_same_one_wins(self, company: Company) -> None:
        version = made(company)
        answers = at_once([partial(published, company, version)] * 6)
        assert SolutionVersion.objects.count() == 1
        for answer in answers:
            assert isinstance(answer, Stale | publishing.Published)

    def test_a_save_that_is_not_over_is_waited_for(self, company: Company) -> None:
        version = made(company)
        published(company, version)
        with ExitStack() as stack, transaction.atomic():
            set_speed(company, version, 7)
            stack.enter_context(meanwhile(partial(published, company, version)))
        assert not SolutionInstance.objects.get().configuration_pending
        newest = SolutionVersion.objects.latest("number")
        assert newest.configuration == {"Speed": 7}

    @pytest.mark.parametrize("first", [True, False])
    def test_a_save_during_publishing_stays_pending(self, company: Company, *, first: bool) -> None:
        version = made(company)
        if not first:
            published(company, version)
        with ExitStack() as stack, transaction.atomic():
            published(company, version)
            stack.enter_context(meanwhile(partial(set_speed, company, version, 7)))
        assert SolutionInstance.objects.get().configuration_pending

    def test_of_two_who_save_the_same_value_one_is_stale(self, company: Company) -> None:
        version = made(company)
        node = company.lines["alpha-1"].node

        def save(speed: int) -> object:
            by = User.objects.get(username="root")
            return configuration.save(by, version, [Edit(node, {"Speed": speed}, 0)])

        answers = at_once([partial(save, speed) for speed in (6, 7, 8)])
        stale = [answer for answer in answers if isinstance(answer, Stale)]
        assert len(stale) == 2
        kept = node.configuration_revisions.get()
        for loser in stale:
            assert loser.params["theirs"] == kept.values
            assert loser.params["yours"] != kept.values
        assert Event.objects.filter(kind="configuration.saved").count() == 1
