"""Places and lines for the benchmark of rights, and people with grants among them.

Written past the services, which take them one by one.
"""

from collections.abc import Iterator, Sequence

from django.contrib.auth.models import Permission
from django.db import connection, transaction

from orchestration.models import Context, Node, Target
from rbac import grants
from rbac.models import NodeUserPermission, RoleAssignment, User
from rbac.permissions import Perm

LEVELS = ("Region", "City", "Factory", "Line")
FANS = (20, 5)  # lines a factory, factories a city; the cities stand in ten regions
REGIONS = 10
ROLE = "deployment-manager"
BATCH = 5_000


@transaction.atomic
def territory(size: int) -> list[Node]:
    """Write this many lines and all places above; returns the lines in the order of their paths."""
    context = Context.objects.create(name=f"of-{size}", levels=list(LEVELS))
    counter = _ids()
    root = _node(context, next(counter), None, Node.Kind.CONTEXT, None)
    lines_a_factory, factories_a_city = FANS
    factories = size // lines_a_factory
    cities = max(factories // factories_a_city, 1)
    regions = _below(context, counter, [root] * min(REGIONS, cities), 0)
    towns = _below(context, counter, [regions[n % len(regions)] for n in range(cities)], 1)
    plants = _below(context, counter, [towns[n % cities] for n in range(factories)], 2)
    # Lines come and go everywhere: their ids do not follow the tree.
    lines = _below(context, counter, [plants[n % factories] for n in range(size)], 3)
    Node.objects.bulk_create([root, *regions, *towns, *plants, *lines], batch_size=BATCH)
    Target.objects.bulk_create([Target(node=line) for line in lines], batch_size=BATCH)
    return sorted(lines, key=lambda line: line.path)


def granted(name: str, nodes: Sequence[Node]) -> User:
    """A person with a role at each of some places."""
    user = User.objects.create_user(name)
    for node in nodes:
        grants.give(ROLE, user, node)
    return user


def granted_one_by_one(name: str, lines: Sequence[Node]) -> User:
    """A person with a row for each line they may see, as plain guardian wants it."""
    user = User.objects.create_user(name)
    reason = RoleAssignment.objects.create(role_id=ROLE, user=user, node=lines[0])
    right = Permission.objects.get(codename=Perm.VIEW_HIERARCHY.value)
    NodeUserPermission.objects.bulk_create(
        [
            NodeUserPermission(user=user, permission=right, assignment=reason, content_object=line)
            for line in lines
        ],
        batch_size=BATCH,
    )
    return user


def settle() -> None:
    """Let the database look at what it holds, as it does by itself in time."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def _ids() -> Iterator[int]:
    newest = Node.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    return iter(range(newest + 1, 1 << 62))


def _below(context: Context, ids: Iterator[int], parents: list[Node], level: int) -> list[Node]:
    kind = Node.Kind.TARGET if level == len(LEVELS) - 1 else Node.Kind.SITE
    return [_node(context, next(ids), parent, kind, level) for parent in parents]


def _node(
    context: Context, pk: int, parent: Node | None, kind: Node.Kind, level: int | None
) -> Node:
    path = f"{parent.path if parent else '/'}{pk}/"
    return Node(
        pk=pk, context=context, parent=parent, kind=kind, level=level, name=f"n{pk}", path=path
    )
