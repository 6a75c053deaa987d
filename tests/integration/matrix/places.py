"""Two contexts, four levels, two siblings: every place with a name that nothing else has."""

from dataclasses import dataclass

from django.contrib.auth.models import Group

from orchestration.models import Agent, Context, Node, Target
from orchestration.services import contexts, roles
from orchestration.services import places as services
from orchestration.services.contexts import catalog_of, root_of
from rbac.models import User
from tests.integration.matrix.oracle import PERMS
from tests.integration.matrix.things import (
    ACCESS,
    DEPLOYMENTS,
    PLACE,
    Reach,
    Rule,
    World,
    anywhere_in,
)

# name: parent. What ends in "a" is the way to the line that everything is asked about.
SITES = {
    "region-a": "root",
    "region-b": "root",
    "city-a": "region-a",
    "city-b": "region-a",
    "factory-a": "city-a",
    "factory-b": "city-a",
    "spare-site": "city-a",
    "region-x": "root-x",
    "city-x": "region-x",
    "factory-x": "city-x",
}
LINES = {
    "line-a": "factory-a",
    "line-b": "factory-a",
    "spare-line": "factory-a",
    "line-c": "factory-b",
    "line-x": "factory-x",
}
# Where each principal of the matrix holds a role: above, at, beside and below the line.
HELD_AT = (
    "root", "region-a", "region-b", "city-a", "city-b", "factory-a", "factory-b",
    "line-a", "line-b", "root-x", "solution",
)  # fmt: skip


@dataclass
class Ground:
    """The rows behind the places, and somebody who may do everything."""

    by: User
    world: World
    contexts: dict[str, Context]
    nodes: dict[str, Node]
    targets: dict[str, Target]
    agents: dict[str, Agent]

    def path(self, name: str) -> str:
        return self.nodes[name].path


def plant_places(world: World) -> Ground:
    """Make the contexts with their places and lines."""
    by = User.objects.create_superuser("root", password="secret-of-root")
    ground = Ground(by, world, {}, {}, {}, {})
    _context(ground, "context", "root", "one")
    _context(ground, "context-x", "root-x", "two")
    for name, parent in SITES.items():
        word = _stem(name)
        made = services.create_site(by, ground.nodes[parent], f"zq{word}zq")
        _place(ground, name, made, word)
    for name, parent in LINES.items():
        word = _stem(name)
        capability = "zqcapabilityxzq" if name == "line-x" else "zqcapabilityzq"
        target = services.create_target(
            by, ground.nodes[parent], f"zq{word}zq", scope="plant", capabilities=[capability]
        )
        ground.targets[name] = target
        _place(ground, name, target.node, word)
        world.add(f"target:{name}", target.pk, target.node.path, kind="target")
    return ground


def plant_access(ground: Ground) -> None:
    """People and groups who hold roles beside those who ask."""
    world, by = ground.world, ground.by
    for name in ("factory-a", "factory-b", "factory-x"):
        stem = f"holder{name.removeprefix('factory-')}"
        rule = Rule(ACCESS | DEPLOYMENTS, ground.path(name))  # events tell of roles, too
        holder = User.objects.create_user(world.plant(stem, rule))
        group = Group.objects.create(name=world.plant(f"group{stem}", rule))
        holder.groups.add(group)
        place = ground.nodes[name]
        given = roles.give(by, "deployment-viewer", group, place)
        world.add(f"assignment:{name}", given.pk, place.path, kind="assignment")
        own = roles.give(by, "configuration-viewer", holder, place)
        world.add(f"own-assignment:{name}", own.pk, place.path, kind="assignment")
        world.add(f"holder:{name}", holder.pk, place.path)
        world.add(f"holder-name:{name}", holder.username, place.path)
        world.add(f"group:{name}", group.pk, place.path)
        world.add(f"group-name:{name}", group.name, place.path)


def _context(ground: Ground, name: str, root: str, stem: str) -> None:
    world, by = ground.world, ground.by
    word = f"context{stem}"
    levels = [f"zq{level}{stem}zq" for level in ("region", "city", "factory", "line")]
    made = contexts.create(by, f"zq{word}zq", levels)
    ground.contexts[name] = made
    ground.nodes[root], ground.nodes[f"catalog-{root}"] = root_of(made), catalog_of(made)
    path = ground.path(root)
    for text in (made.name, *levels):
        world.words[text] = anywhere_in(path)
    world.add(name, made.pk, path)
    world.list_as("context", made.pk, (path, Reach.AT), (path, Reach.BELOW))
    world.add(root, ground.nodes[root].pk, path, kind="node")
    world.add(f"catalog-{root}", ground.nodes[f"catalog-{root}"].pk, ground.path(f"catalog-{root}"))
    ending = "" if root == "root" else "x"
    for stem_of in ("capability", "sparecapability"):
        capability = contexts.add_capability(
            by, made, world.plant(stem_of + ending, *anywhere_in(path))
        )
        world.add(stem_of + ending, capability.pk, path)


def _place(ground: Ground, name: str, node: Node, stem: str) -> None:
    """Note a place: seen from above, and as a label from wherever somebody stands below."""
    label = Rule(PERMS, node.path, Reach.BELOW)
    ground.nodes[name] = node
    ground.world.plant(stem, Rule(PLACE, node.path), label)
    ground.world.add(name, node.pk, node.path, kind="node")


def _stem(name: str) -> str:
    return name.replace("-", "")
