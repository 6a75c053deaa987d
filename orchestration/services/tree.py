"""Putting a node into the tree. Services that own a kind of node call this."""

import uuid
from collections.abc import Iterable
from itertools import takewhile

from django.db import IntegrityError, transaction

from orchestration.models import Context, Node
from orchestration.services.errors import Invalid


def plant(
    context: Context,
    parent: Node | None,
    kind: Node.Kind,
    name: str,
    *,
    level: int | None = None,
    **fields: object,
) -> Node:
    """Create a node below a parent and give it its path of ids.

    Raises:
        Invalid: ``name-empty``, ``name-taken``.
    """
    if not name.strip():
        raise Invalid("name-empty")
    node = Node(
        context=context,
        parent=parent,
        kind=kind,
        name=name.strip(),
        level=level,
        # The id is not known before the row is written, and paths are unique.
        path=f"new-{uuid.uuid4().hex}",
        **fields,
    )
    try:
        with transaction.atomic():
            node.save(force_insert=True)
    except IntegrityError as error:
        raise Invalid("name-taken", name=name) from error
    node.path = f"{parent.path if parent else '/'}{node.pk}/"
    node.save(update_fields=["path"])
    return node


def nearest_above(nodes: Iterable[Node]) -> Node:
    """The lowest node at or above all of these, which are of one context."""
    ways = zip(*(node.path_ids() for node in nodes), strict=False)
    shared = [ids[0] for ids in takewhile(lambda ids: len(set(ids)) == 1, ways)]
    return Node.objects.get(pk=shared[-1])
