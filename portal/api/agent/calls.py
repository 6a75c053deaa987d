"""What every call of an agent has in common: who calls, and whether the body is theirs.

A view wrapped here gets the agent behind the session, and for a POST the message in the body,
its signature checked. What is wrong is answered before the view runs.
"""

import base64
import binascii
from collections.abc import Callable, Coroutine
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from channels.db import database_sync_to_async
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt

from agent import signing, wire
from orchestration.models import Agent
from orchestration.services import agent_sessions
from orchestration.services.errors import Refused, ServiceError
from orchestration.services.events import source_address
from portal.api.agent import answers

P = ParamSpec("P")
T = TypeVar("T")
M = TypeVar("M", bound=wire.Message)
View = Callable[P, Coroutine[Any, Any, HttpResponse]]


async def in_database(work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Run synchronous work in a thread of the pool and give its connection back."""
    return await database_sync_to_async(work, thread_sensitive=False)(*args, **kwargs)


def answered(view: View[P]) -> View[P]:
    """Turn what a view raises into problem documents; agents send no cookies, so no CSRF."""

    @wraps(view)
    async def wrapped(*args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        try:
            return await view(*args, **kwargs)
        except wire.WireError as error:
            return answers.unreadable(error)
        except ServiceError as error:
            return answers.refused(error)

    return csrf_exempt(wrapped)


async def caller(request: HttpRequest) -> Agent:
    """Return the approved agent whose session the request carries.

    Raises:
        Refused: ``session-expired``, ``agent-pending``, ``agent-revoked``.
    """
    source_address.set(request.META.get("REMOTE_ADDR"))
    token = token_in(request.headers.get("Authorization", ""))
    return await in_database(agent_sessions.agent_for, token)


def token_in(header: str) -> str:
    """Return the access token of an Authorization header; nothing when it has none."""
    scheme, _, token = header.partition(" ")
    return token.strip() if scheme == wire.AUTHORIZATION_SCHEME else ""


def body_of(request: HttpRequest) -> bytes:
    """Return the whole body.

    Raises:
        WireError: ``too-large``.
    """
    body = request.read(wire.MAX_BODY + 1)
    if len(body) > wire.MAX_BODY:
        raise wire.WireError("too-large", "", f"is over {wire.MAX_BODY} bytes")
    return body


def read(kind: type[M], request: HttpRequest) -> M:
    """Return the message in an unsigned body.

    Raises:
        WireError: it is not what the protocol says.
    """
    return kind.from_json(wire.parse(body_of(request)))


def read_signed(kind: type[M], request: HttpRequest, agent: Agent) -> M:
    """Return the message in a body that the agent has signed.

    Raises:
        Refused: ``signature-invalid``.
        WireError: it is not what the protocol says.
    """
    body = body_of(request)
    said = signing.request_text(request.method or "", request.path, body)
    if not signing.verify(agent_sessions.key_of(agent), signature_of(request), said):
        raise Refused("signature-invalid")
    return kind.from_json(wire.parse(body))


def signature_of(request: HttpRequest) -> bytes:
    """Return the signature in the header; nothing, which never fits, when it is unreadable."""
    try:
        return base64.b64decode(request.headers.get(wire.SIGNATURE_HEADER, ""), validate=True)
    except (ValueError, binascii.Error):
        return b""
