"""Who asks: each shipped role at each kind of place, and those of whom nothing may be left."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

from django.contrib.auth.models import Group
from django.core import signing
from django.test import Client
from django.utils import timezone

from orchestration.models import Agent, Event
from orchestration.services import agent_sessions
from rbac import grants
from rbac.models import User
from tests.integration.matrix.oracle import ROLES, Grant, Standing
from tests.integration.matrix.places import HELD_AT, Ground
from tests.integration.matrix.things import Asker, Reach

BACKEND = "django.contrib.auth.backends.ModelBackend"


def askers(ground: Ground) -> list[Asker]:
    """Everybody the matrix asks for, signed in."""
    found = [*_each_role(ground), *_several_grants(ground), *_without(ground)]
    # Everybody may read of their own doings; what they are asked about shall be others' doings.
    Event.objects.filter(user__username__in=[one.name for one in found]).delete()
    return found


def _each_role(ground: Ground) -> Iterator[Asker]:
    for role in ROLES:
        for name in HELD_AT:
            user = User.objects.create_user(f"{role} at {name}")
            given = _given(ground, role, user, name)
            yield replace(_asker(user, given), role=role, place=name)


def _several_grants(ground: Ground) -> Iterator[Asker]:
    mixed = User.objects.create_user("two roles at two places")
    yield _asker(
        mixed,
        _given(ground, "deployment-manager", mixed, "line-b"),
        _given(ground, "solution-author", mixed, "root-x"),
    )
    member = User.objects.create_user("through a group")
    group = Group.objects.create(name="shift")
    member.groups.add(group)
    yield _asker(
        member,
        _given(ground, "admin", group, "factory-a"),
        _given(ground, "configuration-viewer", member, "region-b"),
    )
    superuser = User.objects.create_superuser("over everything")
    yield replace(_asker(superuser), standing=Standing(everything=True))


def _without(ground: Ground) -> Iterator[Asker]:
    nobody = User.objects.create_user("without any role")
    yield _asker(nobody)
    late = User.objects.create_user("with an expired role")
    ended = timezone.now() - timedelta(seconds=1)
    _given(ground, "admin", late, "root", ended)
    yield _asker(late)
    closed = User.objects.create_user("of a closed account")
    _given(ground, "admin", closed, "root")
    shut_out = replace(_asker(closed), known=False)
    User.objects.filter(pk=closed.pk).update(is_active=False)
    yield shut_out
    yield Asker("a stranger", Standing(), Client(), known=False)
    if "factory-a" in ground.agents:
        yield _agent(ground.agents["factory-a"])


def _agent(agent: Agent) -> Asker:
    """An agent with a session of its own, which opens nothing that is for people."""
    token = signing.dumps({"agent": agent.pk}, salt=agent_sessions._SESSION)
    assert agent_sessions.agent_for(token) == agent
    client = Client(headers={"Authorization": f"Agent {token}"})
    return Asker("an agent", Standing(), client, known=False)


def _given(
    ground: Ground, role: str, to: User | Group, name: str, until: datetime | None = None
) -> Grant:
    given = grants.give(role, to, ground.nodes[name], expires_at=until)
    ground.world.list_as("assignment", given.pk, (ground.path(name), Reach.AT))
    return Grant(role, ground.path(name))


def _asker(user: User, *given: Grant) -> Asker:
    client = Client()
    client.force_login(user, backend=BACKEND)
    cookies = {name: morsel.value for name, morsel in client.cookies.items()}
    return Asker(user.username, Standing(given), client, cookies=cookies)
