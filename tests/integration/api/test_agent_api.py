"""The agent protocol over the server's own entry: who gets in, and what each may see and say."""

import asyncio
import base64
import time
from datetime import timedelta

import httpx
import pytest
from asgiref.sync import sync_to_async
from django.utils import timezone

from agent import signing, wire
from orchestration.models import Agent, Deployment, EnrolmentToken
from orchestration.services import agents, desired, dispatch, rollouts
from orchestration.states import DeploymentState
from tests.integration.api.site import Site, run
from tests.integration.conftest import Company

pytestmark = pytest.mark.django_db(transaction=True)


def admitted(company: Company, factory: str = "alpha") -> Site:
    """An approved agent at a factory, with a session."""
    new = agents.create_token(company.root_user, company.factories[factory], auto_approve=True)
    site = Site(f"gateway-{factory}")
    assert site.knock(new.secret).status_code == 200
    assert site.open_session().status_code == 200
    return site


def code(answer: httpx.Response) -> tuple[int, str]:
    assert answer.headers["content-type"] == "application/problem+json"
    return answer.status_code, answer.json()["code"]


def document(answer: httpx.Response) -> wire.DesiredDocument:
    sealed = wire.SignedDocument.from_json(answer.json())
    assert signing.verify(sealed.key, sealed.signature, sealed.document)
    return wire.DesiredDocument.from_json(wire.parse(sealed.document))


def test_an_agent_waits_in_the_lobby_until_somebody_approves_it(company: Company) -> None:
    new = agents.create_token(company.root_user, company.factories["alpha"])
    site = Site()
    answer = wire.EnrolAnswer.from_json(site.knock(new.secret).json())
    assert answer.state is wire.AgentState.PENDING
    assert answer.fingerprint == signing.fingerprint(signing.public_bytes(site.key))
    assert code(site.open_session()) == (403, "agent-pending")
    assert site.knock(new.secret).json()["agent"] == answer.agent  # again: the same answer
    agents.approve(company.root_user, Agent.objects.get())
    assert site.open_session().status_code == 200
    assert site.get("desired").status_code == 200
    assert code(Site().knock(new.secret)) == (401, "token-invalid")  # used up


def test_a_token_that_is_unknown_or_too_old_opens_nothing(company: Company) -> None:
    assert code(Site().knock("guessed")) == (401, "token-invalid")
    new = agents.create_token(company.root_user, company.factories["alpha"])
    EnrolmentToken.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert code(Site().knock(new.secret)) == (401, "token-invalid")
    assert not Agent.objects.exists()


def test_whoever_names_a_key_must_hold_it(company: Company) -> None:
    new = agents.create_token(company.root_user, company.factories["alpha"])
    body = {"sign_key": base64.b64encode(signing.public_bytes(Site().key)).decode()}
    assert code(Site().knock(new.secret, **body)) == (401, "signature-invalid")
    assert EnrolmentToken.objects.get().uses_left == 1


def test_a_challenge_must_be_signed_by_the_agents_own_key(company: Company) -> None:
    site = admitted(company)
    thief = Site()
    thief.agent = site.agent
    assert code(thief.open_session()) == (401, "challenge-invalid")
    thief.agent = 4711
    assert code(thief.open_session()) == (401, "challenge-invalid")


@pytest.mark.parametrize("path", ["desired", "content/sha256:00"])
def test_without_a_session_nothing_is_told(company: Company, path: str) -> None:
    site = admitted(company)
    site.token = "made-up"
    assert code(site.get(path)) == (401, "session-expired")
    assert code(run(lambda c: c.get(f"/api/agent/v1/{path}"))) == (401, "session-expired")


def test_a_session_ends(company: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    site = admitted(company)
    now = time.time() + 15 * 60 + 1
    monkeypatch.setattr("django.core.signing.time.time", lambda: now)
    assert code(site.get("desired")) == (401, "session-expired")


def test_a_revoked_agent_is_out_at_its_next_call(company: Company) -> None:
    site = admitted(company)
    agents.revoke(company.root_user, Agent.objects.get())
    assert code(site.get("desired")) == (403, "agent-revoked")
    assert code(site.post("reports", site.batch())) == (403, "agent-revoked")
    assert code(site.open_session()) == (403, "agent-revoked")


def test_the_document_names_what_to_run_and_is_fetched_once(company: Company) -> None:
    site = admitted(company)
    revision = company.revision("alpha-1", company.solution(), MaxTemp=80)
    rollouts.deploy(company.root_user, [revision])
    dispatch.advance_due()
    answer = site.get("desired")
    (workload,) = document(answer).workloads
    assert (workload.instance, workload.revision) == (revision.instance_id, "1.0.0.1")
    again = site.get("desired", **{"If-None-Match": answer.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    content = site.get(f"content/{workload.digest}")
    assert signing.digest(content.content) == workload.digest
    assert content.json()["configuration"] == {"MaxTemp": 80}


def test_another_agents_content_looks_absent(company: Company) -> None:
    own, other = admitted(company), admitted(company, "beta")
    revision = company.revision("alpha-1", company.solution(), MaxTemp=80)
    assert own.get(f"content/{revision.digest}").status_code == 200
    stranger, absent = other.get(f"content/{revision.digest}"), other.get("content/sha256:00")
    assert code(stranger) == code(absent) == (404, "content-unknown")
    assert stranger.content == absent.content


def test_a_report_counts_once_and_only_from_the_agent_itself(company: Company) -> None:
    own, other = admitted(company), admitted(company, "beta")
    revision = company.revision("alpha-1", company.solution())
    rollouts.deploy(company.root_user, [revision])
    dispatch.advance_due()
    report = own.report(revision.instance_id, 1, wire.ReportState.STAGING)
    assert other.post("reports", other.batch(report)).json()["rejected"] == [
        {"id": str(report.id), "code": "unknown-instance"}
    ]
    body = own.batch(report)
    assert own.post("reports", body).json()["accepted"] == [str(report.id)]
    assert own.post("reports", body).json()["rejected"] == [{"id": str(report.id), "code": "stale"}]
    assert Deployment.objects.get().state == DeploymentState.STAGING


def test_a_forged_report_changes_nothing(company: Company) -> None:
    site, thief = admitted(company), Site()
    revision = company.revision("alpha-1", company.solution())
    rollouts.deploy(company.root_user, [revision])
    dispatch.advance_due()
    body = site.batch(site.report(revision.instance_id, 1, wire.ReportState.COMMITTED))
    assert code(site.post("reports", body, signed=b"{}")) == (401, "signature-invalid")
    thief.token = site.token  # a stolen session without the key
    assert code(thief.post("reports", body)) == (401, "signature-invalid")
    headers = site.headers()
    unsigned = run(lambda c: c.post("/api/agent/v1/reports", content=body, headers=headers))
    assert code(unsigned) == (401, "signature-invalid")
    assert Deployment.objects.get().state == DeploymentState.OFFERED


@pytest.mark.parametrize(
    ("body", "at"),
    [
        (b"not json", ""),
        (b"[]", ""),
        (b'{"version": 1, "batch": "no", "reports": []}', "batch"),
        (b'{"version": 2, "batch": "6b0a", "reports": []}', "batch"),
        (b'{"version": 1, "reports": []}', "batch"),
    ],
)
def test_what_breaks_the_protocol_is_said_with_its_place(
    company: Company, body: bytes, at: str
) -> None:
    answer = admitted(company).post("reports", body)
    assert code(answer) == (400, "malformed")
    assert answer.json().get("at", "") == at


def test_a_body_that_is_too_large_is_not_read(company: Company) -> None:
    answer = admitted(company).post("reports", b" " * (wire.MAX_BODY + 1))
    assert code(answer) == (413, "too-large")


def test_a_heartbeat_is_noted(company: Company) -> None:
    site = admitted(company)
    beat = wire.Heartbeat(wire.WIRE_VERSION, epoch=1, seq=3, applied_at=None, health=())
    answer = site.post("heartbeat", signing.canonical(beat.to_json()))
    assert answer.json()["interval"] > 0
    agent = Agent.objects.get()
    assert agent.applied_seq == 3
    assert agent.last_seen_at is not None


def test_a_long_poll_answers_as_soon_as_there_is_something_new(company: Company) -> None:
    site = admitted(company)
    etag = site.get("desired").headers["etag"]
    headers = site.headers() | {"If-None-Match": etag}

    async def poll(client: httpx.AsyncClient) -> tuple[httpx.Response, float]:
        waiting = asyncio.create_task(client.get("/api/agent/v1/desired?wait=20", headers=headers))
        await asyncio.sleep(0.3)
        assert not waiting.done()
        await sync_to_async(desired.bump)([site.agent])
        changed = time.monotonic()
        return await waiting, time.monotonic() - changed

    answer, took = run(poll)
    assert answer.status_code == 200
    assert answer.headers["etag"] != etag
    assert took < 1


def test_a_long_poll_ends_with_nothing_new(company: Company) -> None:
    site = admitted(company)
    etag = site.get("desired").headers["etag"]
    answer = site.get("desired?wait=0.2", **{"If-None-Match": etag})
    assert answer.status_code == 304


def test_revoking_ends_a_long_poll(company: Company) -> None:
    site = admitted(company)
    headers = site.headers() | {"If-None-Match": site.get("desired").headers["etag"]}

    async def poll(client: httpx.AsyncClient) -> httpx.Response:
        waiting = asyncio.create_task(client.get("/api/agent/v1/desired?wait=20", headers=headers))
        await asyncio.sleep(0.2)
        agent = await Agent.objects.aget()
        await sync_to_async(agents.revoke)(company.root_user, agent)
        return await asyncio.wait_for(waiting, 2)

    assert code(run(poll)) == (403, "agent-revoked")
