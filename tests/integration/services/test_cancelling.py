"""What a cancel leaves behind, at the line and in the rollout."""

import pytest

from orchestration.models import Deployment, SolutionInstance
from orchestration.queries import deployments as queries
from orchestration.services import dispatch, rollouts
from orchestration.states import InstanceState as I
from orchestration.states import RolloutState
from tests.integration.services.site import GOOD_WAY, REMOVAL, Clock, Site, W, mixer


def test_what_is_cancelled_is_neither_done_nor_failed(site: Site) -> None:
    version = mixer(site.company)
    chosen = [site.company.revision(line, version) for line in ("alpha-1", "alpha-2")]
    rollout = rollouts.deploy(site.company.root_user, chosen)
    first, second = rollout.deployments.order_by("pk")
    rollouts.cancel(site.company.root_user, first)
    dispatch.advance_due()
    site.say(second.instance, *GOOD_WAY)
    rollout.refresh_from_db()
    assert rollout.state == RolloutState.SUCCEEDED, "it did something"
    assert queries.progress(rollout.deployments.all()) == {
        "total": 2,
        "failed": 0,
        "active": 0,
        "cancelled": 1,
        "done": 1,
    }


@pytest.mark.parametrize("offered", [False, True])
@pytest.mark.parametrize(
    ("verb", "before"),
    [
        ("deploy", I.NOT_DEPLOYED),
        ("deploy", I.DEPLOYED),
        ("deploy", I.FAILED),
        ("deploy", I.UNDEPLOYED),
        ("deploy", I.UNINSTALL_FAILED),
        ("uninstall", I.DEPLOYED),
        ("uninstall", I.FAILED),
        ("uninstall", I.UNINSTALL_FAILED),
    ],
)
def test_after_a_cancel_the_line_is_as_it_was(
    site: Site, verb: str, before: I, *, offered: bool
) -> None:
    instance = brought_to(site, before)
    if verb == "uninstall":
        rollout = rollouts.uninstall(site.company.root_user, [instance])
    else:
        newer = site.company.revision("alpha-1", mixer(site.company), a=1)
        newer.instance.refresh_from_db()
        rollout = rollouts.deploy(site.company.root_user, [newer])
    if offered:
        dispatch.advance_due()
    rollouts.cancel(site.company.root_user, rollout.deployments.get())
    assert (now().state, now().current_id) == (before, instance.current_id)


def brought_to(site: Site, state: I) -> SolutionInstance:
    """The one instance, after what leaves it in this state."""
    revision = site.company.revision("alpha-1", mixer(site.company))
    if state is I.FAILED:
        site.offer(revision)
        site.say(revision.instance, W.RECEIVED, W.APPLYING)
        site.fail(revision.instance)
    elif state is not I.NOT_DEPLOYED:
        site.install(revision)
    if state in {I.UNDEPLOYED, I.UNINSTALL_FAILED}:
        site.offer_removal(now())
        site.say(now(), *REMOVAL[:2])
    if state is I.UNDEPLOYED:
        site.say(now(), W.REMOVED)
    elif state is I.UNINSTALL_FAILED:
        site.fail(now())
    assert now().state == state
    return now()


def now() -> SolutionInstance:
    return SolutionInstance.objects.get()


def test_what_an_older_order_brought_meanwhile_is_not_hidden_by_a_cancel(
    site: Site, clock: Clock
) -> None:
    first = site.offer(site.company.revision("alpha-1", mixer(site.company)))
    site.say(first.instance, W.APPLYING)
    clock.forward(hours=1)
    dispatch.advance_due()
    again = rollouts.retry(site.company.root_user, [Deployment.objects.get()])
    site.say(now(), W.COMMITTED)
    rollouts.cancel(site.company.root_user, again.deployments.get())
    assert (now().state, now().current) == (I.DEPLOYED, first.revision)
