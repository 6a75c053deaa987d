"""How an agent proves who it is: a signed challenge, then a short-lived token."""

import base64
import secrets
from datetime import timedelta

from django.core import signing as tokens
from django.utils import timezone

from agent import signing, wire
from orchestration.models import Agent
from orchestration.services.errors import Refused
from orchestration.states import AgentState

CHALLENGE_VALID = timedelta(minutes=2)
SESSION_VALID = timedelta(minutes=15)
_CHALLENGE, _SESSION = "sitewright.agent.challenge", "sitewright.agent.session"


def challenge(agent: int) -> wire.ChallengeAnswer:
    """Something only the holder of the agent's key can answer.

    Nothing is stored, and whether the agent exists is not told.
    """
    text = tokens.dumps({"agent": agent, "once": secrets.token_hex(8)}, salt=_CHALLENGE)
    return wire.ChallengeAnswer(challenge=text, server_time=timezone.now())


def open_session(request: wire.SessionRequest) -> wire.SessionAnswer:
    """Exchange a signed challenge for an access token.

    Raises:
        Refused: ``challenge-invalid``, ``agent-pending``, ``agent-revoked``.
    """
    try:
        sent = tokens.loads(request.challenge, salt=_CHALLENGE, max_age=CHALLENGE_VALID)
    except tokens.BadSignature as error:
        raise Refused("challenge-invalid") from error
    agent = Agent.objects.filter(pk=request.agent).first()
    if agent is None or sent["agent"] != request.agent:
        raise Refused("challenge-invalid")
    said = signing.session_text(request.challenge)
    if not signing.verify(key_of(agent), request.signature, said):
        raise Refused("challenge-invalid")
    _require_approved(agent)
    return wire.SessionAnswer(
        access_token=tokens.dumps({"agent": agent.pk}, salt=_SESSION),
        expires_in=int(SESSION_VALID.total_seconds()),
        server_time=timezone.now(),
    )


def agent_for(access_token: str) -> Agent:
    """The approved agent behind a token; one indexed read, so revoking is at once.

    Raises:
        Refused: ``session-expired``, ``agent-pending``, ``agent-revoked``.
    """
    agent = agent_named_in(access_token)
    if agent is None:
        raise Refused("session-expired")
    return standing(agent)


def agent_named_in(access_token: str) -> int | None:
    """The agent to whom we gave a token that is still young; reads nothing, so it may be gone."""
    try:
        sent = tokens.loads(access_token, salt=_SESSION, max_age=SESSION_VALID)
    except tokens.BadSignature:
        return None
    agent: int = sent["agent"]
    return agent


def standing(agent_id: int) -> Agent:
    """An agent that may call now; for what stays open longer than one call.

    Raises:
        Refused: ``session-expired``, ``agent-pending``, ``agent-revoked``.
    """
    agent = Agent.objects.select_related("node").filter(pk=agent_id).first()
    if agent is None:
        raise Refused("session-expired")
    _require_approved(agent)
    return agent


def key_of(agent: Agent) -> bytes:
    """The agent's public signing key, raw."""
    return base64.b64decode(agent.sign_key)


def _require_approved(agent: Agent) -> None:
    if agent.state == AgentState.PENDING:
        raise Refused("agent-pending")
    if agent.state == AgentState.REVOKED:
        raise Refused("agent-revoked")
