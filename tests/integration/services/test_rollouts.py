"""Starting, retrying, rolling back, uninstalling and cancelling."""

from collections.abc import Callable

import pytest

from orchestration.models import Deployment, Event, Node, Rollout, SolutionInstance, SolutionVersion
from orchestration.services import contexts, dispatch, places, publishing, rollouts
from orchestration.services.errors import Invalid, Refused, Stale
from orchestration.states import DeploymentState as S
from orchestration.states import InstanceState as I
from orchestration.states import PublicationState, RolloutState
from rbac import grants
from rbac.access import Denied
from rbac.models import NodeUserPermission, User
from rbac.permissions import Perm
from tests.integration.conftest import Company
from tests.integration.services.site import GOOD_WAY, REMOVAL, Clock, Site, W, mixer


def failed(site: Site, line: str = "alpha-1") -> Deployment:
    """A deployment that the site reported as failed."""
    revision = site.company.revision(line, mixer(site.company))
    deployment = site.offer(revision)
    site.say(revision.instance, W.RECEIVED, W.APPLYING)
    site.fail(revision.instance)
    deployment.refresh_from_db()
    return Deployment.objects.get(pk=deployment.pk)


def read(revision: SolutionVersion) -> SolutionVersion:
    """The same revision, with its instance as it is now."""
    return SolutionVersion.objects.select_related("instance").get(pk=revision.pk)


def test_a_plain_rollout_freezes_its_policy_and_says_who_and_what(site: Site) -> None:
    company = site.company
    revision = company.revision("alpha-1", company.solution())
    dana = company.person("dana", "deployment-manager", company.factories["alpha"])
    rollout = rollouts.deploy(dana, [revision], comment="for the night shift")
    assert (rollout.kind, rollout.context, rollout.comment) == (
        "deploy",
        company.context,
        "for the night shift",
    )
    assert rollout.policy == rollouts.PLAIN_POLICY
    started = Event.objects.get(kind="deployment.started")
    assert (started.user, started.node) == (dana, company.lines["alpha-1"].node)
    assert started.params == {"solution": "mixer", "revision": "1.0.0.1", "from": None}


def test_nothing_or_the_same_line_twice_is_no_rollout(company: Company) -> None:
    revision = company.revision("alpha-1", company.solution())
    for chosen, code in (([], "nothing-chosen"), ([revision, revision], "instance-twice")):
        with pytest.raises(Invalid) as invalid:
            rollouts.deploy(company.root_user, chosen)
        assert invalid.value.code == code
    assert not Rollout.objects.exists()


def test_lines_of_two_contexts_are_no_rollout(company: Company) -> None:
    version = mixer(company)
    chosen = [company.revision(line, version) for line in ("alpha-1", "beta-1")]
    other = contexts.create(company.root_user, "elsewhere", ["Factory", "Line"])
    Node.objects.filter(target__instances=chosen[1].instance).update(context=other)
    with pytest.raises(Invalid) as invalid:
        rollouts.deploy(company.root_user, [read(revision) for revision in chosen])
    assert invalid.value.code == "contexts-mixed"
    assert not Rollout.objects.exists()


def test_what_was_deleted_since_the_page_was_shown_is_not_deployed(company: Company) -> None:
    shown = company.revision("alpha-1", mixer(company))
    publishing.delete(company.root_user, read(shown))
    with pytest.raises(Refused) as refused:
        rollouts.deploy(company.root_user, [shown])
    assert refused.value.code == "not-deployable"
    assert not Rollout.objects.exists()


@pytest.mark.parametrize("verb", ["deploy", "roll_back", "retry", "uninstall", "cancel"])
def test_every_verb_needs_its_right_at_the_line(site: Site, verb: str) -> None:
    company = site.company
    attempt = failed(site)
    instance = SolutionInstance.objects.get()
    revision = read(attempt.revision) if attempt.revision else None
    assert revision is not None
    waiting = site.offer(company.revision("alpha-2", mixer(company)))
    calls: dict[str, Callable[[User], object]] = {
        "deploy": lambda by: rollouts.deploy(by, [revision]),
        "roll_back": lambda by: rollouts.roll_back(by, [revision]),
        "retry": lambda by: rollouts.retry(by, [attempt]),
        "uninstall": lambda by: rollouts.uninstall(by, [instance]),
        "cancel": lambda by: rollouts.cancel(by, waiting),
    }
    for stranger in (
        company.person("vera", "deployment-viewer"),
        company.person("anna", "configuration-author"),
        company.person("bert", "deployment-manager", company.factories["beta"]),
    ):
        before = list(Deployment.objects.order_by("pk").values())
        with pytest.raises(Denied) as denied:
            calls[verb](stranger)
        assert denied.value.verdict.params["perm"] == (
            Perm.UNINSTALL if verb == "uninstall" else Perm.DEPLOY
        )
        assert list(Deployment.objects.order_by("pk").values()) == before
    calls[verb](company.person("dana", "deployment-manager", company.factories["alpha"]))


def test_one_line_without_the_right_stops_them_all(site: Site) -> None:
    company = site.company
    version = company.solution()
    chosen = [company.revision(line, version) for line in ("alpha-1", "beta-1")]
    dana = company.person("dana", "deployment-manager", company.factories["alpha"])
    with pytest.raises(Denied) as denied:
        rollouts.deploy(dana, chosen)
    assert denied.value.verdict.params["place"] == "beta-1"
    assert not Rollout.objects.exists()


def test_retrying_a_mixture_needs_the_right_for_each(site: Site) -> None:
    company = site.company
    attempt = failed(site, "alpha-1")
    instance = site.install(company.revision("alpha-2", mixer(company)))
    removal = site.offer_removal(instance)
    site.fail(instance)
    removal.refresh_from_db()
    dana = company.person("dana")
    assignment = grants.give("deployment-manager", dana, company.factories["alpha"])
    NodeUserPermission.objects.filter(
        assignment=assignment, permission__codename=Perm.DEPLOY
    ).delete()
    with pytest.raises(Denied) as denied:
        rollouts.retry(dana, [attempt, removal])
    assert denied.value.verdict.params["perm"] == Perm.DEPLOY
    rollouts.retry(dana, [Deployment.objects.get(pk=removal.pk)])


def test_a_stranger_learns_nothing_about_the_state(site: Site) -> None:
    revision = site.company.revision("alpha-1", site.company.solution())
    deployment = site.offer(revision)
    with pytest.raises(Denied):
        rollouts.retry(site.company.person("vera", "deployment-viewer"), [deployment])


def test_retry_is_a_new_attempt(site: Site) -> None:
    attempt = failed(site)
    rollout = rollouts.retry(site.company.root_user, [attempt])
    again = rollout.deployments.get()
    assert (again.revision, again.state, rollout.kind) == (attempt.revision, S.PENDING, "retry")
    dispatch.advance_due()
    site.say(again.instance, *GOOD_WAY)
    attempt.refresh_from_db()
    again.refresh_from_db()
    assert (attempt.state, again.state) == (S.FAILED, S.SUCCEEDED)
    assert again.generation > attempt.generation


def test_only_the_last_attempt_and_only_a_failed_one_is_retried(site: Site) -> None:
    attempt = failed(site)
    running = site.offer(read(attempt.revision)) if attempt.revision else None
    assert running is not None
    for deployment in (attempt, running):
        with pytest.raises(Refused) as refused:
            rollouts.retry(site.company.root_user, [deployment])
        assert refused.value.code == "not-failed"
    site.say(running.instance, *GOOD_WAY)
    with pytest.raises(Refused) as refused:
        rollouts.retry(site.company.root_user, [Deployment.objects.get(pk=attempt.pk)])
    assert refused.value.code == "not-failed"
    assert Deployment.objects.count() == 2


def test_rolling_back_is_a_rollout_of_its_own(site: Site) -> None:
    version = mixer(site.company)
    first = site.company.revision("alpha-1", version)
    site.install(first)
    second = site.company.revision("alpha-1", version, a=1)
    site.install(read(second))
    rollout = rollouts.roll_back(site.company.root_user, [read(first)])
    deployment = rollout.deployments.get()
    assert (rollout.kind, deployment.from_revision, deployment.revision) == (
        "roll_back",
        second,
        first,
    )
    dispatch.advance_due()
    site.say(first.instance, *GOOD_WAY)
    instance = SolutionInstance.objects.get()
    assert (instance.current, instance.desired, instance.generation) == (first, first, 3)


def test_a_deleted_revision_is_not_deployed(company: Company) -> None:
    revision = company.revision("alpha-1", company.solution())
    SolutionVersion.objects.update(state=PublicationState.DELETED)
    with pytest.raises(Refused) as refused:
        rollouts.deploy(company.root_user, [read(revision)])
    assert (refused.value.code, refused.value.params["revision"]) == ("not-deployable", "1.0.0.1")


def test_only_what_was_installed_is_uninstalled(site: Site) -> None:
    revision = site.company.revision("alpha-1", mixer(site.company))
    with pytest.raises(Refused) as refused:
        rollouts.uninstall(site.company.root_user, [revision.instance])
    assert refused.value.code == "not-installed"
    instance = site.install(revision)
    site.offer_removal(instance)
    site.say(instance, *REMOVAL)
    instance.refresh_from_db()
    assert (instance.state, instance.current, instance.desired) == (I.UNDEPLOYED, None, None)
    with pytest.raises(Refused):
        rollouts.uninstall(site.company.root_user, [instance])
    site.install(read(revision))
    instance.refresh_from_db()
    assert (instance.state, instance.current) == (I.DEPLOYED, revision)


def test_a_failed_removal_is_tried_again(site: Site) -> None:
    instance = site.install(site.company.revision("alpha-1", mixer(site.company)))
    removal = site.offer_removal(instance)
    site.say(instance, W.RECEIVED, W.REMOVING)
    site.fail(instance)
    instance.refresh_from_db()
    assert instance.state == I.UNINSTALL_FAILED
    rollout = rollouts.retry(site.company.root_user, [Deployment.objects.get(pk=removal.pk)])
    instance.refresh_from_db()
    assert instance.state == I.UNINSTALLING
    dispatch.advance_due()
    site.say(instance, *REMOVAL)
    instance.refresh_from_db()
    rollout.refresh_from_db()
    assert (instance.state, rollout.state) == (I.UNDEPLOYED, RolloutState.SUCCEEDED)


def test_who_comes_second_is_told_who_was_first(site: Site) -> None:
    company = site.company
    revision = company.revision("alpha-1", company.solution())
    dana = company.person("dana", "deployment-manager")
    first = rollouts.deploy(dana, [revision]).deployments.get()
    with pytest.raises(Refused) as refused:
        rollouts.deploy(company.root_user, [read(revision)])
    assert refused.value.code == "deployment-active"
    assert refused.value.params == {
        "line": "alpha-1",
        "deployment": first.pk,
        "by": "dana",
        "at": first.created_at.isoformat(),
    }


@pytest.mark.parametrize(
    ("said", "state"),
    [((), S.OFFERED), ((W.STAGING,), S.STAGING), ((W.STAGING, W.STAGED), S.STAGED)],
)
def test_until_something_changes_at_the_line_it_can_be_cancelled(
    site: Site, said: tuple[W, ...], state: S
) -> None:
    deployment = site.offer(site.company.revision("alpha-1", mixer(site.company)))
    site.say(deployment.instance, *said)
    deployment.refresh_from_db()
    assert deployment.state == state
    rollouts.cancel(site.company.root_user, deployment)
    deployment.refresh_from_db()
    assert (deployment.state, deployment.next_action_at) == (S.CANCELLED, None)
    instance = SolutionInstance.objects.get()
    assert (instance.state, instance.desired, instance.generation) == (I.NOT_DEPLOYED, None, 2)
    rollout = Rollout.objects.get()
    assert rollout.state == RolloutState.CANCELLED
    event = Event.objects.get(kind="deployment.cancelled")
    assert event.user == site.company.root_user


def test_what_was_never_offered_is_cancelled_without_a_word_to_the_site(site: Site) -> None:
    revision = site.company.revision("alpha-1", mixer(site.company))
    deployment = rollouts.deploy(site.company.root_user, [revision]).deployments.get()
    before = site.document()
    rollouts.cancel(site.company.root_user, deployment)
    assert site.document() == before
    assert SolutionInstance.objects.get().generation == 0


@pytest.mark.parametrize("said", [(W.APPLYING,), (W.APPLYING, W.VERIFYING), (W.COMMITTED,)])
def test_once_the_line_changes_it_is_too_late_to_cancel(site: Site, said: tuple[W, ...]) -> None:
    deployment = site.offer(site.company.revision("alpha-1", mixer(site.company)))
    site.say(deployment.instance, *said)
    deployment.refresh_from_db()
    state = deployment.state
    with pytest.raises(Refused) as refused:
        rollouts.cancel(site.company.root_user, deployment)
    assert (refused.value.code, refused.value.params) == ("too-late-to-cancel", {"state": state})
    deployment.refresh_from_db()
    assert deployment.state == state


def test_a_cancel_that_comes_after_the_sites_word_changes_nothing(site: Site) -> None:
    deployment = site.offer(site.company.revision("alpha-1", mixer(site.company)))
    as_the_page_shows_it = Deployment.objects.get(pk=deployment.pk)
    site.say(deployment.instance, W.APPLYING)
    with pytest.raises(Stale) as stale:
        rollouts.cancel(site.company.root_user, as_the_page_shows_it)
    assert stale.value.code == "moved-meanwhile"
    deployment.refresh_from_db()
    instance = SolutionInstance.objects.get()
    assert (deployment.state, instance.generation) == (S.APPLYING, 1)


def test_cancelling_an_upgrade_leaves_the_line_deployed(site: Site) -> None:
    version = mixer(site.company)
    first = site.company.revision("alpha-1", version)
    site.install(first)
    deployment = site.offer(read(site.company.revision("alpha-1", version, a=1)))
    rollouts.cancel(site.company.root_user, deployment)
    instance = SolutionInstance.objects.get()
    assert (instance.state, instance.desired, instance.generation) == (I.DEPLOYED, first, 3)


def test_the_removal_of_what_never_ran_can_be_cancelled(site: Site) -> None:
    attempt = failed(site)
    removal = site.offer_removal(attempt.instance)
    rollouts.cancel(site.company.root_user, removal)
    instance = SolutionInstance.objects.get()
    assert (instance.state, instance.current) == (I.FAILED, None)
    again = rollouts.uninstall(site.company.root_user, [instance])
    assert again.state == RolloutState.RUNNING


def twelve(site: Site) -> list[SolutionVersion]:
    """Revisions on twelve lines of factory alpha."""
    company = site.company
    for number in range(4, 13):
        name = f"alpha-{number}"
        company.lines[name] = places.create_target(
            company.root_user, company.factories["alpha"], name
        )
        company.lines[name].agent = site.agent
        company.lines[name].save()
    return [company.revision(f"alpha-{n}", mixer(company)) for n in range(1, 13)]


def test_twelve_lines_with_one_that_fails(site: Site) -> None:
    revisions = twelve(site)
    rollout = rollouts.deploy(site.company.root_user, revisions)
    assert rollout.deployments.count() == 12
    dispatch.advance_due()
    assert len(site.document().workloads) == 12
    for number, revision in enumerate(revisions):
        rollout.refresh_from_db()
        assert rollout.state == RolloutState.RUNNING
        if number == 4:
            site.say(revision.instance, W.RECEIVED, W.APPLYING)
            site.fail(revision.instance)
        else:
            site.say(revision.instance, *GOOD_WAY)
    rollout.refresh_from_db()
    assert rollout.state == RolloutState.FINISHED_WITH_FAILURES
    assert rollout.finished_at is not None
    states = list(rollout.deployments.values_list("state", flat=True))
    assert sorted(states) == sorted([S.FAILED, *[S.SUCCEEDED] * 11])
    assert Event.objects.filter(kind="rollout.finished-with-failures").count() == 1


def test_a_success_with_waiting_lines_ends_as_they_do(site: Site, clock: Clock) -> None:
    other = Site(site.company, site.company.agent("beta"))
    version = mixer(site.company)
    mine, theirs = (site.company.revision(line, version) for line in ("alpha-1", "beta-1"))
    rollout = rollouts.deploy(site.company.root_user, [mine, theirs])
    dispatch.advance_due()
    site.say(mine.instance, *GOOD_WAY)
    clock.forward(minutes=3)
    dispatch.advance_due()
    rollout.refresh_from_db()
    assert rollout.state == RolloutState.SUCCEEDED_WITH_DEFERRED
    other.beat()
    dispatch.advance_due()
    other.say(theirs.instance, W.RECEIVED, W.APPLYING)
    other.fail(theirs.instance, W.REVERTED)
    rollout.refresh_from_db()
    assert rollout.state == RolloutState.FINISHED_WITH_FAILURES


def test_a_page_sees_when_a_line_last_changed(site: Site, clock: Clock) -> None:
    revision = site.company.revision("alpha-1", mixer(site.company))
    clock.forward(hours=1)
    site.offer(revision)
    revision.instance.refresh_from_db()
    assert revision.instance.updated_at == clock.now()
    clock.forward(minutes=1)
    site.say(revision.instance, W.COMMITTED)
    revision.instance.refresh_from_db()
    assert revision.instance.updated_at == clock.now()
