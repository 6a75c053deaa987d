"""Any tree, any grants, any moves: lists and verdicts agree with a plain oracle."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from django.contrib.auth.models import Group
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from orchestration.models import Context, Node
from rbac import grants
from rbac.access import may, visible
from rbac.models import RoleAssignment, User
from rbac.permissions import Perm
from rbac.roles import ROLES

ROLE_KEYS = ("admin", "deployment-viewer", "configuration-author", "external-validator")
ASKED = (Perm.VIEW_HIERARCHY, Perm.VIEW_DEPLOYMENTS, Perm.EDIT_OT_VALUES, Perm.VALIDATE)

INDEX = st.integers(min_value=0, max_value=30)
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("plant"), INDEX, st.integers(min_value=1, max_value=400)),
        st.tuples(st.just("give"), INDEX, st.sampled_from(ROLE_KEYS)),
        st.tuples(st.just("give group"), INDEX, st.sampled_from(ROLE_KEYS)),
        st.tuples(st.just("take"), INDEX, st.none()),
        st.tuples(st.just("move"), INDEX, INDEX),
        st.tuples(st.just("delete"), INDEX, st.none()),
    ),
    min_size=4,
    max_size=25,
)


@dataclass
class World:
    """The same facts twice: in the database, and in plain dictionaries for the oracle."""

    context: Context
    user: User
    group: Group
    parents: dict[int, int | None] = field(default_factory=dict)
    held: dict[int, tuple[str, int]] = field(default_factory=dict)

    def above(self, pk: int) -> set[int]:
        """A node and all its ancestors, by walking: no paths, no prefixes."""
        found: set[int] = set()
        at: int | None = pk
        while at is not None:
            found.add(at)
            at = self.parents[at]
        return found

    def expected(self, perm: Perm) -> set[int]:
        """Whom the oracle lets through."""
        return {
            pk
            for pk in self.parents
            if any(
                perm in ROLES[role].perms and at in self.above(pk)
                for role, at in self.held.values()
            )
        }

    def pick(self, index: int) -> int:
        return sorted(self.parents)[index % len(self.parents)]

    def plant(self, index: int, pk: int) -> None:
        if pk in self.parents:
            return
        parent = Node.objects.get(pk=self.pick(index)) if self.parents and index else None
        path = f"{parent.path if parent else '/'}{pk}/"
        Node.objects.create(
            pk=pk, context=self.context, parent=parent, kind="site", path=path, name=str(pk)
        )
        self.parents[pk] = parent.pk if parent else None

    def give(self, index: int, role: str, to: User | Group) -> None:
        at = self.pick(index)
        self.held[grants.give(role, to, Node.objects.get(pk=at)).pk] = (role, at)

    def take(self, index: int) -> None:
        if self.held:
            pk = sorted(self.held)[index % len(self.held)]
            grants.take(RoleAssignment.objects.get(pk=pk))
            del self.held[pk]

    def move(self, index: int, to: int) -> None:
        pk, parent = self.pick(index), self.pick(to)
        if pk in self.above(parent):
            return
        moved, below = Node.objects.get(pk=pk), Node.objects.get(pk=parent)
        for node in Node.objects.filter(path__startswith=moved.path):
            node.path = f"{below.path}{pk}/{node.path[len(moved.path) :]}"
            node.save(update_fields=["path"])
        Node.objects.filter(pk=pk).update(parent=below)
        self.parents[pk] = parent

    def delete(self, index: int) -> None:
        pk = self.pick(index)
        if pk in self.parents.values() or len(self.parents) == 1:
            return
        Node.objects.get(pk=pk).delete()
        del self.parents[pk]
        self.held = {key: (role, at) for key, (role, at) in self.held.items() if at != pk}

    def do(self, step: tuple[str, int, object]) -> None:
        match step:
            case ("plant", index, int(pk)):
                self.plant(index, pk)
            case ("give", index, str(role)):
                self.give(index, role, self.user)
            case ("give group", index, str(role)):
                self.give(index, role, self.group)
            case ("take", index, _):
                self.take(index)
            case ("move", index, int(to)):
                self.move(index, to)
            case ("delete", index, _):
                self.delete(index)


@contextmanager
def undone() -> Iterator[None]:
    """What happens inside is rolled back: every example starts from nothing."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(steps=STEPS)
def test_lists_and_verdicts_agree_with_the_oracle(
    db: None, steps: list[tuple[str, int, object]]
) -> None:
    with undone():
        user = User.objects.create_user("olga")
        group = Group.objects.create(name="shift")
        user.groups.add(group)
        world = World(Context.objects.create(name="c", levels=["l"]), user, group)
        world.plant(0, 3)
        world.plant(0, 31)
        for step in steps:
            world.do(step)
        nodes = list(Node.objects.all())
        assert {node.pk for node in nodes} == set(world.parents)
        for perm in ASKED:
            expected = world.expected(perm)
            assert {n.pk for n in visible(user, perm, Node.objects.all())} == expected
            assert {node.pk for node in nodes if may(user, perm, node)} == expected
