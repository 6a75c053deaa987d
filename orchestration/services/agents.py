"""Enrolment tokens, the lobby, and the life of an agent."""

import hashlib
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from agent import signing, wire
from orchestration import hints
from orchestration.models import Agent, Deployment, EnrolmentToken, Node, Target
from orchestration.services import desired, events, server_keys
from orchestration.services.errors import Invalid, Refused
from orchestration.services.lives import move
from orchestration.states import AgentState, DeploymentState
from rbac.access import may
from rbac.models import User
from rbac.permissions import Perm

KEY_BYTES = 32
# Says what it is wherever it turns up, and never begins with a dash: it is given to commands.
TOKEN_PREFIX = "swt_"  # noqa: S105  the public part


@dataclass(frozen=True)
class NewToken:
    """A token as it is shown, once."""

    token: EnrolmentToken
    secret: str


@transaction.atomic
def create_token(
    by: User,
    node: Node,
    *,
    uses: int = 1,
    valid_for: timedelta = timedelta(hours=24),
    auto_approve: bool = False,
    targets: Iterable[Target] = (),
) -> NewToken:
    """Make a token that lets ``uses`` agents enrol at a site.

    Raises:
        Invalid: ``target-elsewhere`` when a target is not below the site.
    """
    may(by, Perm.MANAGE_AGENTS, node).require()
    chosen = [target.node for target in targets]
    _check_below(node, chosen)
    shown = secrets.token_urlsafe(24)
    secret = TOKEN_PREFIX + shown
    token = EnrolmentToken.objects.create(
        digest=_digest(secret),
        hint=shown[:4],
        node=node,
        uses_left=uses,
        expires_at=timezone.now() + valid_for,
        auto_approve=auto_approve,
        created_by=by,
    )
    token.targets.set(chosen)
    events.record("token.created", token, node, by, uses=uses, auto_approve=auto_approve)
    return NewToken(token, secret)


@transaction.atomic
def cancel_token(by: User, token: EnrolmentToken) -> None:
    """Make a token useless from now on."""
    may(by, Perm.MANAGE_AGENTS, token.node).require()
    EnrolmentToken.objects.filter(pk=token.pk).update(uses_left=0)
    events.record("token.cancelled", token, token.node, by)


@transaction.atomic
def enrol(request: wire.EnrolRequest) -> wire.EnrolAnswer:
    """Take a knocking agent into the lobby, or in, if the token says so.

    The same machine knocking again with its own key gets the same answer and
    uses nothing up. The caller has checked the signature.

    Raises:
        Refused: ``token-invalid``.
        Invalid: ``key-malformed``.
    """
    if len(request.sign_key) != KEY_BYTES or len(request.seal_key) != KEY_BYTES:
        raise Invalid("key-malformed")
    # Locked: of one request sent twice at once, the second finds the agent the first one made.
    tokens = EnrolmentToken.objects.select_for_update()
    token = tokens.filter(digest=_digest(request.token)).first()
    if token is None:
        raise Refused("token-invalid")
    key = wire.EnrolRequest.to_json(request)["sign_key"]
    known = Agent.objects.filter(sign_key=key, enrolled_with=token).first()
    return _answer(known or _admit(request, token, key))


@transaction.atomic
def approve(by: User, agent: Agent, *, targets: Iterable[Target] | None = None) -> None:
    """Let an agent out of the lobby and give it its targets.

    Without ``targets`` it serves those its token names, or else every target
    at its site that no other agent serves.

    Raises:
        Invalid: ``target-elsewhere`` when a target is not below its site.
    """
    may(by, Perm.MANAGE_AGENTS, agent.node).require()
    chosen = list(targets) if targets is not None else None
    _check_below(agent.node, [target.node for target in chosen or ()])
    _approve(agent, by, chosen)


@transaction.atomic
def revoke(by: User, agent: Agent) -> None:
    """Shut an agent out at its next call; what it runs goes on running."""
    may(by, Perm.MANAGE_AGENTS, agent.node).require()
    move(agent, AgentState.REVOKED)
    Target.objects.filter(agent=agent).update(agent=None)
    events.record("agent.revoked", agent, agent.node, by)
    desired.bump([agent.pk])
    hints.tell([f"agent:{agent.pk}"], agent.node.path)


def _admit(request: wire.EnrolRequest, token: EnrolmentToken, key: str) -> Agent:
    usable = EnrolmentToken.objects.filter(
        pk=token.pk, uses_left__gt=0, expires_at__gt=timezone.now()
    )
    if usable.update(uses_left=F("uses_left") - 1) != 1:
        raise Refused("token-invalid")
    if Agent.objects.filter(sign_key=key).exists():
        # The same key under another token is somebody replaying a request.
        raise Refused("token-invalid")
    agent = Agent.objects.create(
        node=token.node,
        name=request.name[:64],
        sign_key=key,
        seal_key=request.to_json()["seal_key"],
        fingerprint=signing.fingerprint(request.sign_key),
        facts=request.facts.to_json(),
        enrolled_with=token,
    )
    events.record("agent.enrolled", agent, token.node, agent)
    if token.auto_approve:
        _approve(agent, None, None)
    hints.tell([f"agent:{agent.pk}", "agents"], token.node.path)
    return agent


def _approve(agent: Agent, by: User | None, targets: list[Target] | None) -> None:
    move(agent, AgentState.APPROVED)
    serves = targets if targets is not None else _default_targets(agent)
    given = Target.objects.filter(pk__in=[target.pk for target in serves])
    former = set(given.exclude(agent=None).values_list("agent_id", flat=True))
    given.update(agent=agent)
    desired.hand_over(target.pk for target in serves)
    # What was held for want of an agent goes on now.
    Deployment.objects.filter(target__in=serves, state=DeploymentState.RELEASED).update(
        next_action_at=timezone.now()
    )
    hints.wake("orchestration.tasks.advance_due")
    events.record("agent.approved", agent, agent.node, by, targets=[str(t) for t in serves])
    desired.bump([agent.pk, *former])
    hints.tell([f"agent:{agent.pk}", "agents"], agent.node.path)


def _check_below(place: Node, nodes: Iterable[Node]) -> None:
    outside = [node.title for node in nodes if not node.path.startswith(place.path)]
    if outside:
        raise Invalid("target-elsewhere", targets=outside)


def _default_targets(agent: Agent) -> list[Target]:
    free = Target.objects.filter(
        node__path__gte=agent.node.path,
        node__path__lt=f"{agent.node.path[:-1]}0",
        agent=None,
    )
    token = agent.enrolled_with
    if token is not None and token.targets.exists():
        free = free.filter(node__in=token.targets.all())
    return list(free.select_related("node"))


def _answer(agent: Agent) -> wire.EnrolAnswer:
    return wire.EnrolAnswer(
        agent=agent.pk,
        state=wire.AgentState(agent.state.lower()),
        server_keys=server_keys.public_keys(settings.SIGNING_KEY_FILE),
        fingerprint=agent.fingerprint,
    )


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
