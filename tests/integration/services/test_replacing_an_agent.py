"""A new machine takes over a line: what ran runs again, without publishing anew."""

from agent import wire
from orchestration.models import Agent
from orchestration.services import agents, desired, dispatch, reports, rollouts
from orchestration.states import AgentState, InstanceState
from tests.integration.conftest import Company
from tests.integration.test_main_flow_services import W, report, send


def new_agent(company: Company) -> Agent:
    return Agent.objects.create(
        node=company.factories["alpha"], name="new", state=AgentState.PENDING, sign_key="new"
    )


def test_the_new_agent_is_given_what_the_line_should_run(company: Company) -> None:
    old = company.agent("alpha")
    revision = company.revision("alpha-1", company.solution())
    rollouts.deploy(company.root_user, [revision])
    dispatch.advance_due()
    instance = revision.instance
    send(old, report(instance, W.RECEIVED, 1), report(instance, W.APPLYING, 2))
    late = report(instance, W.COMMITTED, 3, observed=revision.pk)
    agents.revoke(company.root_user, old)
    new = new_agent(company)
    agents.approve(company.root_user, new)

    new.refresh_from_db()
    document = wire.DesiredDocument.from_json(wire.parse(desired.signed(new).document))
    assert [w.revision for w in document.workloads] == ["1.0.0.1"]
    assert [r.code for r in send(old, late).rejected] == ["unknown-instance"]
    answer = send(
        new,
        report(instance, W.RECEIVED, 1),
        report(instance, W.APPLYING, 2),
        report(instance, W.COMMITTED, 3, observed=revision.pk),
    )
    assert answer.rejected == ()
    instance.refresh_from_db()
    assert (instance.state, instance.current_id) == (InstanceState.DEPLOYED, revision.pk)


def test_reports_of_an_earlier_owner_never_count_again(company: Company) -> None:
    agent = company.agent("alpha")
    revision = company.revision("alpha-1", company.solution())
    rollouts.deploy(company.root_user, [revision])
    dispatch.advance_due()
    before = report(revision.instance, W.COMMITTED, 9, observed=revision.pk)
    desired.hand_over([company.lines["alpha-1"].pk])
    batch = wire.ReportBatch(version=wire.WIRE_VERSION, batch=before.id, reports=(before,))
    reports.accept(agent, batch)
    revision.instance.refresh_from_db()
    assert revision.instance.state == InstanceState.DEPLOYING
