"""What an agent should run: the signed document, and the contents it names by digest."""

import asyncio
from http import HTTPStatus

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_GET

from orchestration.models import Agent
from orchestration.services import desired
from orchestration.services.errors import Refused
from portal.api.agent import answers
from portal.api.agent.calls import answered, caller, in_database
from portal.hub import AgentListener, hub

LONGEST_WAIT = 30.0  # seconds
JSON = "application/json"


@require_GET
@answered
async def desired_state(request: HttpRequest) -> HttpResponse:
    """Answer with the newest document, or 304 when the agent has it.

    ``?wait=`` seconds (at most `LONGEST_WAIT`) keeps the call open until there is a newer one.
    """
    agent = await caller(request)
    known = request.headers.get("If-None-Match", "")
    seconds = _seconds(request.GET.get("wait", ""))
    if known == etag_of(agent) and seconds > 0:
        agent = await _newer(request, known, seconds)
    if known == etag_of(agent):
        answer = HttpResponse(status=HTTPStatus.NOT_MODIFIED)
    else:
        answer = answers.message(await in_database(desired.signed, agent))
    answer["ETag"] = etag_of(agent)
    answer["Cache-Control"] = "no-store"
    return answer


@require_GET
@answered
async def content(request: HttpRequest, digest: str) -> HttpResponse:
    """Answer with the bytes behind a digest, if one of the agent's instances has it.

    Raises:
        Refused: ``content-unknown``, whether it exists elsewhere or not.
    """
    agent = await caller(request)
    found = await in_database(desired.content, agent, digest)
    if found is None:
        raise Refused("content-unknown")
    answer = HttpResponse(found, content_type=JSON)
    answer["Cache-Control"] = "private, immutable"
    return answer


def etag_of(agent: Agent) -> str:
    """Return the name of the document the agent should have: ``"<epoch>.<seq>"``."""
    return f'"{agent.epoch}.{agent.seq}"'


async def _newer(request: HttpRequest, known: str, seconds: float) -> Agent:
    """Return the agent once its document is another one, or when the time is over.

    Who the caller is gets asked again each time, so that a revoked agent learns it at once.
    """
    loop = asyncio.get_running_loop()
    until = loop.time() + seconds
    listener = AgentListener((await caller(request)).pk)
    async with hub().listen(listener):
        # Looked at after the subscription stands: what changed before it is seen here.
        agent = await caller(request)
        while etag_of(agent) == known and (left := until - loop.time()) > 0:
            await listener.wait(left)
            agent = await caller(request)
    return agent


def _seconds(text: str) -> float:
    try:
        return min(max(float(text), 0.0), LONGEST_WAIT)
    except ValueError:
        return 0.0
