"""A small control plane that holds agents to the protocol to the letter.

It serves HTTP and the hints socket from a thread. Whatever an agent does that the
protocol does not allow lands in ``violations``; what it says lands in ``reports`` and
``heartbeats``.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import socket
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs

import uvicorn

from agent import signing, wire

TOKEN = "a-token"
WITHIN = 40.0


@dataclass
class Member:
    """An agent that has enrolled."""

    number: int
    key: bytes
    state: wire.AgentState


@dataclass
class Answer:
    """What one call is answered."""

    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def problem(status: int, code: str) -> Answer:
    body = {"type": "about:blank", "title": code, "status": status, "detail": "", "code": code}
    return Answer(status, signing.canonical(body))


class StandInControlPlane:
    """Start it, order something, wait for what the agent says."""

    def __init__(self) -> None:
        self.port = free_port()
        self.key = signing.new_signing_key()
        self.epoch, self.seq = 1, 0
        self.valid_for = timedelta(days=1)
        self.workloads: dict[int, wire.Workload] = {}
        self.contents: dict[str, bytes] = {}
        self.members: dict[int, Member] = {}
        self.auto_approve = True
        self.sockets_work = True
        self.more_hints: list[str] = []
        self.tamper: Callable[[wire.SignedDocument], wire.SignedDocument] = lambda signed: signed
        self.answer_first: Callable[[str], Answer | None] = lambda _: None
        self.chokes_on: Callable[[wire.Report], bool] = lambda _: False
        self.reports: list[wire.Report] = []
        self.heartbeats: list[wire.Heartbeat] = []
        self.calls: list[str] = []
        self.violations: list[str] = []
        self._sessions: dict[str, int] = {}
        self._highest: dict[int, tuple[int, int]] = {}
        self._news = threading.Condition()
        self._server: uvicorn.Server | None = None

    # --- for tests

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        config = uvicorn.Config(
            self, host="127.0.0.1", port=self.port, log_level="error", lifespan="off",
            timeout_graceful_shutdown=0,
        )  # fmt: skip
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run, daemon=True)
        self._thread.start()
        self.wait(lambda: self._server is not None and self._server.started)

    def stop(self) -> None:
        if self._server is not None:
            self._server.should_exit = True
            with self._news:
                self._news.notify_all()
            self._thread.join()
            self._server = None

    def order(self, instance: int, content: Mapping[str, Any] | None, **details: Any) -> int:
        """Ask for a revision of an instance, or for its removal; returns the generation."""
        before = self.workloads.get(instance)
        generation = before.generation + 1 if before else 1
        digest = self.keep(content) if content is not None else None
        revision = details.pop("revision_id", generation) if content is not None else None
        values: dict[str, Any] = {
            "instance": instance,
            "instance_name": f"instance-{instance}",
            "target": f"Line {instance}",
            "target_id": instance,
            "scope": "lines",
            "solution": "Packer",
            "revision": revision and f"1.0.0.{revision}",
            "revision_id": revision,
            "generation": generation,
            "action": wire.Action.REMOVE if content is None else wire.Action.RUN,
            "digest": digest,
            "deadline": None,
            "previous_revision_id": None,
        }
        self.workloads[instance] = wire.Workload(**(values | details))
        self.publish()
        return generation

    def keep(self, content: Mapping[str, Any]) -> str:
        body = signing.canonical(content)
        self.contents[signing.digest(body)] = body
        return signing.digest(body)

    def publish(self) -> None:
        with self._news:
            self.seq += 1
            self._news.notify_all()

    def states(self, instance: int, generation: int | None = None) -> list[str]:
        """What was reported, without repetitions of the same state."""
        told = [
            report.state.value
            for report in self.reports
            if report.instance == instance and generation in (None, report.generation)
        ]
        return [state for at, state in enumerate(told) if at == 0 or told[at - 1] != state]

    def await_state(self, instance: int, generation: int, *states: str) -> wire.Report:
        """Wait until a generation is reported to be in one of the states."""

        def found() -> wire.Report | None:
            for report in self.reports:
                if (report.instance, report.generation) == (instance, generation) and (
                    report.state in states
                ):
                    return report
            return None

        report: wire.Report = self.wait(found)
        return report

    def wait(self, condition: Callable[[], Any], within: float = WITHIN) -> Any:
        until = time.monotonic() + within
        while not (value := condition()):
            if time.monotonic() > until:
                text = f"waited in vain; {self.violations=} {self.calls[-5:]=} "
                raise AssertionError(text + str([(r.instance, r.state) for r in self.reports]))
            time.sleep(0.02)
        return value

    # --- the protocol

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "websocket":
            await self._hints(scope, receive, send)
            return
        body, more = b"", True
        while more:
            event = await receive()
            if event["type"] == "http.disconnect":
                return  # killed in the middle of a sentence
            body, more = body + event.get("body", b""), event.get("more_body", False)
        answer = await self._answer(scope, body)
        headers = {"Content-Type": "application/json", **answer.headers}
        raw = [(name.encode(), value.encode()) for name, value in headers.items()]
        await send({"type": "http.response.start", "status": answer.status, "headers": raw})
        await send({"type": "http.response.body", "body": answer.body})

    async def _answer(self, scope: Any, body: bytes) -> Answer:
        headers = {name.decode(): value.decode() for name, value in scope["headers"]}
        name = scope["path"].removeprefix(wire.PATH_PREFIX)
        self.calls.append(f"{scope['method']} {name}")
        if early := self.answer_first(name):
            return early
        try:
            return await self._call(scope, name, headers, body)
        except wire.WireError as error:
            self.violations.append(f"{name}: {error}")
            return problem(400, "malformed")

    async def _call(self, scope: Any, name: str, headers: dict[str, str], body: bytes) -> Answer:
        if scope["method"] == "POST" and signing.canonical(wire.parse(body)) != body:
            self.violations.append(f"{name}: not canonical")
        match name:
            case "enroll":
                return self._enroll(wire.parse(body), headers, body)
            case "challenge":
                return self._challenge(wire.parse(body))
            case "session":
                return self._session(wire.parse(body))
        return await self._in_session(scope, name, headers, body)

    async def _in_session(
        self, scope: Any, name: str, headers: dict[str, str], body: bytes
    ) -> Answer:
        agent = self._sessions.get(headers.get("authorization", "").removeprefix("Agent "))
        if agent is None:
            return problem(401, "session-expired")
        member = self.members[agent]
        if member.state is wire.AgentState.REVOKED:
            return problem(403, "agent-revoked")
        text = f"POST\n{scope['path']}\n{hashlib.sha256(body).hexdigest()}".encode()
        if scope["method"] == "POST" and not signing.verify(member.key, _signature(headers), text):
            self.violations.append(f"{name}: signature")
            return problem(401, "signature-invalid")
        if name == "desired":
            return await self._desired(member, headers, scope["query_string"].decode())
        if name.startswith("content/"):
            held = self.contents.get(name.removeprefix("content/"))
            return problem(404, "content-unknown") if held is None else Answer(body=held)
        takes = {"reports": self._reports, "heartbeat": self._heartbeat}
        return takes[name](wire.parse(body))

    def _enroll(self, data: object, headers: dict[str, str], body: bytes) -> Answer:
        request = wire.EnrolRequest.from_json(data)
        if not signing.verify(request.sign_key, _signature(headers), body):
            self.violations.append("enroll: signature")
        if request.token != TOKEN:
            return problem(401, "token-invalid")
        known = next((m for m in self.members.values() if m.key == request.sign_key), None)
        state = wire.AgentState.APPROVED if self.auto_approve else wire.AgentState.PENDING
        member = known or Member(len(self.members) + 1, request.sign_key, state)
        self.members[member.number] = member
        return _json(
            wire.EnrolAnswer(
                agent=member.number,
                state=member.state,
                server_keys=(signing.public_bytes(self.key),),
                fingerprint=signing.fingerprint(member.key),
            )
        )

    def _challenge(self, data: object) -> Answer:
        agent = wire.ChallengeRequest.from_json(data).agent
        return _json(wire.ChallengeAnswer(f"sign-me-{agent}", datetime.now(UTC)))

    def _session(self, data: object) -> Answer:
        request = wire.SessionRequest.from_json(data)
        member = self.members[request.agent]
        text = b"sitewright-session:" + request.challenge.encode()
        if not signing.verify(member.key, request.signature, text):
            self.violations.append("session: signature")
        if member.state is not wire.AgentState.APPROVED:
            return problem(403, f"agent-{member.state}")
        token = f"session-{len(self._sessions)}"
        self._sessions[token] = member.number
        return _json(wire.SessionAnswer(token, 900, datetime.now(UTC)))

    def forget_sessions(self) -> None:
        self._sessions.clear()

    async def _desired(self, member: Member, headers: dict[str, str], query: str) -> Answer:
        wait = int(parse_qs(query).get("wait", ["0"])[0])
        until = time.monotonic() + wait
        while headers.get("if-none-match") == f'"{self.epoch}.{self.seq}"':
            if time.monotonic() >= until or self._server is None or self._server.should_exit:
                return Answer(304)
            await asyncio.sleep(0.02)
        signed = self.tamper(signing.sign_document(self.key, self.document(member.number)))
        return Answer(
            body=signing.canonical(signed.to_json()),
            headers={"ETag": f'"{self.epoch}.{self.seq}"'},
        )

    def document(self, agent: int) -> wire.DesiredDocument:
        now = datetime.now(UTC)
        return wire.DesiredDocument(
            version=1,
            agent=agent,
            epoch=self.epoch,
            seq=self.seq,
            issued_at=now,
            not_after=now + self.valid_for,
            workloads=tuple(self.workloads.values()),
        )

    def _reports(self, data: object) -> Answer:
        batch = wire.ReportBatch.from_json(data)
        if any(self.chokes_on(report) for report in batch.reports):
            return problem(400, "malformed")
        accepted, rejected = [], []
        for report in batch.reports:
            order = (report.generation, report.sequence)
            if order <= self._highest.get(report.instance, (0, 0)):
                rejected.append(wire.RejectedReport(report.id, "stale"))
                continue
            self._highest[report.instance] = order
            self.reports.append(report)
            accepted.append(report.id)
        return _json(wire.ReportAnswer(tuple(accepted), tuple(rejected)))

    def _heartbeat(self, data: object) -> Answer:
        self.heartbeats.append(wire.Heartbeat.from_json(data))
        return _json(wire.HeartbeatAnswer(datetime.now(UTC), 1))

    async def _hints(self, scope: Any, receive: Any, send: Any) -> None:
        await receive()
        headers = {name.decode(): value.decode() for name, value in scope["headers"]}
        token = headers.get("authorization", "").removeprefix("Agent ")
        if not self.sockets_work or token not in self._sessions:
            await send({"type": "websocket.close", "code": 4401})
            return
        self.calls.append("SOCKET hints")
        await send({"type": "websocket.accept"})
        said = self.seq
        gone = asyncio.ensure_future(receive())
        while not gone.done() and self._server is not None and not self._server.should_exit:
            if self.seq != said:
                said = self.seq
                text = signing.canonical(wire.Hint(desired=said).to_json()).decode()
                for hint in (text, *self.more_hints):
                    await send({"type": "websocket.send", "text": hint})
            await asyncio.sleep(0.02)
        gone.cancel()


def _json(message: wire.Message) -> Answer:
    return Answer(body=signing.canonical(message.to_json()))


def _signature(headers: dict[str, str]) -> bytes:
    return base64.b64decode(headers.get("sitewright-signature", ""))
