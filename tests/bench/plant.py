"""The fleet of the benchmarks in a database.

Lines and values are written past the services, which are for people and take them one by one.
"""

import json
from dataclasses import dataclass
from itertools import groupby

from django.db import transaction
from django.db.models import CharField, Value
from django.db.models.functions import Cast, Concat

from orchestration.models import ConfigurationRevision, Node, SolutionTemplateVersion, Target
from orchestration.resolution import PathNode
from orchestration.services import catalog, contexts, places
from rbac.models import User
from tests.bench.fleet import LEVELS, SCHEMA, TEMPLATE, Line, fleet


@dataclass(frozen=True)
class Plant:
    """Somebody who may do everything, and a solution for all lines."""

    user: User
    version: SolutionTemplateVersion

    def targets(self) -> list[Target]:
        """Load all lines, as whoever publishes has."""
        rows = Target.objects.filter(node__context_id=self.version.template.node.context_id)
        return list(rows.select_related("node__context"))


@transaction.atomic
def plant(size: int) -> Plant:
    """Write a company with this many lines, their values and one solution."""
    user = User.objects.create_superuser("bench")
    context = contexts.create(user, "bench", LEVELS)
    text = json.dumps({**TEMPLATE, "schema": SCHEMA})
    source = catalog.SolutionSource("fleet", "1.0.0", text)
    version = catalog.create_solution_version(user, context, source)
    nodes: dict[str, Node] = {}
    for above, lines in groupby(fleet(size), lambda line: line.above):
        parent = contexts.root_of(context)
        for place in above:
            if place.name not in nodes:
                nodes[place.name] = places.create_site(user, parent, place.name)
                _save(version, [(nodes[place.name], place)])
            parent = nodes[place.name]
        _write_lines(version, parent, list(lines))
    return Plant(user, version)


def _write_lines(version: SolutionTemplateVersion, parent: Node, lines: list[Line]) -> None:
    nodes = Node.objects.bulk_create(
        Node(
            context=parent.context,
            parent=parent,
            kind=Node.Kind.TARGET,
            level=len(LEVELS) - 1,
            name=line.name,
            path=f"new-{line.name}",
        )
        for line in lines
    )
    path = Concat(Value(parent.path), Cast("pk", CharField()), Value("/"))
    Node.objects.filter(pk__in=[node.pk for node in nodes]).update(path=path)
    Target.objects.bulk_create(Target(node=node) for node in nodes)
    _save(version, [(node, line.node) for node, line in zip(nodes, lines, strict=True)])


def _save(version: SolutionTemplateVersion, values: list[tuple[Node, PathNode]]) -> None:
    ConfigurationRevision.objects.bulk_create(
        ConfigurationRevision(
            node=node, template=version.template.node, number=1, values=dict(place.values)
        )
        for node, place in values
    )
