"""Rollouts, deployments and events over REST."""

import uuid
from typing import Any

from django.utils import timezone

from agent import wire
from orchestration.models import Agent, Deployment, SolutionInstance, SolutionVersion
from orchestration.services import dispatch, reports
from orchestration.states import DeploymentState
from tests.integration.api.conftest import Api, keys, said
from tests.integration.conftest import Company


def tell(agent: Agent, instance: SolutionInstance, state: wire.ReportState, number: int) -> None:
    """One report of an agent about what it was last told to do."""
    instance.refresh_from_db()
    committed = state is wire.ReportState.COMMITTED
    failure = wire.Failure(
        wire.Phase.APPLY, "p", None, "process", "exited", "ended with 1", "log", retryable=True
    )
    report = wire.Report(
        id=uuid.uuid4(),
        instance=instance.pk,
        generation=instance.generation,
        revision_id=instance.desired_id,
        sequence=number,
        state=state,
        at=timezone.now(),
        observed_revision_id=instance.desired_id if committed else None,
        failure=failure if state is wire.ReportState.FAILED else None,
        steps=(),
    )
    batch = wire.ReportBatch(wire.WIRE_VERSION, uuid.uuid4(), (report,))
    assert reports.accept(agent, batch).rejected == ()


def manager(company: Company, factory: str = "alpha") -> Api:
    name = f"dana-{factory}"
    return Api(company.person(name, "deployment-manager", company.factories[factory]))


def two_revisions(company: Company) -> tuple[SolutionVersion, SolutionVersion]:
    version = company.solution()
    return company.revision("alpha-1", version, N=1), company.revision("alpha-1", version, N=2)


def finished(agent: Agent, revision: SolutionVersion, number: int) -> None:
    dispatch.advance_due()
    tell(agent, revision.instance, wire.ReportState.COMMITTED, number)


def test_lines_are_deployed_rolled_back_and_uninstalled(company: Company) -> None:
    agent, api = company.agent("alpha"), manager(company)
    first, second = two_revisions(company)
    for path, revision in (("deploy", first), ("deploy", second), ("roll-back", first)):
        made = api.post(f"rollouts/{path}/", {"revisions": [revision.pk], "comment": "now"})
        assert made.status_code == 201, made.json()
        (deployment,) = made.json()["deployments"]
        assert deployment["revision"]["label"] == revision.label
        finished(agent, revision, made.json()["id"])
        rollout = api.get(f"rollouts/{made.json()['id']}/").json()
        assert (rollout["state"], rollout["progress"]["done"]) == ("Succeeded", 1)
    instance = api.get(f"instances/{first.instance_id}/").json()
    assert (instance["word"]["label"], instance["current"]["label"]) == (
        "Deployment completed",
        first.label,
    )
    gone = api.post("rollouts/uninstall/", {"instances": [first.instance_id]})
    assert gone.json()["deployments"][0]["revision"] is None
    dispatch.advance_due()
    tell(agent, first.instance, wire.ReportState.REMOVED, 9)
    instance = api.get(f"instances/{first.instance_id}/").json()
    assert instance["word"]["label"] == "Uninstallation completed"


def test_a_failed_attempt_says_why_and_is_tried_again(company: Company) -> None:
    agent, api = company.agent("alpha"), manager(company)
    revision, _ = two_revisions(company)
    (made,) = api.post("rollouts/deploy/", {"revisions": [revision.pk]}).json()["deployments"]
    dispatch.advance_due()
    tell(agent, revision.instance, wire.ReportState.FAILED, 1)
    found = api.get(f"deployments/{made['id']}/").json()
    assert (found["state"], found["word"]["severity"]) == ("Failed", "danger")
    assert (found["failure"]["code"], found["failure"]["component"]) == ("exited", "p")
    assert found["steps"][0]["key"] == "dispatch"
    again = api.post(f"deployments/{made['id']}/retry/", {"comment": "once more"})
    assert (again.status_code, again.json()["kind"]) == (201, "retry")
    twice = api.post("rollouts/retry/", {"deployments": [made["id"]]})
    assert said(twice) == (409, "not-failed")  # something newer goes on


def test_who_is_slower_learns_who_was_faster(company: Company) -> None:
    revision, _ = two_revisions(company)
    manager(company).post("rollouts/deploy/", {"revisions": [revision.pk]})
    late = Api(company.root_user).post("rollouts/deploy/", {"revisions": [revision.pk]})
    assert said(late) == (409, "deployment-active")
    assert (late.json()["params"]["by"], late.json()["params"]["line"]) == (
        "dana-alpha",
        "alpha-1",
    )
    assert Deployment.objects.count() == 1


def test_an_attempt_is_cancelled_while_nothing_has_changed(company: Company) -> None:
    agent, api = company.agent("alpha"), manager(company)
    revision, _ = two_revisions(company)
    (made,) = api.post("rollouts/deploy/", {"revisions": [revision.pk]}).json()["deployments"]
    assert api.post(f"deployments/{made['id']}/cancel/").json()["state"] == "Cancelled"
    (made,) = api.post("rollouts/deploy/", {"revisions": [revision.pk]}).json()["deployments"]
    dispatch.advance_due()
    tell(agent, revision.instance, wire.ReportState.APPLYING, 1)
    assert said(api.post(f"deployments/{made['id']}/cancel/")) == (409, "too-late-to-cancel")


def test_deploying_needs_the_right(company: Company) -> None:
    revision, _ = two_revisions(company)
    viewer = Api(company.person("vera", "deployment-viewer", company.factories["alpha"]))
    body = {"revisions": [revision.pk]}
    assert said(viewer.post("rollouts/deploy/", body)) == (403, "right-missing")
    assert said(viewer.post("rollouts/roll-back/", body)) == (403, "right-missing")
    gone = viewer.post("rollouts/uninstall/", {"instances": [revision.instance_id]})
    assert said(gone) == (403, "right-missing")
    assert not Deployment.objects.exists()


def test_the_other_factory_sees_none_of_it(company: Company) -> None:
    revision, _ = two_revisions(company)
    made = manager(company).post("rollouts/deploy/", {"revisions": [revision.pk]}).json()
    stranger = manager(company, "beta")
    for noun, pk in (
        ("rollouts", made["id"]),
        ("deployments", made["deployments"][0]["id"]),
        ("revisions", revision.pk),
        ("instances", revision.instance_id),
    ):
        hidden, absent = stranger.get(f"{noun}/{pk}/"), stranger.get(f"{noun}/99999/")
        assert said(hidden) == (404, "not-found")
        assert hidden.content == absent.content
        assert stranger.get(f"{noun}/").json()["results"] == []
    hidden = stranger.post("rollouts/deploy/", {"revisions": [revision.pk]})
    assert (said(hidden), keys(hidden)) == ((400, "invalid"), ["revisions"])
    cancel = stranger.post(f"deployments/{made['deployments'][0]['id']}/cancel/")
    assert said(cancel) == (404, "not-found")
    assert Deployment.objects.get().state == DeploymentState.PENDING


def test_a_rollout_over_two_factories_shows_each_its_own(company: Company) -> None:
    version = company.solution()
    mine, theirs = company.revision("alpha-1", version), company.revision("beta-1", version)
    made = Api(company.root_user).post("rollouts/deploy/", {"revisions": [mine.pk, theirs.pk]})
    assert made.json()["progress"]["total"] == 2
    seen = manager(company).get(f"rollouts/{made.json()['id']}/").json()
    assert seen["progress"]["total"] == 1
    assert [d["instance"]["target"]["name"] for d in seen["deployments"]] == ["alpha-1"]


def test_bodies_that_choose_nothing_or_twice_are_refused(company: Company) -> None:
    first, second = two_revisions(company)
    api = manager(company)

    def deploy(revisions: Any) -> Any:
        return api.post("rollouts/deploy/", {"revisions": revisions})

    assert said(deploy([])) == (422, "nothing-chosen")
    assert said(deploy([first.pk, second.pk])) == (422, "instance-twice")
    assert said(deploy("all")) == (400, "invalid")
    assert said(deploy([True])) == (400, "invalid")
    assert said(deploy(list(range(10_001)))) == (400, "invalid")


def test_events_say_who_did_what(company: Company) -> None:
    revision, _ = two_revisions(company)
    api = manager(company)
    api.post("rollouts/deploy/", {"revisions": [revision.pk]})
    (started,) = api.get("events/", kind="deployment.started").json()["results"]
    assert (started["actor"], started["node"]["name"]) == ("dana-alpha", "alpha-1")
    assert started["params"]["revision"] == revision.label
    assert api.get(f"events/{started['id']}/").json() == started
    assert api.get("events/", under=company.factories["beta"].pk).json()["results"] == []
    assert api.get("events/", until="2001-01-01T00:00:00Z").json()["results"] == []
    stranger = manager(company, "beta")
    assert stranger.get("events/", kind="deployment").json()["results"] == []
    assert said(stranger.get(f"events/{started['id']}/")) == (404, "not-found")
