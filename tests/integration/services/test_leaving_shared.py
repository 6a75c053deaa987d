"""A shared copy that is on its way out is nothing to start a dependent on."""

from orchestration.services import dispatch, rollouts
from orchestration.states import DeploymentState as S
from tests.integration.services.sharing import SENDER, Sharing, last
from tests.integration.services.site import REMOVAL, W

PLAIN = SENDER.replace("    configsToBeInjected:\n      - from: Sender\n        to: Senders\n", "")


def test_a_line_waits_for_a_copy_that_is_being_removed_until_it_is_back(sharing: Sharing) -> None:
    assert "Injected" not in PLAIN
    hub = sharing.run(sharing.publish_hub())
    plain = sharing.solution("sender", PLAIN, "2.0.0")
    line = sharing.company.lines["alpha-1"]
    revision = sharing.publish(plain, line, {})
    rollouts.uninstall(sharing.by, [hub])
    dispatch.advance_due()
    waiting = sharing.start(revision).deployments.get()
    waiting.refresh_from_db()
    assert (waiting.state, waiting.hold["reason"]) == (S.RELEASED, "updating")

    hub.refresh_from_db()
    sharing.site.say(hub, *REMOVAL)
    dispatch.advance_due()
    sharing.work()
    hub.refresh_from_db()
    waiting.refresh_from_db()
    assert (hub.current, waiting.state) == (last(hub).revision, S.SUCCEEDED)
    assert hub.current is not None


def test_a_copy_that_could_not_be_removed_holds_with_that_reason(sharing: Sharing) -> None:
    hub = sharing.run(sharing.publish_hub())
    revision = sharing.publish(
        sharing.solution("sender", PLAIN, "2.0.0"), sharing.company.lines["alpha-1"], {}
    )
    removal = sharing.remove(hub)
    hub.refresh_from_db()
    sharing.site.say(hub, W.RECEIVED, W.REMOVING)
    sharing.site.fail(hub)
    waiting = sharing.start(revision).deployments.get()
    waiting.refresh_from_db()
    assert waiting.hold["reason"] == "failed"
    assert waiting.hold["deployment"] == removal.pk
