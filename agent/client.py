"""Calls to the control plane: signed, in a session, and honest about what went wrong.

Every call ends in an answer, ``Unreachable`` (try again) or ``Refused`` (a definite no).
Proxies are taken from the environment, as httpx does.
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import logging
import secrets
import ssl
from collections.abc import Mapping
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any, TypeVar

import httpx

from agent import signing, wire
from agent.clock import Clock
from agent.identity import Enrolment, Keys
from agent.unreachable import Refused, Unreachable
from agent.wire import Message

log = logging.getLogger(__name__)

M = TypeVar("M", bound=Message)

_TIMEOUT = httpx.Timeout(connect=10.0, read=45.0, write=30.0, pool=10.0)
_MAX_ANSWER = 16 * 1024 * 1024
_EARLY = 0.8
"""A session is renewed after this part of its life."""
_TRY_AGAIN = (408, 425, 429, 500, 502, 503, 504)


class Transport:
    """Plain calls: one request, one bounded answer."""

    def __init__(self, server: str, tls: ssl.SSLContext | bool = True) -> None:  # noqa: FBT001, FBT002 - as httpx takes it
        """``server`` is the control plane's base address."""
        self.server = server.rstrip("/")
        self._http = httpx.AsyncClient(base_url=self.server, timeout=_TIMEOUT, verify=tls)

    async def close(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def call(
        self,
        method: str,
        name: str,
        *,
        body: bytes = b"",
        headers: Mapping[str, str],
        query: str = "",
    ) -> tuple[int, bytes]:
        """Return status and body; raises ``Unreachable`` or ``Refused``."""
        url = wire.PATH_PREFIX + name + query
        try:
            async with self._http.stream(method, url, content=body, headers=headers) as answer:
                data = await _read(answer)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise Unreachable(str(error) or type(error).__name__) from error
        if answer.status_code in _TRY_AGAIN:
            raise Unreachable(f"{answer.status_code} for {name}", _retry_after(answer))
        if answer.status_code not in (200, 304):
            raise _refusal(answer, data)
        return answer.status_code, data


class ControlPlane:
    """The control plane as an enrolled agent sees it."""

    def __init__(
        self, transport: Transport, enrolment: Enrolment, keys: Keys, clock: Clock
    ) -> None:
        """Nothing is called yet; the session is opened when first needed."""
        self._transport = transport
        self._enrolment = enrolment
        self._keys = keys
        self._clock = clock
        self._token = ""
        self._renew_at = 0.0
        self._opening = asyncio.Lock()

    @property
    def hints_url(self) -> str:
        """The address of the hints socket."""
        return "ws" + self._transport.server.removeprefix("http") + wire.PATH_PREFIX + "hints"

    async def authorization(self) -> dict[str, str]:
        """Return the header of a valid session, opening one when needed."""
        async with self._opening:
            if asyncio.get_running_loop().time() >= self._renew_at:
                await self._open_session()
        return {"Authorization": f"{wire.AUTHORIZATION_SCHEME} {self._token}"}

    def drop_session(self) -> None:
        """Forget the session, so that the next call opens a new one."""
        self._renew_at = 0.0

    async def desired(self, known: tuple[int, int] | None, wait: int) -> wire.SignedDocument | None:
        """Ask for the desired document; None when it is still the one known."""
        headers = {} if known is None else {"If-None-Match": f'"{known[0]}.{known[1]}"'}
        status, data = await self._call(
            "GET", "desired", headers=headers, query=f"?wait={wait}" if wait else ""
        )
        return None if status == httpx.codes.NOT_MODIFIED else _answer(wire.SignedDocument, data)

    async def content(self, digest: str) -> bytes:
        """Fetch content; the caller checks the digest."""
        return (await self._call("GET", f"content/{digest}"))[1]

    async def report(self, batch: wire.ReportBatch) -> wire.ReportAnswer:
        """Hand in reports; sending them again is harmless."""
        return await self._post("reports", batch, wire.ReportAnswer)

    async def heartbeat(self, heartbeat: wire.Heartbeat) -> wire.HeartbeatAnswer:
        """Say that the agent is there, and what it sees."""
        answer = await self._post("heartbeat", heartbeat, wire.HeartbeatAnswer)
        self._set_clock(answer.server_time)
        return answer

    async def _post(self, name: str, message: Message, answer: type[M]) -> M:
        body = signing.canonical(message.to_json())
        return _answer(answer, (await self._call("POST", name, body=body))[1])

    async def _call(self, method: str, name: str, **details: Any) -> tuple[int, bytes]:  # noqa: ANN401 - as Transport.call takes them
        try:
            return await self._signed(method, name, **details)
        except Refused as error:
            if error.status != httpx.codes.UNAUTHORIZED:
                raise
            # The session ended early: the server was restarted or its clock moved.
            self.drop_session()
            return await self._signed(method, name, **details)

    async def _signed(
        self,
        method: str,
        name: str,
        *,
        body: bytes = b"",
        headers: Mapping[str, str] | None = None,
        query: str = "",
    ) -> tuple[int, bytes]:
        sent = {**(headers or {}), **await self.authorization()}
        if method == "POST":
            text = signing.request_text(method, wire.PATH_PREFIX + name, body)
            sent |= _signed_json(signing.sign(self._keys.sign, text))
        return await self._transport.call(method, name, body=body, headers=sent, query=query)

    async def _open_session(self) -> None:
        agent = self._enrolment.agent
        asked = await self._plain("challenge", wire.ChallengeRequest(agent), wire.ChallengeAnswer)
        signature = signing.sign(self._keys.sign, signing.session_text(asked.challenge))
        request = wire.SessionRequest(agent, asked.challenge, signature)
        session = await self._plain("session", request, wire.SessionAnswer)
        self._token = session.access_token
        self._renew_at = asyncio.get_running_loop().time() + session.expires_in * _EARLY
        self._set_clock(session.server_time)

    async def _plain(self, name: str, message: Message, answer: type[M]) -> M:
        body = signing.canonical(message.to_json())
        headers = {"Content-Type": "application/json"}
        _, data = await self._transport.call("POST", name, body=body, headers=headers)
        return _answer(answer, data)

    def _set_clock(self, server_time: datetime) -> None:
        if self._clock.correct(server_time):
            log.debug("this machine's clock is wrong: the control plane has %s", server_time)


async def enrol(
    transport: Transport, keys: Keys, *, token: str, name: str, facts: wire.Facts
) -> wire.EnrolAnswer:
    """Knock with a token; knocking again with the same keys gets the same answer."""
    request = wire.EnrolRequest(
        version=wire.WIRE_VERSION,
        token=token,
        name=name,
        sign_key=signing.public_bytes(keys.sign),
        seal_key=signing.public_bytes(keys.seal),
        facts=facts,
        nonce=secrets.token_hex(16),
    )
    body = signing.canonical(request.to_json())
    headers = _signed_json(signing.sign(keys.sign, body))
    _, data = await transport.call("POST", "enroll", body=body, headers=headers)
    return _answer(wire.EnrolAnswer, data)


def _signed_json(signature: bytes) -> dict[str, str]:
    encoded = base64.b64encode(signature).decode()
    return {"Content-Type": "application/json", wire.SIGNATURE_HEADER: encoded}


async def _read(answer: httpx.Response) -> bytes:
    data = bytearray()
    async for part in answer.aiter_bytes():
        data += part
        if len(data) > _MAX_ANSWER:
            raise Unreachable(f"an answer over {_MAX_ANSWER} bytes")
    return bytes(data)


def _answer(kind: type[M], data: bytes) -> M:
    try:
        return kind.from_json(wire.parse(data, limit=_MAX_ANSWER))
    except wire.WireError as error:
        # A proxy's sign-in page, or a server being replaced: it may be better later.
        raise Unreachable(f"an answer that is none: {error}") from error


def _refusal(answer: httpx.Response, data: bytes) -> Exception:
    with contextlib.suppress(wire.WireError):
        problem = wire.parse(data)
        if isinstance(problem, dict) and problem.get("code"):
            text = problem.get("detail") or problem.get("title") or ""
            return Refused(answer.status_code, str(problem["code"]), str(text))
    # Not the control plane's own words, so perhaps a proxy's.
    return Unreachable(f"{answer.status_code} without a reason", _retry_after(answer))


def _retry_after(answer: httpx.Response) -> float | None:
    text = answer.headers.get("Retry-After", "")
    if text.isascii() and text.isdigit():
        return min(float(text), 3600.0)
    with contextlib.suppress(ValueError, TypeError):
        at, now = parsedate_to_datetime(text), parsedate_to_datetime(answer.headers.get("Date", ""))
        return min(max(0.0, (at - now).total_seconds()), 3600.0)
    return None
