"""A bare tree for the tests of rights: ids chosen so that some are prefixes of others."""

from collections.abc import Callable
from dataclasses import dataclass, field

import pytest

from orchestration.models import Context, Node
from rbac.models import User


@dataclass
class Tree:
    """Nodes by name. Paths are written as given, ids and all."""

    context: Context
    nodes: dict[str, Node] = field(default_factory=dict)

    def plant(self, path: str) -> Node:
        """Add the node whose path this is; its parents must stand already."""
        *above, pk = (int(part) for part in path.strip("/").split("/"))
        node = Node.objects.create(
            pk=pk,
            context=self.context,
            parent_id=above[-1] if above else None,
            kind=Node.Kind.SITE,
            path=path,
            name=f"n{pk}",
        )
        self.nodes[path] = node
        return node


@pytest.fixture
def tree(db: None) -> Tree:
    planted = Tree(Context.objects.create(name="plant", levels=["Site"]))
    for path in ("/1/", "/1/3/", "/1/3/7/", "/1/31/", "/1/31/8/", "/1/30/", "/13/", "/13/9/"):
        planted.plant(path)
    return planted


@pytest.fixture
def person(db: None) -> Callable[[str], User]:
    def make(name: str) -> User:
        return User.objects.create_user(name, password="secret-of-" + name)

    return make
