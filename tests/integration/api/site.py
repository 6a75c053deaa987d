"""A site agent as the protocol sees it: keys, signatures and calls, over the real server."""

import asyncio
import base64
import uuid
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

import httpx
from django.utils import timezone

from agent import signing, wire
from portal.asgi import application

T = TypeVar("T")
BASE = "http://sitewright.test"


def run(work: Callable[[httpx.AsyncClient], Awaitable[T]]) -> T:
    """Run calls on a loop of their own against the server's entry."""

    async def inside() -> T:
        transport = httpx.ASGITransport(app=application)  # type: ignore[arg-type]
        async with httpx.AsyncClient(transport=transport, base_url=BASE) as client:
            return await work(client)

    return asyncio.run(inside())


class Site:
    """One machine with its own keys."""

    def __init__(self, name: str = "gateway") -> None:
        self.name = name
        self.key = signing.new_signing_key()
        self.seal = signing.new_sealing_key()
        self.agent = 0
        self.token = ""
        self.sequence = 0

    def knock(self, secret: str, **changed: Any) -> httpx.Response:
        """POST enroll."""
        request = wire.EnrolRequest(
            version=wire.WIRE_VERSION,
            token=secret,
            name=self.name,
            sign_key=signing.public_bytes(self.key),
            seal_key=signing.public_bytes(self.seal),
            facts=wire.Facts("host", "Linux", "x86_64", "3.11", "0.1.0", ("process",)),
            nonce=uuid.uuid4().hex,
        )
        body = signing.canonical({**request.to_json(), **changed})
        headers = {wire.SIGNATURE_HEADER: self._b64(signing.sign(self.key, body))}
        answer = run(lambda c: c.post("/api/agent/v1/enroll", content=body, headers=headers))
        if answer.status_code == 200:
            self.agent = answer.json()["agent"]
        return answer

    def open_session(self) -> httpx.Response:
        """POST challenge, then session; keeps the token."""
        body = {"agent": self.agent}
        text = run(lambda c: c.post("/api/agent/v1/challenge", json=body)).json()["challenge"]
        signature = self._b64(signing.sign(self.key, signing.session_text(text)))
        said = {"agent": self.agent, "challenge": text, "signature": signature}
        answer = run(lambda c: c.post("/api/agent/v1/session", json=said))
        if answer.status_code == 200:
            self.token = answer.json()["access_token"]
        return answer

    def get(self, path: str, **headers: str) -> httpx.Response:
        """GET with the session."""
        return run(lambda c: c.get(f"/api/agent/v1/{path}", headers=self.headers() | headers))

    def post(self, path: str, body: bytes, *, signed: bytes | None = None) -> httpx.Response:
        """POST with the session and a signature over ``signed``, by default the body."""
        full = f"/api/agent/v1/{path}"
        said = signing.request_text("POST", full, body if signed is None else signed)
        headers = self.headers() | {wire.SIGNATURE_HEADER: self._b64(signing.sign(self.key, said))}
        return run(lambda c: c.post(full, content=body, headers=headers))

    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Agent {self.token}"}

    def batch(self, *reports: wire.Report) -> bytes:
        """The body of a POST reports."""
        message = wire.ReportBatch(wire.WIRE_VERSION, uuid.uuid4(), reports)
        return signing.canonical(message.to_json())

    def report(self, instance: int, generation: int, state: wire.ReportState) -> wire.Report:
        """The next report about an instance."""
        self.sequence += 1
        return wire.Report(
            id=uuid.uuid4(),
            instance=instance,
            generation=generation,
            revision_id=None,
            sequence=self.sequence,
            state=state,
            at=timezone.now(),
            observed_revision_id=None,
            failure=None,
            steps=(),
        )

    @staticmethod
    def _b64(data: bytes) -> str:
        return base64.b64encode(data).decode()
