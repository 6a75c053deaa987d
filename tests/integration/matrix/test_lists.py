"""Any tree, any grants, any steps: a list holds exactly what the oracle lets through."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import count

import pytest
from django.contrib.auth.models import Group
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rest_framework.test import APIClient

from orchestration.models import Context, Event, Node, SolutionInstance, SolutionTemplate, Target
from rbac import grants
from rbac.models import RoleAssignment, User
from tests.integration.matrix.judging import ids, undone
from tests.integration.matrix.oracle import ROLES, Grant, Standing

HELD = ("admin", "deployment-viewer", "configuration-author", "solution-viewer", "onboarding-admin")
INDEX = st.integers(min_value=0, max_value=30)
STEP = st.one_of(
    st.tuples(st.just("plant"), INDEX, st.none()),
    st.tuples(st.just("give"), INDEX, st.sampled_from(HELD)),
    st.tuples(st.just("give the group"), INDEX, st.sampled_from(HELD)),
    st.tuples(st.sampled_from(("revoke", "expire", "delete", "re-create")), INDEX, st.none()),
    st.tuples(st.just("move"), INDEX, INDEX),
    st.tuples(st.sampled_from(("join", "leave")), INDEX, st.none()),
)
Step = tuple[str, int, object]
# Address, the rights that show a row, and which rows there are.
LISTS = (
    ("nodes/?limit=500", {"view_hierarchy"}, "nodes"),
    ("targets/?limit=500", {"view_hierarchy"}, "lines"),
    ("instances/?limit=500", {"view_deployments", "view_values"}, "copies"),
    ("events/?limit=500", {"view_deployments"}, "events"),
)


@dataclass
class Given:
    """A role at a place, of the person or the group."""

    role: str
    at: int
    through_group: bool
    expired: bool = False


@dataclass
class World:
    """The same facts twice: in the database, and in dictionaries for the oracle."""

    context: Context
    user: User
    group: Group
    template: SolutionTemplate
    parents: dict[int, int | None] = field(default_factory=dict)
    lines: set[int] = field(default_factory=set)
    copies: dict[int, int] = field(default_factory=dict)  # copy: its line
    events: dict[int, int] = field(default_factory=dict)  # event: its place
    given: dict[int, Given] = field(default_factory=dict)
    member: bool = False
    names: Iterator[int] = field(default_factory=count)

    def path(self, pk: int) -> str:
        """The way to a place, by walking."""
        above = self.parents[pk]
        return f"{self.path(above) if above else '/'}{pk}/"

    def standing(self) -> Standing:
        return Standing(
            tuple(
                Grant(one.role, self.path(one.at))
                for one in self.given.values()
                if not one.expired and (self.member or not one.through_group)
            )
        )

    def expected(self, perms: set[str], what: str) -> set[int]:
        rows = {
            "nodes": {pk: pk for pk in self.parents},
            "lines": {pk: pk for pk in self.lines},
            "copies": self.copies,
            "events": self.events,
        }[what]
        standing = self.standing()
        return {row for row, at in rows.items() if standing.holds(perms, self.path(at))}

    def pick(self, index: int) -> int:
        return sorted(self.parents)[index % len(self.parents)]

    def plant(self, above: int | None, name: str = "") -> int:
        """A place with an event, and a line with a copy if it is not at the top."""
        parent = Node.objects.get(pk=above) if above else None
        kind = "target" if above and len(self.parents) % 2 else "site"
        node = Node(
            context=self.context, parent=parent, kind=kind, path=f"new{next(iter(self.names))}"
        )
        node.name = name or f"place {next(iter(self.names))}"
        node.save()
        node.path = f"{parent.path if parent else '/'}{node.pk}/"
        node.save(update_fields=["path"])
        self.parents[node.pk] = above
        event = Event.objects.create(context=self.context, node=node, kind="made", actor="somebody")
        self.events[event.pk] = node.pk
        if kind == "target":
            self.lines.add(node.pk)
            target = Target.objects.create(node=node)
            copy = SolutionInstance.objects.create(target=target, template=self.template, name="c")
            self.copies[copy.pk] = node.pk
        return node.pk

    def give(self, index: int, role: str, *, through_group: bool = False) -> None:
        at = self.pick(index)
        to = self.group if through_group else self.user
        made = grants.give(role, to, Node.objects.get(pk=at))
        self.given[made.pk] = Given(role, at, through_group)

    def one_given(self, index: int) -> int | None:
        return sorted(self.given)[index % len(self.given)] if self.given else None

    def revoke(self, index: int) -> None:
        pk = self.one_given(index)
        if pk is not None:
            grants.take(RoleAssignment.objects.get(pk=pk))
            del self.given[pk]

    def expire(self, index: int) -> None:
        pk = self.one_given(index)
        if pk is not None:
            past = timezone.now() - timedelta(seconds=1)
            RoleAssignment.objects.filter(pk=pk).update(expires_at=past)
            self.given[pk].expired = True

    def move(self, index: int, to: int) -> None:
        pk, parent = self.pick(index), self.pick(to)
        if pk in {int(part) for part in self.path(parent).strip("/").split("/")}:
            return
        moved, below = Node.objects.get(pk=pk), Node.objects.get(pk=parent)
        for node in Node.objects.filter(path__startswith=moved.path):
            node.path = f"{below.path}{pk}/{node.path[len(moved.path) :]}"
            node.save(update_fields=["path"])
        Node.objects.filter(pk=pk).update(parent=below)
        self.parents[pk] = parent

    def delete(self, index: int, *, again: bool = False) -> None:
        """Delete a place without others below it; ``again``: make one of the same name there."""
        pk = self.pick(index)
        if pk in self.parents.values() or len(self.parents) == 1:
            return
        name, above = Node.objects.get(pk=pk).name, self.parents[pk]
        gone = [copy for copy, at in self.copies.items() if at == pk]
        SolutionInstance.objects.filter(pk__in=gone).delete()
        Event.objects.filter(node=pk).delete()
        Node.objects.get(pk=pk).delete()
        del self.parents[pk]
        self.lines.discard(pk)
        self.copies = {copy: at for copy, at in self.copies.items() if at != pk}
        self.events = {event: at for event, at in self.events.items() if at != pk}
        self.given = {key: one for key, one in self.given.items() if one.at != pk}
        if again:
            self.plant(above, name)

    def join(self) -> None:
        self.user.groups.add(self.group)
        self.member = True

    def leave(self) -> None:
        self.user.groups.remove(self.group)
        self.member = False

    def do(self, step: Step) -> None:
        what, index, more = step
        match what, more:
            case "move", int(to):
                self.move(index, to)
            case _, str(role):
                self.give(index, role, through_group=what == "give the group")
            case _:
                self.plain(what, index)

    def plain(self, what: str, index: int) -> None:
        """A step that needs no more than an index, or not even that."""
        {
            "plant": lambda: self.plant(self.pick(index)),
            "revoke": lambda: self.revoke(index),
            "expire": lambda: self.expire(index),
            "delete": lambda: self.delete(index),
            "re-create": lambda: self.delete(index, again=True),
            "join": self.join,
            "leave": self.leave,
        }[what]()


def started() -> World:
    context = Context.objects.create(name="c", levels=["l"])
    shelf = Node.objects.create(context=context, kind="catalog", path="/0/", name="catalog")
    template = SolutionTemplate.objects.create(
        node=Node.objects.create(
            context=context, kind="solution", path="/0/0/", name="s", parent=shelf
        )
    )
    user, group = User.objects.create_user("olga"), Group.objects.create(name="shift")
    world = World(context, user, group, template)
    world.plant(world.plant(None))
    return world


@pytest.mark.django_db
@settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(steps=st.lists(STEP, min_size=4, max_size=12))
def test_after_every_step_a_list_is_exactly_what_may_be_seen(
    steps: list[Step],
) -> None:
    with undone():
        world = started()
        for step in steps:
            world.do(step)
            fresh = User.objects.get(pk=world.user.pk)  # as at the next request
            client = APIClient()
            client.force_authenticate(fresh)
            for address, perms, what in LISTS:
                answer = client.get(f"/api/v1/{address}")
                assert answer.status_code == 200
                assert set(ids(answer.json())) == world.expected(perms, what), (step, address)


def test_the_roles_tried_are_shipped_ones() -> None:
    assert set(HELD) <= ROLES.keys()
