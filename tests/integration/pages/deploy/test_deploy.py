"""Deploying, rolling back, retrying, uninstalling and cancelling by form."""

import pytest
from django.test import Client
from django.urls import reverse

from orchestration.models import Deployment, Event, Rollout
from orchestration.services import dispatch
from orchestration.states import DeploymentState, InstanceState
from tests.integration.conftest import Company
from tests.integration.pages import site


@pytest.fixture
def deployer(company: Company, client: Client) -> Client:
    """Deploys at factory alpha, and nowhere else."""
    dana = company.person("dana", "deployment-manager", company.factories["alpha"])
    return site.signed_in(client, dana)


def text(client: Client, name: str, *args: int, query: str = "") -> str:
    response = client.get(reverse(name, args=args) + query)
    assert response.status_code == 200
    return " ".join(response.content.decode().split())


def test_choose_confirm_deploy(company: Company, deployer: Client) -> None:
    company.agent("alpha")
    version = company.solution()
    site.deployed(company.root_user, company.revision("alpha-1", version, MaxTemp=80))
    newer = company.revision("alpha-1", version, MaxTemp=85)
    first = company.revision("alpha-2", version)

    page = text(deployer, "deploy-targets")
    assert "1.0.0.2" in page
    ids = f"?instance={newer.instance_id}&instance={first.instance_id}"
    page = text(deployer, "deploy-confirm", query=ids)
    assert "Deploy to 2 lines?" in page
    assert "80 → <strong>85</strong>" in page
    assert "First installation" in page

    answer = deployer.post(
        reverse("deploy-confirm"),
        {
            "instance": [newer.instance_id, first.instance_id],
            f"revision-{newer.instance_id}": newer.pk,
            f"revision-{first.instance_id}": first.pk,
            "comment": "for the night shift",
        },
    )
    rollout = Rollout.objects.latest("pk")
    assert answer.status_code == 303
    assert answer.headers["Location"] == reverse("deploy-rollout", args=[rollout.pk])
    assert {d.revision_id for d in rollout.deployments.all()} == {newer.pk, first.pk}
    assert Event.objects.filter(kind="rollout.started", user__username="dana").count() == 1
    page = text(deployer, "deploy-rollout", rollout.pk)
    assert "for the night shift" in page
    assert "0 of 2" in page


def test_pressing_twice_starts_once_and_says_so(company: Company, deployer: Client) -> None:
    revision = company.revision("alpha-1", company.solution())
    form = {"instance": revision.instance_id, f"revision-{revision.instance_id}": revision.pk}
    assert deployer.post(reverse("deploy-confirm"), form).status_code == 303
    again = deployer.post(reverse("deploy-confirm"), form)
    assert again.status_code == 409
    assert "Something is being done to alpha-1 already" in again.content.decode()
    assert Rollout.objects.count() == 1
    page = text(deployer, "deploy-targets", query="?show=all")
    assert "Something is being done to alpha-1 right now." in page


def test_nothing_deployable_says_what_to_do(company: Company, deployer: Client) -> None:
    assert "Nothing is published yet" in text(deployer, "deploy-targets")
    company.agent("alpha")
    site.deployed(company.root_user, company.revision("alpha-1", company.solution()))
    assert "Every line runs the newest published revision" in text(deployer, "deploy-targets")


def test_another_line_or_revision_cannot_be_smuggled_in(company: Company, deployer: Client) -> None:
    version = company.solution()
    own, other = company.revision("alpha-1", version), company.revision("beta-1", version)
    mixed = {"instance": own.instance_id, f"revision-{own.instance_id}": other.pk}
    assert deployer.post(reverse("deploy-confirm"), mixed).status_code == 422
    foreign = {"instance": other.instance_id, f"revision-{other.instance_id}": other.pk}
    assert deployer.post(reverse("deploy-confirm"), foreign).status_code == 422
    assert "beta" not in text(deployer, "deploy-targets", query="?show=all")
    assert not Rollout.objects.exists()


def test_who_only_watches_may_not_deploy(company: Company, client: Client) -> None:
    revision = company.revision("alpha-1", company.solution())
    site.signed_in(client, company.person("vera", "deployment-viewer"))
    form = {"instance": revision.instance_id, f"revision-{revision.instance_id}": revision.pk}
    assert client.post(reverse("deploy-confirm"), form).status_code == 403
    assert client.get(reverse("deploy-targets")).status_code == 403
    assert not Rollout.objects.exists()


def test_the_right_at_one_factory_is_none_at_the_other(company: Company, client: Client) -> None:
    """May deploy at alpha, may only watch beta: beta's lines say so and are refused."""
    dana = company.person("dana", "deployment-manager", company.factories["alpha"])
    company.person("dana", "deployment-viewer")
    site.signed_in(client, dana)
    revision = company.revision("beta-1", company.solution())
    page = text(client, "deploy-confirm", query=f"?instance={revision.instance_id}")
    assert "You do not have the right “Deploy, retry, roll back and stop” at beta-1." in page
    form = {"instance": revision.instance_id, f"revision-{revision.instance_id}": revision.pk}
    assert client.post(reverse("deploy-confirm"), form).status_code == 403


def test_roll_back_to_an_earlier_revision(company: Company, deployer: Client) -> None:
    company.agent("alpha")
    version = company.solution()
    old = company.revision("alpha-1", version, MaxTemp=80)
    site.deployed(company.root_user, old)
    new = company.revision("alpha-1", version, MaxTemp=85)
    site.deployed(company.root_user, new)

    address = reverse("deploy-roll-back", args=[new.instance_id])
    page = text(deployer, "deploy-roll-back", new.instance_id)
    assert "1.0.0.1" in page
    assert "85 → <strong>80</strong>" in page
    page = text(deployer, "deploy-roll-back", new.instance_id, query=f"?revision={old.pk}")
    assert "Roll alpha-1 back to 1.0.0.1?" in page
    assert deployer.post(address, {"revision": old.pk}).status_code == 303
    rollout = Rollout.objects.latest("pk")
    assert rollout.kind == Rollout.Kind.ROLL_BACK
    assert rollout.deployments.get().revision == old


def test_a_revision_that_failed_last_time_is_marked(company: Company, deployer: Client) -> None:
    company.agent("alpha")
    version = company.solution()
    bad = company.revision("alpha-1", version, MaxTemp=80)
    site.failed(company.root_user, bad)
    site.deployed(company.root_user, company.revision("alpha-1", version, MaxTemp=85))
    page = text(deployer, "deploy-roll-back", bad.instance_id, query=f"?revision={bad.pk}")
    assert "1.0.0.1 failed on alpha-1 last time" in page


def test_rolling_back_a_strangers_line_is_not_found(company: Company, deployer: Client) -> None:
    revision = company.revision("beta-1", company.solution())
    address = reverse("deploy-roll-back", args=[revision.instance_id])
    assert deployer.get(address).status_code == 404
    assert deployer.post(address, {"revision": revision.pk}).status_code == 404


def test_uninstall(company: Company, deployer: Client) -> None:
    company.agent("alpha")
    revision = company.revision("alpha-1", company.solution())
    page = text(deployer, "deploy-uninstall", query=f"?instance={revision.instance_id}")
    assert "mixer is not installed on alpha-1." in page
    site.deployed(company.root_user, revision)
    page = text(deployer, "deploy-uninstall", query=f"?instance={revision.instance_id}")
    assert "Uninstall from 1 line?" in page
    answer = deployer.post(reverse("deploy-uninstall"), {"instance": revision.instance_id})
    assert answer.status_code == 303
    revision.instance.refresh_from_db()
    assert revision.instance.state == InstanceState.UNINSTALLING


def test_cancel_before_it_begins_and_refuse_after(company: Company, deployer: Client) -> None:
    company.agent("alpha")
    revision = company.revision("alpha-1", company.solution())
    attempt = site.offered(company.root_user, revision)
    answer = deployer.post(reverse("deploy-cancel", args=[attempt.pk]))
    assert answer.status_code == 303
    page = text(deployer, "monitor-deployment", attempt.pk)
    assert "It is called off on alpha-1; if the site had begun, it goes back." in page
    attempt.refresh_from_db()
    assert attempt.state == DeploymentState.CANCELLED

    begun = site.offered(company.root_user, revision)
    site.tell(begun, site.W.RECEIVED, site.W.APPLYING)
    page = text(deployer, "monitor-deployment", begun.pk)
    assert "It has begun to change alpha-1." in page
    answer = deployer.post(reverse("deploy-cancel", args=[begun.pk]))
    assert answer.status_code == 409
    assert "too late to cancel" in answer.content.decode()


def test_what_no_site_was_told_of_is_cancelled_without_a_trace(
    company: Company, deployer: Client
) -> None:
    revision = company.revision("alpha-1", company.solution())
    attempt = start(deployer, revision).deployments.get()
    unchanged = "Cancel it? Nothing has been changed on alpha-1 yet."
    assert unchanged in text(deployer, "monitor-deployment", attempt.pk)
    deployer.post(reverse("deploy-cancel", args=[attempt.pk]))
    page = text(deployer, "monitor-deployment", attempt.pk)
    assert "Cancelled. Nothing was changed on alpha-1." in page


def test_retry_makes_a_new_attempt(company: Company, deployer: Client) -> None:
    company.agent("alpha")
    attempt = site.failed(company.root_user, company.revision("alpha-1", company.solution()))
    address = reverse("deploy-retry", args=[attempt.pk])
    assert address in text(deployer, "monitor-deployment", attempt.pk)
    answer = deployer.post(address)
    newest = Deployment.objects.latest("pk")
    assert answer.headers["Location"] == reverse("monitor-deployment", args=[newest.pk])
    assert (newest.instance, newest.revision) == (attempt.instance, attempt.revision)
    assert deployer.post(address).status_code == 409


def test_a_strangers_attempt_is_not_found(company: Company, deployer: Client) -> None:
    attempt = site.offered(company.root_user, company.revision("beta-1", company.solution()))
    for name in ("deploy-retry", "deploy-cancel"):
        assert deployer.post(reverse(name, args=[attempt.pk])).status_code == 404
    for name in ("deploy-rollout-retry", "deploy-rollout-cancel", "deploy-rollout-roll-back"):
        assert deployer.post(reverse(name, args=[attempt.rollout_id])).status_code == 404
    assert deployer.get(reverse("deploy-rollout", args=[attempt.rollout_id])).status_code == 404


def start(client: Client, *revisions: object) -> Rollout:
    form: dict[str, object] = {"instance": [r.instance_id for r in revisions]}  # type: ignore[attr-defined]
    form |= {f"revision-{r.instance_id}": r.pk for r in revisions}  # type: ignore[attr-defined]
    assert client.post(reverse("deploy-confirm"), form).status_code == 303
    dispatch.advance_due()
    return Rollout.objects.latest("pk")


def test_a_rollout_is_mended_as_a_whole(company: Company, deployer: Client) -> None:
    """One line fails, one goes well over an older revision: retry the one, put back the other."""
    company.agent("alpha")
    version = company.solution()
    old = company.revision("alpha-1", version, MaxTemp=80)
    site.deployed(company.root_user, old)
    new = company.revision("alpha-1", version, MaxTemp=85)
    rollout = start(deployer, new, company.revision("alpha-2", version))
    well, badly = rollout.deployments.order_by("target__node__path")
    site.tell(well, site.W.RECEIVED, site.W.COMMITTED)
    site.tell(badly, site.W.RECEIVED, site.W.APPLYING, site.W.VERIFYING, site.W.FAILED)

    page = text(deployer, "deploy-rollout", rollout.pk)
    assert "Retry 1 line" in page
    assert "Roll back 1 line" in page
    assert "Finished with failures" in page

    deployer.post(reverse("deploy-rollout-retry", args=[rollout.pk]))
    again = Rollout.objects.latest("pk")
    assert (again.kind, again.deployments.get().target) == (Rollout.Kind.RETRY, badly.target)
    deployer.post(reverse("deploy-rollout-roll-back", args=[rollout.pk]))
    back = Rollout.objects.latest("pk")
    assert (back.kind, back.deployments.get().revision) == (Rollout.Kind.ROLL_BACK, old)


def test_cancelling_a_rollout_leaves_what_has_begun(company: Company, deployer: Client) -> None:
    company.agent("alpha")
    version = company.solution()
    rollout = start(
        deployer, company.revision("alpha-1", version), company.revision("alpha-2", version)
    )
    begun, waiting = rollout.deployments.order_by("target__node__path")
    site.tell(begun, site.W.RECEIVED, site.W.APPLYING)
    answer = deployer.post(reverse("deploy-rollout-cancel", args=[rollout.pk]), follow=True)
    page = answer.content.decode()
    assert "1 line cancelled. It had begun on 1; there it goes on." in page
    assert "<p>1 cancelled</p>" in page
    assert "0 of 2, 1 cancelled" in text(deployer, "deploy-rollouts")
    waiting.refresh_from_db()
    begun.refresh_from_db()
    assert waiting.state == DeploymentState.CANCELLED
    assert begun.state == DeploymentState.APPLYING


def test_no_page_changes_anything_on_get(company: Company, deployer: Client) -> None:
    attempt = site.offered(company.root_user, company.revision("alpha-1", company.solution()))
    assert deployer.get(reverse("deploy-cancel", args=[attempt.pk])).status_code == 405
    assert deployer.get(reverse("deploy-retry", args=[attempt.pk])).status_code == 405
