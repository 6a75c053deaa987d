"""What a cancel leaves behind, at the line and in the rollout."""

from orchestration.queries import deployments as queries
from orchestration.services import dispatch, rollouts
from orchestration.states import RolloutState
from tests.integration.services.site import GOOD_WAY, Site, mixer


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
