"""Several workers settle one shared copy at the same moment, or are killed in the middle."""

import pytest

from orchestration.models import Deployment, InjectedSection, SolutionVersion
from orchestration.services import dispatch, injecting, rollouts
from orchestration.states import DeploymentState as S
from tests.integration.services.moments import at_once
from tests.integration.services.sharing import Sharing, last
from tests.integration.services.site import GOOD_WAY


@pytest.fixture
def db(transactional_db: None) -> None:
    """Really committed: threads must see each other's rows."""


def sections(sharing: Sharing) -> list[str]:
    current = sharing.hub_copy.current
    return [one["Line"] for one in current.configuration["Senders"]] if current else []


def test_four_workers_make_one_revision_of_the_shared_copy(
    sharing: Sharing, caplog: pytest.LogCaptureFixture
) -> None:
    sharing.run(sharing.publish_hub())
    names = sharing.more_lines(6)
    revisions = [sharing.publish_line(name) for name in names]
    rollouts.deploy(sharing.by, revisions)
    at_once([dispatch.advance_due] * 4)
    dispatch.advance_due()
    hub = sharing.hub_copy
    assert hub.revisions.count() == 2
    assert Deployment.objects.filter(instance=hub).count() == 2
    assert InjectedSection.objects.count() == 6
    sharing.work()
    assert sections(sharing) == names
    assert {one.state for one in Deployment.objects.all()} == {S.SUCCEEDED}
    assert [one.getMessage() for one in caplog.records if one.levelname == "ERROR"] == []


def test_a_person_and_a_worker_deploy_the_shared_copy_at_once(
    sharing: Sharing, caplog: pytest.LogCaptureFixture
) -> None:
    sharing.run(sharing.publish_hub())
    newer = sharing.publish_hub(Port=9200)
    rollouts.deploy(sharing.by, [sharing.publish_line()])

    def by_hand() -> None:
        rollouts.deploy(sharing.by, [SolutionVersion.objects.get(pk=newer.pk)])

    at_once([dispatch.advance_due, by_hand, dispatch.advance_due])
    dispatch.advance_due()
    assert Deployment.objects.filter(instance=sharing.hub_copy, state=S.OFFERED).count() == 1
    sharing.work()
    dispatch.advance_due()
    sharing.work()
    assert sections(sharing) == ["alpha-1"]
    line = Deployment.objects.get(target=sharing.company.lines["alpha-1"])
    assert line.state == S.SUCCEEDED
    assert [one.getMessage() for one in caplog.records if one.levelname == "ERROR"] == []


class Killed(BaseException):
    """The worker is gone: nothing may catch this."""


@pytest.mark.parametrize(("module", "name"), [("publishing", "reissue"), ("rollouts", "deploy")])
def test_a_worker_killed_in_the_middle_leaves_nothing_half_done(
    sharing: Sharing, monkeypatch: pytest.MonkeyPatch, module: str, name: str
) -> None:
    sharing.run(sharing.publish_hub())
    rollouts.deploy(sharing.by, [sharing.publish_line()])

    def die(*_: object, **__: object) -> None:
        raise Killed

    monkeypatch.setattr(getattr(injecting, module), name, die)
    with pytest.raises(Killed):
        dispatch.advance_due()
    assert InjectedSection.objects.count() == 0
    assert sharing.hub_copy.revisions.count() == 1


def test_after_a_kill_the_next_sweep_ends_where_it_would_have(
    sharing: Sharing, monkeypatch: pytest.MonkeyPatch
) -> None:
    sharing.run(sharing.publish_hub())
    rollouts.deploy(sharing.by, [sharing.publish_line()])
    settle = injecting.settle

    def settle_and_die(shared: int) -> None:
        settle(shared)
        raise Killed

    monkeypatch.setattr(injecting, "settle", settle_and_die)
    with pytest.raises(Killed):
        dispatch.advance_due()
    monkeypatch.setattr(injecting, "settle", settle)
    dispatch.advance_due()
    assert sharing.hub_copy.revisions.count() == 2
    assert last(sharing.hub_copy).state == S.OFFERED
    sharing.site.say(sharing.hub_copy, *GOOD_WAY)
    dispatch.advance_due()
    sharing.work()
    assert sections(sharing) == ["alpha-1"]
