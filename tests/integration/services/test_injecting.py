"""Shared copies get what their dependents put in, once, in order, and lose it again."""

import pytest

from orchestration.models import (
    Deployment,
    InjectedSection,
    Rollout,
    SolutionInstance,
    SolutionVersion,
    Target,
)
from orchestration.services import dispatch, places, publishing, rollouts
from orchestration.services.errors import Refused
from orchestration.states import DeploymentState as S
from orchestration.states import InstanceState
from portal.web.remarks import remark
from rbac import grants
from tests.integration.services.sharing import Sharing, last
from tests.integration.services.site import GOOD_WAY, Clock, W


def section(line: str, rate: int = 5) -> dict[str, object]:
    return {"Line": line, "Rate": rate}


def test_a_line_waits_until_the_shared_copy_runs_with_its_section(sharing: Sharing) -> None:
    sharing.run(sharing.publish_hub())
    revision = sharing.publish_line()
    deployment = sharing.start(revision).deployments.get()
    deployment.refresh_from_db()
    assert (deployment.state, deployment.generation) == (S.RELEASED, 0)
    assert deployment.hold["code"] == "dependency"
    assert deployment.hold["reason"] == "updating"
    assert deployment.hold["line"] == "alpha-shared"

    update = last(sharing.hub_copy)
    assert update.state == S.OFFERED
    assert (update.rollout.kind, update.rollout.started_by) == (Rollout.Kind.DEPLOY, sharing.by)
    assert remark(sharing.by, update.rollout) == "For alpha-1"
    assert str(update.revision) == "1.0.0.2"
    sharing.work()
    assert sharing.senders == [section("alpha-1")]
    deployment.refresh_from_db()
    assert (deployment.state, deployment.hold) == (S.SUCCEEDED, {})
    assert "Senders" not in revision.content, "a dependent holds nothing of what it shares"


def test_a_shared_copy_that_does_not_run_yet_is_started(sharing: Sharing) -> None:
    sharing.publish_hub()
    instance = sharing.run(sharing.publish_line())
    assert sharing.senders == [section("alpha-1")]
    assert instance.state == InstanceState.DEPLOYED


def test_twelve_lines_at_once_make_one_new_revision(sharing: Sharing) -> None:
    sharing.run(sharing.publish_hub())
    names = sharing.more_lines(12)
    sharing.start(*(sharing.publish_line(name) for name in names))
    assert sharing.hub_copy.revisions.count() == 2
    sharing.work()
    assert sharing.hub_copy.revisions.count() == 2
    assert sharing.senders == [section(name) for name in names]
    assert SolutionInstance.objects.filter(state=InstanceState.DEPLOYED).count() == 13
    made = last(sharing.hub_copy)
    told = "For more-0, more-1, more-2 and 9 more"
    assert remark(sharing.by, made.rollout) == told
    assert made.revision is not None
    assert remark(sharing.by, made.revision) == told
    near = sharing.company.person("olga", "deployment-viewer", sharing.hub.node)
    assert remark(near, made.rollout) == "For 12 lines", "those it was made for are no neighbours"
    assert "more-" not in made.rollout.comment + made.revision.comment


def test_deploying_again_replaces_and_keeps_the_order(sharing: Sharing) -> None:
    sharing.run(sharing.publish_hub())
    sharing.run(sharing.publish_line("alpha-1"))
    sharing.run(sharing.publish_line("alpha-2"))
    sharing.run(sharing.publish_line("alpha-1", Rate=8))
    assert sharing.senders == [section("alpha-1", 8), section("alpha-2")]
    assert InjectedSection.objects.count() == 2


def test_the_same_section_again_leaves_the_shared_copy_alone(sharing: Sharing) -> None:
    sharing.run(sharing.publish_hub())
    sharing.run(sharing.publish_line())
    other = sharing.solution("sender", SENDER_WITH_MORE, "1.1.0")
    before = sharing.hub_copy.current_id
    sharing.run(sharing.publish(other, sharing.company.lines["alpha-1"], {}))
    assert sharing.hub_copy.current_id == before
    assert InjectedSection.objects.get().revision == other.revisions.get()


def test_rolling_a_line_back_puts_the_older_section_in(sharing: Sharing) -> None:
    sharing.run(sharing.publish_hub())
    first = sharing.publish_line()
    instance = sharing.run(first)
    sharing.run(sharing.publish_line(Rate=8))
    rollouts.roll_back(sharing.by, [SolutionVersion.objects.get(pk=first.pk)])
    dispatch.advance_due()
    sharing.work()
    instance.refresh_from_db()
    assert instance.current == first
    assert sharing.senders == [section("alpha-1", 5)]


def test_uninstalling_a_line_takes_its_section_out(sharing: Sharing) -> None:
    sharing.run(sharing.publish_hub())
    instance = sharing.run(sharing.publish_line("alpha-1"))
    sharing.run(sharing.publish_line("alpha-2"))
    sharing.remove(instance)
    assert sharing.senders == [section("alpha-1"), section("alpha-2")], "until it is gone"
    sharing.work()
    assert sharing.senders == [section("alpha-2")]
    assert sharing.hub_copy.state == InstanceState.DEPLOYED


@pytest.mark.parametrize("end", [W.FAILED, W.REVERTED])
def test_what_a_failed_line_really_runs_is_put_back(sharing: Sharing, end: W) -> None:
    sharing.run(sharing.publish_hub())
    first = sharing.publish_line()
    instance = sharing.run(first)
    sharing.start(sharing.publish_line(Rate=8))
    sharing.site.say(sharing.hub_copy, *GOOD_WAY)
    dispatch.advance_due()
    assert sharing.senders == [section("alpha-1", 8)]
    sharing.site.say(instance, W.RECEIVED, W.STAGING, W.STAGED, W.APPLYING)
    if end is W.REVERTED:
        sharing.site.say(instance, W.REVERTING)
    sharing.site.fail(instance, end, observed=first.pk if end is W.REVERTED else None)
    dispatch.advance_due()
    sharing.work()
    assert sharing.senders == [section("alpha-1", 5)]


def test_a_cancelled_line_leaves_nothing(sharing: Sharing) -> None:
    sharing.run(sharing.publish_hub())
    deployment = sharing.start(sharing.publish_line()).deployments.get()
    rollouts.cancel(sharing.by, deployment)
    dispatch.advance_due()
    sharing.work()
    assert sharing.senders == []
    assert InjectedSection.objects.count() == 0


def test_publishing_the_shared_copy_keeps_what_was_put_in(sharing: Sharing) -> None:
    sharing.run(sharing.publish_hub())
    sharing.run(sharing.publish_line())
    revision = sharing.publish_hub(Port=9200)
    assert revision.configuration == {"Port": 9200, "Senders": [section("alpha-1")]}
    assert [one["from"] for one in revision.injected] == ["Sender"]


def test_values_saved_since_are_not_slipped_in(sharing: Sharing) -> None:
    hub = sharing.publish_hub(Port=9200)
    sharing.run(hub)
    sharing.publish_hub(Port=9300)
    SolutionInstance.objects.filter(target=sharing.hub).update(configuration_pending=True)
    sharing.run(sharing.publish_line())
    copy = sharing.hub_copy
    assert copy.current is not None
    assert copy.current.configuration == {"Port": 9200, "Senders": [section("alpha-1")]}
    assert copy.configuration_pending


def test_rolling_the_shared_copy_back_keeps_what_lines_need(sharing: Sharing) -> None:
    sharing.run(sharing.publish_hub(Port=9200))
    first = sharing.hub_copy.current
    assert first is not None
    sharing.run(sharing.publish_hub(Port=9300))
    sharing.run(sharing.publish_line())
    rollouts.roll_back(sharing.by, [SolutionVersion.objects.get(pk=first.pk)])
    dispatch.advance_due()
    sharing.work()
    current = sharing.hub_copy.current
    assert current is not None
    assert current.configuration == {"Port": 9200, "Senders": [section("alpha-1")]}


def test_a_line_waits_for_whatever_is_done_to_the_shared_copy(sharing: Sharing) -> None:
    sharing.run(sharing.publish_hub())
    sharing.start(sharing.publish_hub(Port=9200))
    deployment = sharing.start(sharing.publish_line()).deployments.get()
    assert Deployment.objects.filter(instance=sharing.hub_copy).count() == 2, "no second at once"
    sharing.work()
    deployment.refresh_from_db()
    assert deployment.state == S.SUCCEEDED
    current = sharing.hub_copy.current
    assert current is not None
    assert current.configuration == {"Port": 9200, "Senders": [section("alpha-1")]}


def test_a_shared_copy_that_fails_is_not_tried_again_until_somebody_does(
    sharing: Sharing, clock: Clock
) -> None:
    sharing.run(sharing.publish_hub())
    deployment = sharing.start(sharing.publish_line()).deployments.get()
    hub = sharing.hub_copy
    sharing.site.fail(hub)
    for _ in range(3):
        clock.forward(seconds=31)
        sharing.site.beat()
        dispatch.advance_due()
    deployment.refresh_from_db()
    assert (deployment.state, deployment.hold["reason"]) == (S.RELEASED, "failed")
    assert last(hub).state == S.FAILED
    rollouts.retry(sharing.by, [last(hub)])
    dispatch.advance_due()
    sharing.work()
    deployment.refresh_from_db()
    assert deployment.state == S.SUCCEEDED
    assert sharing.senders == [section("alpha-1")]


def test_a_shared_copy_whose_update_was_cancelled_waits_for_a_person(sharing: Sharing) -> None:
    sharing.run(sharing.publish_hub())
    deployment = sharing.start(sharing.publish_line()).deployments.get()
    rollouts.cancel(sharing.by, last(sharing.hub_copy))
    dispatch.advance_due()
    deployment.refresh_from_db()
    assert deployment.hold["reason"] == "stopped"
    assert last(sharing.hub_copy).state == S.CANCELLED


def test_without_the_rights_there_a_line_holds_and_says_which(
    sharing: Sharing, clock: Clock
) -> None:
    sharing.run(sharing.publish_hub())
    person = sharing.company.person(
        "dana", "deployment-manager", sharing.company.lines["alpha-1"].node
    )
    sharing.by = person
    deployment = sharing.start(sharing.publish_line()).deployments.get()
    deployment.refresh_from_db()
    assert deployment.hold["reason"] == "right"
    assert (deployment.hold["perm"], deployment.hold["place"]) == ("publish", "alpha-shared")
    assert sharing.senders == []
    assert sharing.hub_copy.revisions.count() == 1

    grants.give("deployment-manager", person, sharing.hub.node)
    grants.give("configuration-author", person, sharing.hub.node)
    clock.forward(seconds=31)
    sharing.site.beat()
    dispatch.advance_due()
    sharing.work()
    assert sharing.senders == [section("alpha-1")]
    assert last(sharing.hub_copy).rollout.started_by == person


def test_without_the_rights_there_an_uninstall_leaves_the_shared_copy_to_others(
    sharing: Sharing,
) -> None:
    sharing.run(sharing.publish_hub())
    instance = sharing.run(sharing.publish_line())
    line = sharing.company.lines["alpha-1"].node
    sharing.by = sharing.company.person("dana", "deployment-manager", line)
    sharing.remove(instance)
    sharing.work()
    instance.refresh_from_db()
    assert instance.state == InstanceState.UNDEPLOYED
    assert sharing.senders == [section("alpha-1")]
    assert sharing.hub_copy.configuration_pending
    attempts = sharing.hub_copy.deployments.count()
    dispatch.advance_due()
    assert sharing.hub_copy.deployments.count() == attempts
    assert sharing.publish_hub().configuration["Senders"] == []


def test_a_shared_copy_in_use_stays(sharing: Sharing) -> None:
    hub = sharing.run(sharing.publish_hub())
    instance = sharing.run(sharing.publish_line())
    with pytest.raises(Refused) as refused:
        sharing.remove(hub)
    assert refused.value.code == "still-used"
    assert refused.value.params["users"] == ["sender on alpha-1"]
    stranger = sharing.company.person("dana", "deployment-manager", sharing.hub.node)
    sharing.by = stranger
    with pytest.raises(Refused) as refused:
        sharing.remove(hub)
    assert refused.value.code == "still-used-unseen"
    assert "alpha-1" not in str(refused.value.params)

    sharing.by = sharing.company.root_user
    sharing.remove(instance)
    sharing.work()
    sharing.remove(hub)
    sharing.work()
    places.remove(sharing.by, sharing.hub.node)
    assert not Target.objects.filter(pk=sharing.hub.pk).exists()


def test_a_target_whose_copy_is_waited_for_cannot_be_deleted(sharing: Sharing) -> None:
    sharing.publish_hub()
    line = sharing.company.lines["alpha-1"]
    Target.objects.filter(pk=sharing.hub.pk).update(agent=None)
    sharing.start(sharing.publish_line())
    hub = last(sharing.hub_copy)
    rollouts.cancel(sharing.by, hub)
    with pytest.raises(Refused) as refused:
        places.remove(sharing.by, sharing.hub.node)
    assert refused.value.code == "still-used"
    rollouts.cancel(sharing.by, Deployment.objects.get(target=line))
    places.remove(sharing.by, sharing.hub.node)


def test_a_dependency_without_sections_only_needs_the_copy_to_run(sharing: Sharing) -> None:
    sharing.publish_hub()
    text = "dependencies: [{solutionTemplateId: collector}]\nconfigs: {}\n"
    viewer = sharing.solution("viewer", text)
    sharing.run(sharing.publish(viewer, sharing.company.lines["alpha-1"], {}))
    assert sharing.senders == []
    assert sharing.hub_copy.revisions.count() == 1


def test_a_line_that_is_deleted_leaves_its_section_to_others(sharing: Sharing) -> None:
    sharing.run(sharing.publish_hub())
    instance = sharing.run(sharing.publish_line())
    sharing.remove(instance)
    sharing.site.say(instance, *W_REMOVED)
    places.remove(sharing.by, sharing.company.lines["alpha-1"].node)
    dispatch.advance_due()
    sharing.work()
    assert InjectedSection.objects.count() == 0
    assert sharing.senders == [section("alpha-1")], "nobody may change it for a line that is gone"
    assert sharing.hub_copy.configuration_pending


def test_a_late_end_of_a_timed_out_line_counts(sharing: Sharing, clock: Clock) -> None:
    sharing.run(sharing.publish_hub())
    sharing.start(sharing.publish_line())
    sharing.site.say(sharing.hub_copy, *GOOD_WAY)
    dispatch.advance_due()
    instance = SolutionInstance.objects.get(target=sharing.company.lines["alpha-1"])
    sharing.site.say(instance, W.RECEIVED, W.STAGING)
    clock.forward(hours=2)
    sharing.site.beat()
    dispatch.advance_due()
    assert last(instance).state == S.TIMED_OUT
    assert sharing.senders == [section("alpha-1")], "the site may still fulfil it"
    sharing.site.fail(instance)
    dispatch.advance_due()
    sharing.work()
    assert sharing.senders == []


def test_a_revision_of_the_shared_copy_names_no_values_twice(sharing: Sharing) -> None:
    """Looking again, however often, changes nothing."""
    sharing.run(sharing.publish_hub())
    sharing.run(sharing.publish_line())
    revisions, attempts = SolutionVersion.objects.count(), Deployment.objects.count()
    for _ in range(3):
        dispatch.advance_due()
    assert (SolutionVersion.objects.count(), Deployment.objects.count()) == (revisions, attempts)
    (one,) = publishing.publish(sharing.by, sharing.collector, [sharing.hub])
    assert one.outcome is publishing.Outcome.UNCHANGED


W_REMOVED = (W.RECEIVED, W.REMOVING, W.REMOVED)
SENDER_WITH_MORE = """
schema:
  rules:
    configs:
      Rate: {type: int, defaultValue: 5}
dependencies:
  - solutionTemplateId: collector
    configsToBeInjected:
      - from: Sender
        to: Senders
configs:
  Sender:
    Line: ${{$target(name)}}
    Rate: ${{$val(Rate)}}
  More: true
"""
