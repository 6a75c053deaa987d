"""Enrolment and sessions: how an agent becomes known, and proves each time who it is."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_POST

from agent import signing, wire
from orchestration.services import agent_sessions, agents
from orchestration.services.errors import Refused
from orchestration.services.events import source_address
from portal.api.agent import answers
from portal.api.agent.calls import answered, body_of, in_database, read, signature_of


@require_POST
@answered
async def enroll(request: HttpRequest) -> HttpResponse:
    """Take an agent into the lobby; it proves that it holds the key it names."""
    source_address.set(request.META.get("REMOTE_ADDR"))
    data = wire.parse(body_of(request))
    knock = wire.EnrolRequest.from_json(data)
    if not signing.verify(knock.sign_key, signature_of(request), signing.canonical(data)):
        raise Refused("signature-invalid")
    return answers.message(await in_database(agents.enrol, knock))


@require_POST
@answered
async def challenge(request: HttpRequest) -> HttpResponse:
    """Hand out something to sign."""
    asked = read(wire.ChallengeRequest, request)
    return answers.message(agent_sessions.challenge(asked.agent))


@require_POST
@answered
async def session(request: HttpRequest) -> HttpResponse:
    """Exchange a signed challenge for a short-lived access token."""
    asked = read(wire.SessionRequest, request)
    return answers.message(await in_database(agent_sessions.open_session, asked))
